import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Caller, consentFor, coverageFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

let server: TestServer;
let program: Caller;
let ehr: Caller;
let patientId: string;

interface Entry {
  fullUrl: string;
  resource: { id: string; resourceType: string } & Record<string, unknown>;
  search: { mode: string };
}
const entriesOf = (body: { entry?: Entry[] }): Entry[] => body.entry ?? [];
const idsOf = (body: { entry?: Entry[] }, mode = 'match'): string[] =>
  entriesOf(body)
    .filter(entry => entry.search.mode === mode)
    .map(entry => entry.resource.id);
const linkOf = (body: { link: { relation: string; url: string }[] }, relation: string): string | undefined =>
  body.link.find(link => link.relation === relation)?.url;
/** The path of a link, for supertest. */
const pathOf = (url: string): string => url.replace(server.base, '/fhir');

onEveryStore(store => {
  const weights: string[] = [];
  beforeAll(async () => {
    server = await startServer({ store });
    program = await server.as('program');
    ehr = await server.as('ehr');
    const patient = await program
      .post('/fhir/Patient')
      .send({ resourceType: 'Patient', name: [{ family: 'Fisher' }] });
    patientId = patient.body.id;
    for (let i = 0; i < 7; i++) {
      const reply = await program.post('/fhir/Observation').send({
        resourceType: 'Observation',
        status: i === 6 ? 'preliminary' : 'final',
        code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
        subject: { reference: `Patient/${patientId}` },
        effectiveDateTime: `2026-03-0${7 - i}`,
        valueQuantity: { value: 70 + i, unit: 'kg' },
      });
      weights.push(reply.body.id);
    }
  });
  afterAll(() => server.close());

  describe('a searchset', () => {
    test('holds the matches with their addresses, and the search that was done', async () => {
      const { body } = await program
        .get('/fhir/Observation?code=http://loinc.org|29463-7&status=final')
        .expect(200);
      expect(body).toMatchObject({ resourceType: 'Bundle', type: 'searchset', total: 6 });
      expect(idsOf(body)).toEqual(weights.slice(0, 6));
      expect(entriesOf(body)[0]!.fullUrl).toBe(`${server.base}/Observation/${weights[0]}`);
      expect(linkOf(body, 'self')).toBe(
        `${server.base}/Observation?code=http://loinc.org%7C29463-7&status=final`,
      );
      expect(linkOf(body, 'next')).toBeUndefined();
    });

    test('holds each resource as a read gives it', async () => {
      const { body } = await program.get(`/fhir/Observation?_id=${weights[0]}`);
      const read = await program.get(`/fhir/Observation/${weights[0]}`);
      expect(entriesOf(body)[0]!.resource).toEqual(read.body);
    });

    test('without matches has no entry element', async () => {
      const { body } = await program.get('/fhir/Observation?status=cancelled').expect(200);
      expect(body.entry).toBeUndefined();
      expect(body.total).toBe(0);
    });

    test('counts alone for _summary=count and _count=0', async () => {
      for (const query of ['_summary=count', '_count=0']) {
        const { body } = await program.get(`/fhir/Observation?${query}`).expect(200);
        expect([body.total, body.entry]).toEqual([7, undefined]);
      }
    });

    test('brings what it includes, marked as such', async () => {
      const { body } = await program.get(`/fhir/Observation?_id=${weights[0]}&_include=Observation:subject`);
      expect(idsOf(body)).toEqual([weights[0]]);
      expect(idsOf(body, 'include')).toEqual([patientId]);
      const reverse = await program.get(`/fhir/Patient?_id=${patientId}&_revinclude=Observation:subject`);
      expect(idsOf(reverse.body, 'include').toSorted()).toEqual(weights.toSorted());
    });

    test('includes nothing that the caller may not see', async () => {
      const seen = await ehr.post('/fhir/Observation').send({
        resourceType: 'Observation',
        status: 'final',
        code: { text: 'x' },
        subject: { reference: `Patient/${patientId}` },
      });
      const { body } = await ehr
        .get(`/fhir/Observation?_id=${seen.body.id}&_include=Observation:subject`)
        .expect(200);
      expect(idsOf(body, 'include')).toEqual([]);
    });

    test('is cut by _elements', async () => {
      const { body } = await program.get(`/fhir/Observation?_id=${weights[0]}&_elements=value`).expect(200);
      const { resource } = entriesOf(body)[0]!;
      expect(Object.keys(resource).toSorted()).toEqual(
        ['code', 'id', 'meta', 'resourceType', 'status', 'valueQuantity'].toSorted(),
      );
    });
  });

  describe('POST _search', () => {
    test('takes parameters of URL and form together', async () => {
      const { body } = await program
        .post('/fhir/Observation/_search?status=final')
        .type('form')
        .send('code=http%3A%2F%2Floinc.org%7C29463-7&_count=2&_total=accurate')
        .expect(200);
      expect(body.total).toBe(6);
      expect(idsOf(body)).toEqual(weights.slice(0, 2));
    });

    test('with another body is refused', async () => {
      await program.post('/fhir/Observation/_search').send({ status: 'final' }).expect(415);
    });

    test('without a body searches all', async () => {
      const { body } = await program.post('/fhir/Observation/_search?status=preliminary').expect(200);
      expect(idsOf(body)).toEqual([weights[6]]);
    });
  });

  describe('what is not understood', () => {
    test('is left out and reported under lenient handling', async () => {
      const { body } = await program.get('/fhir/Observation?status=preliminary&shoesize=huge').expect(200);
      expect(idsOf(body)).toEqual([weights[6]]);
      expect(linkOf(body, 'self')).toBe(`${server.base}/Observation?status=preliminary`);
      const outcomes = entriesOf(body).filter(entry => entry.search.mode === 'outcome');
      expect(outcomes).toHaveLength(1);
      expect(JSON.stringify(outcomes)).toContain('shoesize');
      expect(JSON.stringify(outcomes)).not.toContain('huge');
    });

    test('is refused under strict handling', async () => {
      const reply = await program
        .get('/fhir/Observation?shoesize=huge')
        .set('Prefer', 'handling=strict')
        .expect(400);
      expect(reply.body.issue[0].code).toBe('not-supported');
    });

    test.each(['status:above=final', 'subject.name=x', '_has:Provenance:target:agent=x', 'date=yesterday'])(
      '%s would widen the answer and is always refused',
      async query => {
        const reply = await program.get(`/fhir/Observation?${query}`).expect(400);
        expect(reply.text).not.toContain('yesterday');
      },
    );
  });

  describe('pages', () => {
    const walk = async (caller: Caller, path: string): Promise<string[][]> => {
      const pages: string[][] = [];
      for (let next: string | undefined = path; next !== undefined; ) {
        const { body } = await caller.get(next).expect(200);
        pages.push(idsOf(body));
        const url = linkOf(body, 'next');
        next = url === undefined ? undefined : pathOf(url);
      }
      return pages;
    };

    test('together hold every match once, in order', async () => {
      const pages = await walk(program, '/fhir/Observation?status=final,preliminary&_count=3');
      expect(pages).toEqual([weights.slice(0, 3), weights.slice(3, 6), weights.slice(6)]);
    });

    test('keep the sort order', async () => {
      const pages = await walk(program, '/fhir/Observation?_sort=date&_count=3');
      expect(pages.flat()).toEqual(weights.toReversed());
    });

    test('of a POST search are links that hold no parameter in clear', async () => {
      const { body } = await program
        .post('/fhir/Observation/_search')
        .type('form')
        .send('status=final&_count=3')
        .expect(200);
      const next = linkOf(body, 'next')!;
      expect(next).toMatch(/\?_page=[A-Za-z0-9_-]+$/);
      const second = await program.get(pathOf(next)).expect(200);
      expect(idsOf(second.body)).toEqual(weights.slice(3, 6));
    });

    test('open to the caller that was given them, and to nobody else', async () => {
      const { body } = await program.get('/fhir/Observation?_count=3').expect(200);
      const path = pathOf(linkOf(body, 'next')!);
      for (const other of [ehr, await server.as('neighbour')]) {
        const reply = await other.get(path).expect(400);
        expect(reply.body.issue[0].code).toBe('value');
      }
      await program.get(`${path.slice(0, -4)}AAAA`).expect(400);
      await server.stranger.get(path).expect(401);
    });

    test('end where a Consent ends', async () => {
      const consent = await program
        .post('/fhir/Consent')
        .send(consentFor(patientId, 'payer', 'HPAYMT'))
        .expect(201);
      await program.post('/fhir/Coverage').send(coverageFor(patientId, 'payer')).expect(201);
      const payer = await server.as('payer');
      const { body } = await payer.get('/fhir/Observation?_count=3').expect(200);
      expect(idsOf(body)).toHaveLength(3);
      await program.delete(`/fhir/Consent/${consent.body.id}`).expect(204);
      const rest = await payer.get(pathOf(linkOf(body, 'next')!)).expect(200);
      expect(idsOf(rest.body)).toEqual([]);
    });
  });
});
