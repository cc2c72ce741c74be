// One line where there is something to say: what failed, what was slow, or everything where asked for
// (level debug). The audit row says the rest; here stand no paths, queries or ids of people.
import { ERRORS, type FhirError } from '../fhir/error.ts';
import type { Log } from '../observe/log.ts';

export interface Line {
  /** X-Request-Id. */
  request: string;
  method: string;
  /** Pattern of the route; absent where none matched. */
  route?: string;
  status: number;
  /** performance.now() at arrival. */
  since: number;
}

const SLOW = 1000;

export function logReply(log: Log, line: Line, error?: FhirError): void {
  const { since, ...rest } = line;
  const ms = Math.round(performance.now() - since);
  const level = error === undefined ? (ms > SLOW ? 'warn' : 'debug') : ERRORS[error.code].log;
  if (!log.isLevelEnabled(level)) return;
  const fields = { ...rest, ms, ...(error === undefined ? {} : { code: error.code }) };
  // The cause of what a caller did wrong is in the answer; the cause of what we did wrong is only here.
  const cause = error !== undefined && line.status >= 500 ? { err: error.cause ?? error } : {};
  log[level]({ ...fields, ...cause }, error === undefined ? 'request' : 'request failed');
}
