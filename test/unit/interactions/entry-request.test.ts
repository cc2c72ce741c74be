import { describe, expect, test } from '@jest/globals';
import { toRequest } from '../../../src/interactions/entry-request.ts';

const frame = { base: 'http://here/fhir', prefer: {}, request: 'r1', path: 'Bundle.entry[2]' };
const common = { prefer: {}, request: 'r1' };

describe('an entry is the request that its method and URL would be over HTTP', () => {
  test.each([
    ['GET', 'Patient/1', { kind: 'read', type: 'Patient', id: '1', query: '' }],
    ['GET', '/Patient/1', { kind: 'read', type: 'Patient', id: '1', query: '' }],
    ['GET', 'http://here/fhir/Patient/1', { kind: 'read', type: 'Patient', id: '1', query: '' }],
    ['GET', 'Patient?name=a&name=b', { kind: 'search', type: 'Patient', query: 'name=a&name=b' }],
    ['GET', 'Patient', { kind: 'search', type: 'Patient', query: '' }],
    ['GET', 'Patient/1/_history', { kind: 'history', type: 'Patient', id: '1', query: '' }],
    ['GET', 'Patient/_history?_count=2', { kind: 'history', type: 'Patient', query: '_count=2' }],
    ['GET', '_history', { kind: 'history', query: '' }],
    ['GET', 'Patient/1/_history/2', { kind: 'vread', type: 'Patient', id: '1', version: '2', query: '' }],
    ['GET', 'metadata', { kind: 'capabilities' }],
    ['GET', 'http://here/fhir?_page=abc', { kind: 'page', page: 'abc' }],
    ['POST', 'Patient', { kind: 'create', type: 'Patient', body: '{}' }],
    ['PUT', 'Patient/1', { kind: 'update', type: 'Patient', id: '1', body: '{}' }],
    [
      'PUT',
      'Patient?identifier=1',
      { kind: 'conditional-update', type: 'Patient', query: 'identifier=1', body: '{}' },
    ],
    ['DELETE', 'Patient/1', { kind: 'delete', type: 'Patient', id: '1' }],
  ])('%s %s', (method, url, expected) => {
    expect(toRequest({ method, url }, '{}', frame)).toEqual({ ...common, ...expected });
  });
});

test('preconditions of an entry go with its request', () => {
  const entry = { ifMatch: 'W/"1"', ifNoneMatch: 'W/"2"', ifNoneExist: 'a=b' };
  expect(toRequest({ method: 'PUT', url: 'Patient/1', ...entry }, '', frame)).toMatchObject({
    ifMatch: 'W/"1"',
  });
  expect(toRequest({ method: 'DELETE', url: 'Patient/1', ...entry }, '', frame)).toMatchObject({
    ifMatch: 'W/"1"',
  });
  expect(toRequest({ method: 'POST', url: 'Patient', ...entry }, '', frame)).toMatchObject({
    ifNoneExist: 'a=b',
  });
  expect(toRequest({ method: 'GET', url: 'Patient/1', ...entry }, '', frame)).toMatchObject({
    ifNoneMatch: 'W/"2"',
  });
});

describe('what is no interaction here is refused with the place', () => {
  test.each([
    ['GET', 'Nothing/1', 'url'],
    ['GET', 'http://elsewhere/fhir/Patient/1', 'url'],
    ['GET', 'http://here/fhirs/Patient/1', 'url'],
    ['GET', 'Patient/1/observations', 'url'],
    ['GET', 'Patient/1/_history/2/3', 'url'],
    ['GET', '', 'url'],
    ['POST', '', 'url'],
    ['POST', 'Patient/1', 'url'],
    ['POST', 'Patient?name=a', 'url'],
    ['POST', 'Patient/_search', 'url'],
    ['PUT', 'Patient', 'url'],
    ['PUT', 'Patient/1/_history/2', 'url'],
    ['PUT', 'Patient/1?name=a', 'url'],
    ['DELETE', 'Patient', 'url'],
    ['DELETE', 'Patient?name=a', 'url'],
    ['DELETE', 'metadata', 'url'],
    ['PATCH', 'Patient/1', 'method'],
    ['HEAD', 'Patient/1', 'method'],
  ])('%s %s', (method, url, element) => {
    expect(() => toRequest({ method, url }, '', frame)).toThrow(
      expect.objectContaining({
        code: 'invalid-value',
        issues: [expect.objectContaining({ path: `Bundle.entry[2].request.${element}` })],
      }),
    );
  });
});
