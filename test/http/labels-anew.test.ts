// A store that was written before there were labels, or under other rules: labelled in place when it is opened.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readConfig } from '../../src/app.ts';
import { composeBody, fromResource } from '../../src/fhir/body.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { openStore } from '../../src/open-store.ts';
import { extract } from '../../src/search/extract.ts';
import type { WriteOp } from '../../src/store/port.ts';
import { condition, labelledMeta, labelsOn, plainObservation } from '../support/labels.ts';
import { type Caller, startServer, type TestServer } from '../support/server.ts';
import { draft, grantFor } from '../support/store.ts';
import { onEveryStore } from '../support/stores.ts';

type Resource = AnyResource & { id: string };
const screen = { code: { coding: [{ system: 'http://loinc.org', code: '19295-5' }] } };
const subject = { reference: 'Patient/a' };

/** What refers comes before what it refers to. */
const RECORDS: readonly Resource[] = [
  { resourceType: 'Patient', id: 'a' },
  {
    resourceType: 'DiagnosticReport',
    id: 'report',
    status: 'final',
    code: { text: 'x' },
    subject,
    result: [{ reference: 'Observation/screen' }],
  },
  plainObservation('screen', 'a', screen),
  plainObservation('sent', 'a', labelledMeta('HIV conf:V')),
  plainObservation('gone', 'a', screen),
  condition('c', 'E11.9'),
  condition('c', 'F10.20'),
];

onEveryStore(store => {
  const steps: [number, number][] = [];
  let server: TestServer;
  let program: Caller;

  beforeAll(async () => {
    const place = store.place();
    const config = readConfig({ ...place.environment, LOG_LEVEL: 'error', PORT: '0' });
    const old = await openStore(config.store, {
      derive: resource => ({ ...extract(resource as AnyResource), rules: [] }),
      clock: Date.now,
      extractors: 'before',
    });
    const write = (op: WriteOp) =>
      old.store.transact({ ops: [op], lookups: [], claims: [], marks: [] }, grantFor('program'), draft());
    for (const record of RECORDS) {
      const { resourceType: type, id } = record;
      await write({ kind: 'update', type, id, body: composeBody(fromResource(record), id) });
    }
    await write({ kind: 'delete', type: 'Observation', id: 'gone' });
    await old.close();
    server = await startServer({
      store: { ...store, place: () => place },
      surroundings: { onProgress: (done, total) => steps.push([done, total]) },
    });
    program = await server.as('program');
  });
  afterAll(() => server.close());

  const read = async (path: string): Promise<JsonObject> =>
    (await program.get(`/fhir/${path}`).expect(200)).body;

  test('every current body has its labels, in the version that stood', async () => {
    const rows: readonly [path: string, labels: string, version: string][] = [
      ['Condition/c', '42CFRPart2 ETHUD SUD conf:R', '2'],
      ['Observation/screen', '42CFRPart2 SUD conf:R', '1'],
      ['DiagnosticReport/report', '42CFRPart2 SUD conf:R', '1'],
      ['Observation/sent', '42CFRPart2 HIV conf:V', '1'],
      ['Patient/a', '42CFRPart2 conf:R', '1'],
    ];
    for (const [path, labels, version] of rows) {
      const resource = await read(path);
      expect([path, labelsOn(resource)]).toEqual([path, labels]);
      expect([path, (resource.meta as JsonObject).versionId]).toEqual([path, version]);
    }
    expect(steps.at(-1)).toEqual([6, 6]);
  });

  test('labels are searched for', async () => {
    for (const [query, total] of [
      ['Condition?_security=ETHUD', 1],
      ['DiagnosticReport?_security=SUD', 1],
      ['Observation?_security=SUD', 1],
      ['Observation?_security=HIV', 1],
    ] as const)
      expect([query, (await read(`${query}&_total=accurate`)).total]).toEqual([query, total]);
  });

  test('the history stays as it was, and what was deleted stays deleted', async () => {
    expect(labelsOn(await read('Condition/c/_history/1'))).toBe('42CFRPart2 conf:R');
    await program.get('/fhir/Observation/gone').expect(410);
    const { body } = await program.put('/fhir/Observation/gone').send(plainObservation('gone')).expect(201);
    expect(labelsOn(body)).toBe('42CFRPart2 SUD conf:R');
  });
});
