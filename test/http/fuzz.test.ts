// Whatever is sent, the server answers with something better than a bug.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Caller, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

let server: TestServer;
let program: Caller;

onEveryStore(store => {
  beforeAll(async () => {
    server = await startServer({ store });
    program = await server.as('program');
  });
  afterAll(() => server.close());

  const RUNS = 150;
  const piece = fc.oneof(
    fc.constantFrom(
      'Patient',
      'Observation',
      '_history',
      '_search',
      'metadata',
      '1',
      'x'.repeat(70),
      '..',
      '$everything',
    ),
    fc.string({ maxLength: 8 }).map(encodeURIComponent),
  );
  const name = fc.constantFrom(
    '_id',
    '_count',
    '_sort',
    '_include',
    '_revinclude',
    '_summary',
    '_elements',
    '_total',
    '_lastUpdated',
    '_since',
    '_page',
    '_format',
    'name',
    'identifier',
    'birthdate',
    'subject',
    'code:not',
    'value-quantity',
    'status:missing',
  );
  const value = fc.oneof(
    fc.constantFrom(
      '1',
      '-1',
      'gt2020',
      'true',
      'a|b',
      '|',
      ',',
      'Patient/1',
      'Observation:subject',
      '5.4|http://u|mg',
      '*',
    ),
    fc.string({ maxLength: 12 }).map(encodeURIComponent),
  );
  const query = fc
    .array(fc.tuple(name, value), { maxLength: 4 })
    .map(pairs => pairs.map(pair => pair.join('=')).join('&'));

  test('any path and query', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 5 }), query, async (pieces, text) => {
        const { status } = await program.get(`/fhir/${pieces.join('/')}?${text}`);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: RUNS },
    );
  });

  test('any JSON as a resource', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.jsonValue(), async (text, json) => {
        const half = JSON.stringify({ resourceType: 'Patient', name: json, contact: [json] });
        for (const body of [text, half]) {
          const { status } = await program.post('/fhir/Patient').type('json').send(body);
          expect([201, 400]).toContain(status);
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('any entry in a batch or transaction', async () => {
    const request = fc.record(
      {
        method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'x', ''),
        url: fc
          .tuple(fc.array(piece, { maxLength: 4 }), query)
          .map(([pieces, text]) => `${pieces.join('/')}?${text}`),
        ifMatch: fc.string({ maxLength: 6 }),
        ifNoneExist: query,
      },
      { requiredKeys: ['method', 'url'] },
    );
    const resource = fc.oneof(
      fc.constantFrom({ resourceType: 'Patient' }, { resourceType: 'Patient', id: '1' }, null),
      fc.jsonValue(),
    );
    const entry = fc.record(
      { request: fc.oneof(request, fc.jsonValue()), resource, fullUrl: fc.webUrl() },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('batch', 'transaction'),
        fc.array(fc.oneof(entry, fc.jsonValue()), { maxLength: 4 }),
        async (type, entries) => {
          const reply = await program.post('/fhir').send({ resourceType: 'Bundle', type, entry: entries });
          expect(reply.status).toBeLessThan(500);
          expect(reply.text).not.toContain('"500 ');
        },
      ),
      { numRuns: RUNS },
    );
  });
});
