// What the commands about exceptions of 42 CFR Part 2 have in common: each change leaves an audit row, and is
// durable before the command ends.
import type { App, AuditAct, ExceptionEntry } from '../app.ts';
import { parseDateRange } from '../fhir/date-range.ts';
import { recordAct } from './administer.ts';
import { type Options, text } from './options.ts';
import { CommandError, say, type Terminal } from './terminal.ts';

/** Of the option `name`: the first moment of its day and the first after it, ms. */
export function dayOf(options: Options, name: string): { low: number; high: number } | undefined {
  const given = text(options, name);
  if (given === undefined) return undefined;
  const range = parseDateRange(given);
  if (range !== undefined) return range;
  throw new CommandError(`--${optionOf(name)}: expected a date, as 2026-08-01`, 2);
}

/** One line that somebody wrote. */
export function line(options: Options, name: string): string {
  const given = text(options, name)?.trim() ?? '';
  if (/^[^\p{Cc}]{1,200}$/u.test(given)) return given;
  throw new CommandError(`--${optionOf(name)}: expected one line of at most 200 characters`, 2);
}

const optionOf = (name: string): string => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);

export async function put(app: App, action: AuditAct, organization: string, entry: ExceptionEntry) {
  await recordAct(app.context.store, app.context.ids(), { action, organization, id: entry.id });
  await app.registry.putException(entry);
}

/** JSON, or a line for each. */
export function tellAll<E>(
  terminal: Terminal,
  options: Options,
  entries: readonly E[],
  words: (entry: E) => readonly string[],
): void {
  if (options.json === true) say(terminal.out, JSON.stringify(entries));
  else for (const entry of entries) say(terminal.out, words(entry).join('\t'));
}

/** ms, as people write it. */
export const instant = (at: number): string => new Date(at).toISOString();

/** The last day of what ends at `until`, ms. */
export const lastDay = (until: number): string => instant(until - 1).slice(0, 10);

/** Ends what has not been ended. */
export async function end(
  app: App,
  program: string,
  { kind, id }: { kind: 'agreement' | 'court-order'; id: string | undefined },
): Promise<void> {
  const entry = await app.registry.exception(kind, id!);
  if (entry?.program !== program) throw new CommandError(`There is no ${kind} ${id}: see ${kind} list.`);
  if (entry.ended !== undefined) throw new CommandError('It was ended before.');
  await put(app, `${kind}-end`, program, { ...entry, ended: app.context.clock() });
}
