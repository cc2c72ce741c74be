import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../src/access/decide.ts';
import type { Principal } from '../../../src/access/grant.ts';
import { matchesTag, parseIfMatch, writeReply } from '../../../src/interactions/version-reply.ts';
import type { Version } from '../../../src/store/port.ts';

const caller: Principal = {
  client: 'c',
  organization: 'o',
  role: 'program',
  scopes: [],
  purposes: [],
  idSpace: { prefix: '', others: [] },
};
const version: Version = {
  type: 'Patient',
  id: 'p',
  version: 3,
  seq: 1_790_000_000_123_456,
  created: 1,
  owner: 'o',
  source: 'o',
  writer: 'o',
  patients: ['p'],
  deleted: false,
  body: '{"resourceType":"Patient","id":"p","meta":{}}',
};

test.each([
  ['W/"3"', 3],
  ['"3"', 3],
  ['3', 3],
  [' W/"12" ', 12],
  [undefined, undefined],
])('If-Match %j means version %j', (text, expected) => {
  expect(parseIfMatch(text)).toBe(expected);
});

test.each(['', '*', 'W/"x"', '"3', 'W/3', 'W/"3", W/"4"', '-1', '3.0'])('If-Match %j is refused', text => {
  expect(() => parseIfMatch(text)).toThrow(expect.objectContaining({ code: 'invalid-value' }));
});

test.each([
  ['W/"3"', true],
  ['"3"', true],
  ['W/"2", W/"3"', true],
  ['*', true],
  ['W/"2"', false],
  ['garbage', false],
  [undefined, false],
])('If-None-Match %j against version 3: %j', (text, expected) => {
  expect(matchesTag(text, version)).toBe(expected);
});

const replying = { base: 'http://here/fhir', grant: decide(caller, [], 0, 'program') };

describe('a write answers with as much as the caller prefers', () => {
  const location = 'http://here/fhir/Patient/p/_history/3';
  test.each([
    [{}, true],
    [{ return: 'representation' as const }, true],
    [{ return: 'minimal' as const }, false],
  ])('%j', (prefer, hasBody) => {
    const reply = writeReply(201, version, { prefer, ...replying });
    expect(reply.headers).toMatchObject({ ETag: 'W/"3"', Location: location });
    expect(reply.headers['Last-Modified']).toBe('Mon, 21 Sep 2026 14:13:20 GMT');
    expect(reply.body !== undefined).toBe(hasBody);
  });

  test('OperationOutcome', () => {
    const reply = writeReply(200, version, { prefer: { return: 'OperationOutcome' }, ...replying });
    expect(JSON.parse(reply.body!)).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'information' }],
    });
    expect(reply.headers.Location).toBeUndefined();
  });
});
