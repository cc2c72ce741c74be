// Reading option values of the command line.
import { CommandError } from './terminal.ts';

export type Options = Readonly<Record<string, unknown>>;

export const text = (options: Options, name: string): string | undefined =>
  typeof options[name] === 'string' ? options[name] : undefined;

/** A whole number of at least `least`; wrong usage otherwise. */
export function whole(options: Options, name: string, least: number): number {
  const value = Number(options[name]);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new CommandError(`--${name}: expected a whole number of at least ${least}`, 2);
}
