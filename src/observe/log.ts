// The server's own log: for those who run it, never about people. No query strings, bodies, headers or
// ids; and of an error its kind and where it was thrown, since messages of the runtime quote what they
// stumbled over.
import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** `level`: fatal, error, warn, info, debug, trace or silent. Lines are JSON, to standard output unless told. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = { level, base: null, serializers: { err: describeError } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

export interface ErrorDescription {
  type: string;
  code?: string;
  /** Stack frames without the message. */
  at: readonly string[];
  cause?: ErrorDescription;
}

const MOST_FRAMES = 20;
const MOST_CAUSES = 5;

export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!Error.isError(error)) return { type: typeof error, at: [] };
  const { name, code, stack = '', cause } = error as Error & { code?: unknown; cause?: unknown };
  const frames = stack.split('\n').filter(line => /^\s+at /.test(line));
  return {
    type: name,
    ...(typeof code === 'string' ? { code } : {}),
    at: frames.slice(0, MOST_FRAMES).map(line => line.trim()),
    ...(cause === undefined || depth >= MOST_CAUSES ? {} : { cause: describeError(cause, depth + 1) }),
  };
}
