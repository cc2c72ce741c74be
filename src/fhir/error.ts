// Every failure that a caller may see is a FhirError with a code of this closed union; one table maps
// the code to HTTP status, issue type, severity and log level. Anything else that is thrown is a bug:
// logged with its stack, answered 500 with the request id only.

/** Stable error codes. See `ERRORS` for what each becomes. */
export type ErrorCode =
  | 'invalid-structure'
  | 'invalid-value'
  | 'invalid-search'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'not-acceptable'
  | 'conflict'
  | 'no-seat'
  | 'gone'
  | 'stale'
  | 'ambiguous'
  | 'timeout'
  | 'too-large'
  | 'url-too-long'
  | 'headers-too-large'
  | 'media-type'
  | 'business-rule'
  | 'throttled'
  | 'internal'
  | 'unavailable';

export interface ErrorKind {
  status: number;
  /** OperationOutcome.issue.code (http://hl7.org/fhir/issue-type). */
  issue: string;
  severity: 'error' | 'fatal';
  log: 'debug' | 'info' | 'warn' | 'error';
}

export const ERRORS: Readonly<Record<ErrorCode, ErrorKind>> = {
  'invalid-structure': { status: 400, issue: 'structure', severity: 'error', log: 'debug' },
  'invalid-value': { status: 400, issue: 'value', severity: 'error', log: 'debug' },
  'invalid-search': { status: 400, issue: 'not-supported', severity: 'error', log: 'debug' },
  unauthenticated: { status: 401, issue: 'login', severity: 'error', log: 'info' },
  forbidden: { status: 403, issue: 'forbidden', severity: 'error', log: 'info' },
  'not-found': { status: 404, issue: 'not-found', severity: 'error', log: 'debug' },
  'method-not-allowed': { status: 405, issue: 'not-supported', severity: 'error', log: 'debug' },
  'not-acceptable': { status: 406, issue: 'not-supported', severity: 'error', log: 'debug' },
  conflict: { status: 409, issue: 'conflict', severity: 'error', log: 'info' },
  'no-seat': { status: 409, issue: 'conflict', severity: 'error', log: 'info' },
  gone: { status: 410, issue: 'deleted', severity: 'error', log: 'debug' },
  stale: { status: 412, issue: 'conflict', severity: 'error', log: 'info' },
  ambiguous: { status: 412, issue: 'multiple-matches', severity: 'error', log: 'info' },
  timeout: { status: 408, issue: 'timeout', severity: 'error', log: 'info' },
  'too-large': { status: 413, issue: 'too-long', severity: 'error', log: 'info' },
  'url-too-long': { status: 414, issue: 'too-long', severity: 'error', log: 'info' },
  'headers-too-large': { status: 431, issue: 'too-long', severity: 'error', log: 'info' },
  'media-type': { status: 415, issue: 'not-supported', severity: 'error', log: 'debug' },
  'business-rule': { status: 422, issue: 'business-rule', severity: 'error', log: 'info' },
  throttled: { status: 429, issue: 'throttled', severity: 'error', log: 'info' },
  internal: { status: 500, issue: 'exception', severity: 'fatal', log: 'error' },
  unavailable: { status: 503, issue: 'transient', severity: 'error', log: 'warn' },
};

/** One problem: what is wrong, and where as a FHIRPath-like path (`Bundle.entry[2].resource.status`). */
export interface Issue {
  /** Says what is wrong in words. Never a value of a record in access messages or 5xx. */
  message: string;
  /** FHIRPath-like path of the place, where there is one. */
  path?: string;
  /** issue-type code, where it is finer than the one of the error's code. */
  code?: string;
}

export class FhirError extends Error {
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];
  /** Seconds for a Retry-After header (throttled, unavailable). */
  readonly retryAfter: number | undefined;
  /** Which op of a WritePlan it is about, where the store knows. */
  readonly op: number | undefined;

  constructor(
    code: ErrorCode,
    issues: string | readonly Issue[],
    options: { cause?: unknown; retryAfter?: number | undefined; op?: number } = {},
  ) {
    const list = typeof issues === 'string' ? [{ message: issues }] : issues;
    super(list[0]?.message ?? code, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'FhirError';
    this.code = code;
    this.issues = list;
    this.retryAfter = options.retryAfter;
    this.op = options.op;
  }
}

/** The one message for everything that is unknown, hidden or out of reach: it must not vary. */
export const NOT_FOUND = 'No such resource.';
export const notFound = (): FhirError => new FhirError('not-found', NOT_FOUND);
