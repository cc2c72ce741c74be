// `emergency`: the privacy officer's list of records that were disclosed in emergencies, and who looked into each.
import type { App, ExceptionOf } from '../app.ts';
import { instant, line, put, tellAll } from './exceptions.ts';
import { type Options, text } from './options.ts';
import { asProgram } from './own-program.ts';
import { CommandError, say, type Terminal } from './terminal.ts';

type Emergency = ExceptionOf<'emergency'>;

/** Of those stated for people whom the program knows, disclosed or not: asking is worth a look by itself. */
const emergenciesOf = async (app: App, program: string): Promise<Emergency[]> =>
  (await app.registry.exceptions('emergency'))
    .filter(one => one.program === program)
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));

/** A line for each: id, when, Patient, purpose, client, to whom, of where, why, and by whom it was reviewed. */
export const listEmergencies = (terminal: Terminal, options: Options): Promise<number> =>
  asProgram(terminal, options, async ({ app, program }) => {
    const all = await emergenciesOf(app, program);
    const shown = options.all === true ? all : all.filter(one => one.review === undefined);
    tellAll(terminal, options, shown, one => [
      one.id,
      instant(one.at),
      one.patient,
      one.purpose,
      one.client,
      one.recipient,
      one.affiliation,
      one.nature,
      ...(one.review === undefined ? [] : [`reviewed by ${one.review.by} ${instant(one.review.at)}`]),
    ]);
    return 0;
  });

export const reviewEmergency = (
  terminal: Terminal,
  options: Options,
  id: string | undefined,
): Promise<number> =>
  asProgram(terminal, options, async ({ app, program }) => {
    const by = line(options, 'by');
    const note = text(options, 'note') === undefined ? {} : { note: line(options, 'note') };
    const entry = await app.registry.exception('emergency', id!);
    if (entry?.program !== program)
      throw new CommandError(`There is no emergency ${id}: see emergency list --all.`);
    if (entry.review !== undefined) throw new CommandError('It was reviewed before.');
    const reviewed = { ...entry, review: { by, at: app.context.clock(), ...note } };
    await put(app, 'emergency-review', program, reviewed);
    if (options.json === true) say(terminal.out, JSON.stringify(reviewed));
    return 0;
  });
