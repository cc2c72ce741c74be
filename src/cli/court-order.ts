// `court-order`: an order of a court and the subpoena that came with it.
import { type ExceptionOf, isDated, isOrderable } from '../app.ts';
import { isId } from '../fhir/id.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import { dayOf, end, lastDay, line, put, tellAll } from './exceptions.ts';
import { type Options, text } from './options.ts';
import { asProgram } from './own-program.ts';
import { CommandError, say, type Terminal } from './terminal.ts';

type CourtOrder = ExceptionOf<'court-order'>;

export const addCourtOrder = (terminal: Terminal, options: Options): Promise<number> =>
  asProgram(terminal, options, async ({ app, program }) => {
    const from = app.context.clock();
    const until = dayOf(options, 'until')!.high;
    if (until <= from) throw new CommandError('--until: expected a day that is not over', 2);
    dayOf(options, 'ordered');
    const dates = datesOf(options);
    const entry: CourtOrder = {
      kind: 'court-order',
      id: app.context.ids(),
      program,
      patient: idOf(options, 'patient'),
      court: line(options, 'court'),
      ordered: text(options, 'ordered')!,
      subpoena: line(options, 'subpoena'),
      organization: idOf(options, 'to'),
      types: typesOf(options, dates !== undefined),
      ...(dates === undefined ? {} : { dates }),
      from,
      until,
    };
    await put(app, 'court-order-add', program, entry);
    say(terminal.out, options.json === true ? JSON.stringify(entry) : entry.id);
    return 0;
  });

function idOf(options: Options, name: string): string {
  const id = text(options, name);
  if (isId(id)) return id;
  throw new CommandError(`--${name}: expected a logical id`, 2);
}

/** Both ends, or none: an order names the records of some time, or whatever there is. */
function datesOf(options: Options): CourtOrder['dates'] {
  const [first, last] = [dayOf(options, 'recordsFrom'), dayOf(options, 'recordsUntil')];
  if (first === undefined && last === undefined) return undefined;
  if (first === undefined || last === undefined || last.high <= first.low)
    throw new CommandError('--records-from, --records-until: expected both, the first day first', 2);
  return { from: first.low, to: last.high };
}

function typesOf(options: Options, dated: boolean): string[] {
  const types = [
    ...new Set(
      text(options, 'types')!
        .split(',')
        .filter(one => one !== ''),
    ),
  ];
  const wrong = types.find(one => !isResourceType(one) || !isOrderable(one));
  if (wrong !== undefined || types.length === 0)
    throw new CommandError(
      '--types: expected resource types with commas, without AuditEvent, Consent and Group',
      2,
    );
  if (dated && !types.every(isDated))
    throw new CommandError('--types: one of them has no date by which an order could name it', 2);
  return types;
}

/** A line for each: id, Patient, to whom, court, day of the order, subpoena, types, dates of records, last day, ended. */
export const listCourtOrders = (terminal: Terminal, options: Options): Promise<number> =>
  asProgram(terminal, options, async ({ app, program }) => {
    const all = (await app.registry.exceptions('court-order')).filter(one => one.program === program);
    tellAll(terminal, options, all, one => [
      one.id,
      one.patient,
      one.organization,
      one.court,
      one.ordered,
      one.subpoena,
      one.types.join(','),
      one.dates === undefined ? 'any date' : `${lastDay(one.dates.from + 1)} to ${lastDay(one.dates.to)}`,
      lastDay(one.until),
      ...(one.ended === undefined ? [] : ['ended']),
    ]);
    return 0;
  });

export const endCourtOrder = (
  terminal: Terminal,
  options: Options,
  id: string | undefined,
): Promise<number> =>
  asProgram(terminal, options, async ({ app, program }) => {
    await end(app, program, { kind: 'court-order', id });
    return 0;
  });
