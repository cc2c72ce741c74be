// The notice to accompany disclosures (42 CFR 2.32): on what goes out of a Part 2 program's record to somebody else,
// and on nothing else.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Response } from 'supertest';
import { LONG_NOTICE, SHORT_NOTICE } from '../../src/access/notice.ts';
import type { JsonObject } from '../../src/fhir/types.ts';
import { validateResource } from '../../src/validation/validate.ts';
import {
  appointment,
  bundle,
  type Disclosing,
  get,
  NAMES,
  type Name,
  newObservation,
  OUTSIDE,
  post,
  put,
  RECORDS,
  startDisclosing,
  timesLong,
  told,
} from '../support/disclosing.ts';
import type { Caller, TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const OF_A: Readonly<Record<Name, string | undefined>> = {
  program: undefined,
  portal: undefined,
  ehr: 'Consent/ca',
  payer: 'Consent/cap',
  neighbour: 'Consent/can',
};

onEveryStore(store => {
  let server: TestServer;
  let callers: Disclosing['callers'];
  let ehr: Caller;
  beforeAll(async () => {
    ({ server, callers } = await startDisclosing(store));
    ehr = callers.ehr;
  });
  afterAll(() => server.close());

  const noNotice = (response: Response): void => {
    expect([...told(response), timesLong(response)]).toEqual([undefined, undefined, 0]);
  };
  const fresh = newObservation('a');

  /** What is asked, and how often its answer has the long form. */
  const ASKED: readonly [name: string, long: number, ask: (caller: Caller) => PromiseLike<Response>][] = [
    ['read', 0, caller => caller.get('/fhir/Observation/oa')],
    ['read of some elements', 0, caller => caller.get('/fhir/Observation/oa?_elements=status')],
    ['vread', 0, caller => caller.get('/fhir/Observation/oa/_history/1')],
    ['search', 1, caller => caller.get('/fhir/Observation?_id=oa,oa2')],
    ['search by POST', 1, caller => caller.post('/fhir/Observation/_search').type('form').send('_id=oa')],
    ['search with an include', 1, caller => caller.get('/fhir/Observation?_id=oa&_include=*')],
    ['search with what is ignored', 1, caller => caller.get('/fhir/Observation?_id=oa&unknown=1')],
    ['page 2', 1, caller => secondPage(caller, 'Observation?_id=oa,oa2&_count=1')],
    ['history of a resource', 0, caller => caller.get('/fhir/Observation/oa/_history')],
    ['batch: read', 1, caller => caller.post('/fhir').send(bundle('batch', get('Observation/oa')))],
    [
      'batch: the directory, a count, two searches',
      1,
      caller =>
        caller
          .post('/fhir')
          .send(
            bundle(
              'batch',
              get('Location/place'),
              get('Observation?_summary=count'),
              get('Observation?_id=oa'),
              get('Observation?_id=oa2'),
            ),
          ),
    ],
    [
      'batch: history',
      1,
      caller =>
        caller.post('/fhir').send(bundle('batch', get('Location/place'), get('Observation/oa/_history'))),
    ],
    [
      'transaction: read and search',
      1,
      caller =>
        caller
          .post('/fhir')
          .send(
            bundle('transaction', get('Location/place'), get('Observation/oa'), get('Observation?_id=oa2')),
          ),
    ],
  ];

  async function secondPage(caller: Caller, query: string): Promise<Response> {
    const { body } = await caller.get(`/fhir/${query}`).expect(200);
    const next = (body.link as { relation: string; url: string }[]).find(one => one.relation === 'next')!;
    return caller.get(next.url.slice(next.url.indexOf('/fhir')));
  }

  describe.each(NAMES)('to %s', name => {
    test.each(ASKED)('%s', async (_what, long, ask) => {
      const response = await ask(callers[name]);
      expect(response.status).toBe(200);
      expect(validateResource(response.body)).toEqual([]);
      const reference = OF_A[name];
      if (reference === undefined) return noNotice(response);
      expect(told(response)).toEqual([SHORT_NOTICE, reference]);
      expect(timesLong(response)).toBe(long);
      await callers[name].get(`/fhir/${reference}`).expect(200);
    });
  });

  test('it stands where R4 has a place for it', async () => {
    const issue = [{ severity: 'information', code: 'informational', details: { text: LONG_NOTICE } }];
    const found = (await ehr.get('/fhir/Observation?_id=oa&unknown=1&_total=accurate').expect(200)).body;
    expect(found.total).toBe(1);
    const modes = found.entry.map((one: JsonObject) => (one.search as JsonObject).mode);
    expect(modes).toEqual(['match', 'outcome', 'outcome']);
    expect(found.entry[2].resource).toEqual({ resourceType: 'OperationOutcome', issue });
    for (const type of ['batch', 'transaction'] as const) {
      const sent = bundle(type, get('Location/place'), get('Observation/oa'), get('Observation/oa2'));
      const { entry } = (await ehr.post('/fhir').send(sent).expect(200)).body;
      const outcomes = entry.map((one: { response: JsonObject }) => one.response.outcome);
      expect(outcomes).toEqual([undefined, { resourceType: 'OperationOutcome', issue }, undefined]);
    }
  });

  test.each<[string, (caller: Caller) => PromiseLike<Response>]>([
    ['the directory', caller => caller.get('/fhir/Location/place')],
    ['a search of the directory', caller => caller.get('/fhir/Location')],
    ['nothing found', caller => caller.get('/fhir/Observation?_id=nothing')],
    ['nothing to be seen', caller => caller.get('/fhir/Observation?patient=Patient/b')],
    ['only what it ignored', caller => caller.get('/fhir/Observation?_id=ob&unknown=1')],
    ['a total', caller => caller.get('/fhir/Observation?_summary=count')],
    ['a page of no length', caller => caller.get('/fhir/Observation?_count=0')],
    ['what is hidden', caller => caller.get('/fhir/Observation/ob')],
    ['what names one who is hidden', caller => caller.get('/fhir/List/lab')],
    ['what is unknown', caller => caller.get('/fhir/Observation/nothing')],
    ['what has not changed', caller => caller.get('/fhir/Observation/oa').set('If-None-Match', 'W/"1"')],
    ['the metadata', caller => caller.get('/fhir/metadata')],
    ['its own record', caller => caller.get('/fhir/Observation/ehr-op')],
    ['its own record among others', caller => caller.get('/fhir/Patient?_id=ehr-p,b')],
    [
      'a batch of these',
      caller => caller.post('/fhir').send(bundle('batch', get('Location/place'), get('Observation/ob'))),
    ],
    ['a batch that writes', caller => caller.post('/fhir').send(bundle('batch', post(fresh)))],
    ['a transaction that writes', caller => caller.post('/fhir').send(bundle('transaction', post(fresh)))],
    [
      'a write without its result',
      caller => caller.post('/fhir/Observation').set('Prefer', 'return=minimal').send(fresh),
    ],
    [
      'a write that is only told of',
      caller => caller.post('/fhir/Observation').set('Prefer', 'return=OperationOutcome').send(fresh),
    ],
  ])('there is none on %s', async (_what, ask) => {
    noNotice(await ask(ehr));
  });

  test('a resource written into the record that comes back is of the record', async () => {
    const full = { Prefer: 'return=representation' };
    const created = await ehr.post('/fhir/Observation').send(fresh).expect(201);
    const answers = [
      created,
      await put(appointment('pa', 'a', 'arrived'), ehr).expect(200),
      await ehr.put('/fhir/Appointment?_id=pa').send(appointment('pa', 'a')).expect(200),
      await ehr.post('/fhir/Observation').set('If-None-Exist', '_id=oa').send(fresh).expect(200),
      await ehr
        .post('/fhir')
        .set(full)
        .send(bundle('transaction', post(fresh)))
        .expect(200),
      await ehr
        .post('/fhir')
        .set(full)
        .send(bundle('batch', post(fresh)))
        .expect(200),
    ];
    for (const answer of answers) expect(told(answer)).toEqual([SHORT_NOTICE, 'Consent/ca']);
    expect(answers.map(timesLong)).toEqual([0, 0, 0, 0, 1, 1]);
    noNotice(await ehr.delete(`/fhir/Observation/${created.body.id as string}`).expect(204));
    // What stays its own is nobody's record.
    noNotice(await ehr.post('/fhir/Observation').send(newObservation('b')).expect(201));
  });

  test('there is none on what a Part 2 program is shown by an Organization that is none', async () => {
    noNotice(await callers.program.get('/fhir/Observation/ehr-op').expect(200));
  });

  test('HEAD has the headers of its GET', async () => {
    expect(told(await ehr.head('/fhir/Observation/oa').expect(200))).toEqual([SHORT_NOTICE, 'Consent/ca']);
  });

  test('a web page may read it', async () => {
    const { headers } = await ehr.get('/fhir/Observation/oa').set('Origin', 'https://page.example');
    expect(headers['access-control-expose-headers']).toMatch(/Redisclosure-Notice, Consent-Reference/);
  });

  test('it is there just where a version of a Part 2 program goes to another Organization', async () => {
    const seen = new Map<string, number>();
    for (const resource of [...RECORDS, ...OUTSIDE]) {
      const path = `/fhir/${resource.resourceType}/${resource.id}`;
      const isPart2 = RECORDS.includes(resource) && resource.resourceType !== 'Location';
      for (const name of NAMES) {
        for (const asked of [
          path,
          `/fhir/${resource.resourceType}?_id=${resource.id}`,
          `${path}/_history/1`,
        ]) {
          const response = await callers[name].get(asked);
          const { resourceType, entry } = response.body as JsonObject;
          const given = response.status === 200 && (resourceType !== 'Bundle' || entry !== undefined);
          const expected = given && isPart2 && !['program', 'portal'].includes(name);
          expect([name, asked, told(response)[0]]).toEqual([
            name,
            asked,
            expected ? SHORT_NOTICE : undefined,
          ]);
          if (given) seen.set(`${name} ${isPart2}`, (seen.get(`${name} ${isPart2}`) ?? 0) + 1);
        }
      }
    }
    // Each of them sees some of both.
    expect(seen.size).toBe(2 * NAMES.length);
  });
});
