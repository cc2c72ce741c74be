// What the driver throws, in the words of the port. No text of the driver reaches a caller: it may quote
// what it stumbled over.
import { FhirError } from '../../fhir/error.ts';

interface DriverError extends Error {
  code?: number | string;
  errorLabelSet?: ReadonlySet<string>;
  writeConcernError?: { code?: number };
  /** Of a bulk: what it met, where that was no answer of a server. */
  errorResponse?: unknown;
}

/** The server cannot answer now; the same question later may be answered. */
const UNAVAILABLE: ReadonlySet<number> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  24, // LockTimeout
  43, // CursorNotFound: its server was replaced
  50, // MaxTimeMSExpired
  64, // WriteConcernFailed: waited in vain for a majority
  79, // UnknownReplWriteConcern
  89, // NetworkTimeout
  91, // ShutdownInProgress
  100, // CannotSatisfyWriteConcern
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  189, // PrimarySteppedDown
  225, // TransactionTooOld
  237, // CursorKilled
  239, // SnapshotTooOld
  244, // TransactionAborted
  246, // SnapshotUnavailable
  251, // NoSuchTransaction
  262, // ExceededTimeLimit
  290, // TransactionExceededLifetimeLimitSeconds
  314, // ObjectIsBusy
  317, // ConnectionPoolExpired
  365, // TemporarilyUnavailable
  384, // ConnectionError
  9001, // SocketException
  10058, // LegacyNotPrimary
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13388, // StaleConfig
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  14031, // OutOfDiskSpace
  16755, // the same, of older paths
]);

const UNAVAILABLE_NAMES: ReadonlySet<string> = new Set([
  'MongoServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongoNotConnectedError',
  'MongoClientClosedError',
  'MongoServerClosedError',
  'MongoTopologyClosedError',
  'MongoExpiredSessionError',
  'MongoStalePrimaryError',
  'MongoSystemError',
]);

/** BSONObjectTooLarge; after an update; a message of the wire. */
const TOO_LARGE: ReadonlySet<number> = new Set([10334, 17419, 17420, 17280]);
const DUPLICATE_KEY = 11000;
const FULL_DISK = /no space left|disk full|out of disk|ENOSPC/i;
const LARGE = /larger than the maximum|object to insert too large|BSONObj size|too large/i;

export function unavailable(message = 'The store cannot answer now.', cause?: unknown): FhirError {
  return new FhirError('unavailable', message, { cause, retryAfter: 1 });
}

/**
 * Driver failures become FhirError: `unavailable` where trying later may help, `conflict` for a key that is
 * taken, `too-large`; everything else stays what it is.
 */
export function translate(error: unknown): unknown {
  if (!Error.isError(error) || error instanceof FhirError) return error;
  if (isUnavailable(error)) return unavailable(undefined, error);
  if (isDuplicate(error)) return new FhirError('conflict', 'Another write came first.', { cause: error });
  if (isTooLarge(error))
    return new FhirError('too-large', 'The resource is too large for the store.', { cause: error });
  return error;
}

/** A unique key is taken. */
export const isDuplicate = (error: unknown): boolean => codesOf(error).includes(DUPLICATE_KEY);

/** The transaction has come to nothing and may be tried again from its beginning. */
export const isTransient = (error: unknown): boolean => hasLabel(error, 'TransientTransactionError');

/** Of a commit: nobody knows whether it came through, and it may be sent again. */
export const isUnknownCommit = (error: unknown): boolean =>
  hasLabel(error, 'UnknownTransactionCommitResult') ||
  reasonsOf(error).some(({ name }) => name === 'MongoServerSelectionError');

/** The server may not have heard what was said last. */
export const isBroken = (error: unknown): boolean =>
  reasonsOf(error).some(({ name }) => /^MongoNetwork|^(Mongo)?PoolCleared/.test(name));

/** The moment that was asked for cannot be read any more, or not yet. */
export const isLostSnapshot = (error: unknown): boolean =>
  codesOf(error).some(code => code === 246 || code === 239);

/** Marks what made an attempt void, so that the unit is tried again: a key that another unit took meanwhile. */
export function asTransient(error: unknown): unknown {
  if (!Error.isError(error)) return error;
  const again = unavailable('Another write came first.', error);
  return Object.assign(again, { errorLabelSet: new Set(['TransientTransactionError']) });
}

function isUnavailable(error: Error): boolean {
  if (hasLabel(error, 'RetryableWriteError') || isTransient(error) || isUnknownCommit(error)) return true;
  if (codesOf(error).some(code => UNAVAILABLE.has(code))) return true;
  return reasonsOf(error).some(
    ({ name, message }) =>
      UNAVAILABLE_NAMES.has(name) || (name.startsWith('Mongo') && FULL_DISK.test(message)),
  );
}

function isTooLarge(error: Error): boolean {
  if (codesOf(error).some(code => TOO_LARGE.has(code))) return true;
  return reasonsOf(error).some(({ name, message }) => {
    // The driver's own writer runs off the end of its buffer.
    if (name === 'RangeError') return message.includes('"offset"');
    return (name.startsWith('Mongo') || name.startsWith('BSON')) && LARGE.test(message);
  });
}

/** An error, and what it was made of. */
function reasonsOf(error: unknown): DriverError[] {
  const reasons: DriverError[] = [];
  for (let one = error; Error.isError(one); ) {
    const known = one as DriverError;
    reasons.push(known);
    one = known.cause ?? known.errorResponse;
  }
  return reasons;
}

/** Of the error, and of a write concern it tells of. */
const codesOf = (error: unknown): number[] =>
  reasonsOf(error)
    .flatMap(({ code, writeConcernError }) => [code, writeConcernError?.code])
    .filter(code => typeof code === 'number');

const hasLabel = (error: unknown, label: string): boolean =>
  reasonsOf(error).some(({ errorLabelSet }) => errorLabelSet?.has(label) === true);
