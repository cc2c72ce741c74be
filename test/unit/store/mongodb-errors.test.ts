// What the driver throws, in the words of the port. The errors are built as the driver builds them.
import { describe, expect, test } from '@jest/globals';
import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoError,
  MongoInvalidArgumentError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from 'mongodb';
import { FhirError } from '../../../src/fhir/error.ts';
import { asTransient, isDuplicate, isTransient, translate } from '../../../src/store/mongodb/errors.ts';

const server = (code: number, errmsg = 'SECRET'): MongoServerError =>
  new MongoServerError({ ok: 0, code, errmsg });
const labelled = (label: string): MongoError => {
  const error = new MongoError('SECRET');
  error.addErrorLabel(label);
  return error;
};
const bulk = (code: number, errmsg: string): MongoBulkWriteError =>
  new MongoBulkWriteError({ message: errmsg, code, writeErrors: [] } as never, { insertedCount: 0 } as never);

const TABLE: readonly [string, unknown, string][] = [
  ['no primary is to be found', new MongoServerSelectionError('SECRET', {} as never), 'unavailable'],
  ['the network fails', new MongoNetworkError('SECRET'), 'unavailable'],
  [
    'the network fails under a bulk',
    new MongoBulkWriteError(new MongoNetworkError('SECRET') as never, { insertedCount: 0 } as never),
    'unavailable',
  ],
  ['the client is closed', new MongoClientClosedError(), 'unavailable'],
  ['the topology is closed', new MongoTopologyClosedError('SECRET'), 'unavailable'],
  ['there is no connection', new MongoNotConnectedError('SECRET'), 'unavailable'],
  ...[6, 50, 64, 89, 91, 100, 112, 189, 246, 251, 262, 10107, 11600, 11602, 13435, 13436].map(
    (code): [string, unknown, string] => [`the server says ${code}`, server(code), 'unavailable'],
  ),
  ['the disk is full', server(14031), 'unavailable'],
  ['a write says that the disk is full', server(8, 'No space left on device'), 'unavailable'],
  [
    'a write waited in vain for a majority',
    new MongoWriteConcernError({
      ok: 1,
      writeConcernError: { code: 64, errmsg: 'SECRET', errInfo: {} },
    } as never),
    'unavailable',
  ],
  ['a transaction was in the way of another', labelled('TransientTransactionError'), 'unavailable'],
  ['nobody knows of a commit', labelled('UnknownTransactionCommitResult'), 'unavailable'],
  ['a key is taken', server(11000), 'conflict'],
  ['a key of many is taken', bulk(11000, 'SECRET'), 'conflict'],
  ['a document is too large', server(10334), 'too-large'],
  ['an updated document is too large', server(17419), 'too-large'],
  [
    'the driver finds a document too large',
    new MongoInvalidArgumentError('Document is larger than the maximum size 16777216'),
    'too-large',
  ],
  ['the driver runs off its buffer', new RangeError('The value of "offset" is out of range.'), 'too-large'],
];

describe('a driver error', () => {
  test.each(TABLE)('where %s becomes a FhirError without the words of the driver', (_name, thrown, code) => {
    const known = translate(thrown);
    expect(known).toBeInstanceOf(FhirError);
    const { code: found, message, retryAfter } = known as FhirError;
    expect(found).toBe(code);
    expect(message).not.toContain('SECRET');
    expect(retryAfter).toBe(code === 'unavailable' ? 1 : undefined);
  });

  test.each([
    ['a bug of ours', new TypeError('x is not a function')],
    ['a range of ours', new RangeError('Invalid array length')],
    ['a command that the server does not take', server(9, 'SECRET')],
    ['a FhirError', new FhirError('stale', 'Other.')],
    ['no error at all', 'text'],
  ])('that is %s stays what it is', (_name, thrown) => {
    expect(translate(thrown)).toBe(thrown);
  });

  test('is known through those that wrap it', () => {
    const wrapped = new FhirError('unavailable', 'x', { cause: labelled('TransientTransactionError') });
    expect(isTransient(wrapped)).toBe(true);
    const inBulk = labelled('TransientTransactionError') as never;
    expect(isTransient(new MongoBulkWriteError(inBulk, { insertedCount: 0 } as never))).toBe(true);
    expect(isTransient(server(11000))).toBe(false);
    expect(isDuplicate(bulk(11000, ''))).toBe(true);
  });

  test('can be marked as one that makes the unit start again', () => {
    const marked = asTransient(server(11000));
    expect(isTransient(marked)).toBe(true);
    expect((marked as FhirError).code).toBe('unavailable');
  });
});
