// `generate`: an invented clinic of any size, the same for the same seed.
import { once } from 'node:events';
import { isId } from '../fhir/id.ts';
import { transactionsOf } from '../iop/bundle.ts';
import { generateClinic } from '../iop/generate/clinic-records.ts';
import { type Options, text, whole } from './options.ts';
import { CommandError, type Terminal } from './terminal.ts';

/** Of a Bundle: well below what a server takes at once. */
const MOST_ENTRIES = 400;

export async function generate(terminal: Terminal, options: Options): Promise<number> {
  const program = text(options, 'program') ?? '';
  if (!isId(program))
    throw new CommandError('--program: expected a logical id (letters, digits, - and ., at most 64)', 2);
  const records = generateClinic({
    clients: whole(options, 'clients', 1),
    weeks: whole(options, 'weeks', 1),
    seed: whole(options, 'seed', 0),
    program,
  });
  for (const line of options.bundles === true ? transactionsOf(records, MOST_ENTRIES) : records) {
    if (!terminal.out.write(`${JSON.stringify(line)}\n`)) await once(terminal.out, 'drain');
  }
  return 0;
}
