// What a command is given of the outside, and how it fails.
import { type Config, ConfigError, type Environment, readConfig } from '../config.ts';
import { FhirError } from '../fhir/error.ts';

export interface Terminal {
  environment: Environment;
  out: NodeJS.WritableStream & { isTTY?: boolean };
  error: NodeJS.WritableStream & { isTTY?: boolean };
  input: NodeJS.ReadableStream;
}

/** A failure a person can do something about: said in one line, without a stack. */
export class CommandError extends Error {
  readonly exitCode: 1 | 2;
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

export function say(stream: NodeJS.WritableStream, line: string): void {
  stream.write(`${line}\n`);
}

export function configOf(terminal: Terminal, more: Environment = {}): Config {
  return readConfig({ ...terminal.environment, ...more });
}

/** One line for what went wrong, and the exit code: 2 for wrong usage, 1 for everything else. */
export function explain(error: unknown): { line: string; exitCode: number } {
  if (error instanceof CommandError) return { line: error.message, exitCode: error.exitCode };
  if (error instanceof ConfigError)
    return { line: `Configuration:\n  ${error.problems.join('\n  ')}`, exitCode: 2 };
  if (error instanceof FhirError)
    return { line: error.issues.map(issue => issue.message).join('\n'), exitCode: 1 };
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'EADDRINUSE')
    return {
      line: 'The port is in use: stop what listens there, or set PORT to another (0 picks a free one).',
      exitCode: 1,
    };
  if (code === 'EACCES')
    return { line: 'Not permitted to open the port or a file: see PORT, STORE and KEYS.', exitCode: 1 };
  return { line: message ?? String(error), exitCode: 1 };
}
