// `generate`: an invented clinic of any size, the same for the same seed and day.
import { once } from 'node:events';
import { isId } from '../fhir/id.ts';
import { transactionsOf } from '../iop/bundle.ts';
import { addDays } from '../iop/generate/calendar.ts';
import { generateClinic, weeksUntil } from '../iop/generate/clinic-records.ts';
import { sharesText } from '../iop/generate/shares.ts';
import { type Options, text, whole } from './options.ts';
import { CommandError, type Terminal } from './terminal.ts';

/** Of a Bundle: well below what a server takes at once. */
const MOST_ENTRIES = 400;

/** What chance decides by, below the options. */
export const GENERATE_HELP = [
  '',
  'The last week is the one that --now is in: what is dated before that day has happened, the rest is booked. The same',
  'seed and day give the same clinic. Every kind of record is there in a clinic of some size. How often what happens:',
  '',
  ...sharesText(),
].join('\n');

export async function generate(terminal: Terminal, options: Options, clock = Date.now): Promise<number> {
  const program = text(options, 'program') ?? '';
  if (!isId(program))
    throw new CommandError('--program: expected a logical id (letters, digits, - and ., at most 64)', 2);
  const today = dayOf(text(options, 'now'), clock);
  const weeks = whole(options, 'weeks', 1);
  const records = generateClinic({
    clients: whole(options, 'clients', 1),
    weeks,
    seed: whole(options, 'seed', 0),
    program,
    firstDay: weeksUntil(today, weeks),
    today,
  });
  for (const line of options.bundles === true ? transactionsOf(records, MOST_ENTRIES) : records) {
    if (!terminal.out.write(`${JSON.stringify(line)}\n`)) await once(terminal.out, 'drain');
  }
  return 0;
}

/** Today (UTC) unless told. Wrong usage for a day that the calendar does not have. */
function dayOf(given: string | undefined, clock: () => number): string {
  if (given === undefined) return new Date(clock()).toISOString().slice(0, 10);
  if (/^\d{4}-\d{2}-\d{2}$/.test(given) && !Number.isNaN(Date.parse(given)) && addDays(given, 0) === given)
    return given;
  throw new CommandError('--now: expected a day (2026-10-16)', 2);
}
