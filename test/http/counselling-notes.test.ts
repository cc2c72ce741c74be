// Counselling notes over HTTP: there for their author, and for nobody else by any way.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Response } from 'supertest';
import { CANONICAL_BASE } from '../../src/fhir/canonical.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { bundle, consent, get, post, type Resource } from '../support/disclosing.ts';
import { type Caller, coverageFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const TAG = { system: 'https://iop-fhir.example/fhir/CodeSystem/record-kind', code: 'counselling-note' };
const SECRET = 'zwischen';
const note = (author: string): JsonObject => ({
  resourceType: 'DocumentReference',
  meta: { tag: [TAG] },
  status: 'current',
  description: `what was said: ${SECRET}`,
  subject: { reference: 'Patient/p' },
  author: [{ reference: `Practitioner/${author}` }],
  content: [{ attachment: { title: SECRET } }],
});
/** LOINC 34904-3, mental health progress note: of the ordinary record. */
const progress: Resource = {
  ...note('anna'),
  resourceType: 'DocumentReference',
  id: 'progress',
  meta: { tag: [{ system: 'http://example.org', code: 'ordinary' }] },
  type: { coding: [{ system: 'http://loinc.org', code: '34904-3' }] },
};
const RECORDS: readonly Resource[] = [
  { resourceType: 'Patient', id: 'p' },
  { resourceType: 'Practitioner', id: 'anna' },
  consent('ce', 'p', 'ehr'),
  consent('cp', 'p', 'payer', 'HPAYMT'),
  { ...coverageFor('p', 'payer'), id: 'v' },
  progress,
];

const OTHERS = ['colleague', 'system', 'patient', 'ehr', 'payer', 'auditor'] as const;

onEveryStore(store => {
  let server: TestServer;
  let author: Caller;
  let callers: Record<(typeof OTHERS)[number], Caller>;
  let id: string;
  beforeAll(async () => {
    server = await startServer({ store });
    const staff = (practitioner: string) =>
      server.register({ id: practitioner, organization: 'program', role: 'program', practitioner });
    author = await staff('anna');
    callers = {
      colleague: await staff('ben'),
      system: await server.as('program'),
      patient: await server.register({
        id: 'portal',
        organization: 'program',
        role: 'patient',
        patient: 'p',
        scope: 'patient/*.cruds',
      }),
      ehr: await server.as('ehr'),
      payer: await server.as('payer'),
      auditor: await server.as('auditor'),
    };
    for (const record of RECORDS)
      await callers.system.put(`/fhir/${record.resourceType}/${record.id}`).send(record).expect(201);
    const made = await author.post('/fhir/DocumentReference').send(note('anna')).expect(201);
    id = made.body.id;
    await author.put(`/fhir/DocumentReference/${id}`).send(made.body).expect(200);
  });
  afterAll(() => server.close());

  const total = async (caller: Caller, query: string) =>
    (await caller.get(`/fhir/DocumentReference?${query}&_total=accurate`)).body.total;

  test('its author reads, finds, changes and deletes it', async () => {
    const { body } = await author.get(`/fhir/DocumentReference/${id}`).expect(200);
    expect(body.description).toContain(SECRET);
    expect(await total(author, '_tag=counselling-note')).toBe(1);
    expect((await author.get(`/fhir/DocumentReference/${id}/_history`)).body.total).toBe(2);
    const { body: made } = await author.post('/fhir/DocumentReference').send(note('anna')).expect(201);
    await author.delete(`/fhir/DocumentReference/${made.id}`).expect(204);
    await author.get(`/fhir/DocumentReference/${made.id}`).expect(410);
    await callers.colleague.get(`/fhir/DocumentReference/${made.id}`).expect(404);
  });

  describe.each(OTHERS)('for the %s', name => {
    test('it is nowhere: read, version, history, search, count, include, batch and transaction', async () => {
      const caller = callers[name];
      const unknown = await caller.get('/fhir/DocumentReference/nothing');
      for (const path of [id, `${id}/_history/1`, `${id}/_history/2`, `${id}/_history`]) {
        const answer = await caller.get(`/fhir/DocumentReference/${path}`);
        expect([path, answer.status, answer.text]).toEqual([path, 404, unknown.text]);
      }
      const seen = ['payer', 'ehr', 'patient', 'system', 'colleague'].includes(name) ? 1 : 0;
      for (const query of [
        '',
        `_id=${id},progress`,
        '_tag:not=x',
        'status=current',
        'author=Practitioner/anna',
      ])
        expect([query, await total(caller, query)]).toEqual([query, seen]);
      expect(await total(caller, '_tag=counselling-note')).toBe(0);
      const asked: ((one: Caller) => PromiseLike<Response>)[] = [
        one => one.get('/fhir/Patient?_id=p&_revinclude=DocumentReference:subject'),
        one => one.get('/fhir/Practitioner?_id=anna&_revinclude=DocumentReference:author'),
        one => one.get('/fhir/DocumentReference/_history'),
        one => one.get('/fhir/_history'),
        one =>
          one.post('/fhir').send(bundle('batch', get(`DocumentReference/${id}`), get('DocumentReference'))),
        one =>
          one
            .post('/fhir')
            .send(
              bundle(
                'transaction',
                get(`DocumentReference/${id}`),
                get(`DocumentReference/${id}/_history/1`),
              ),
            ),
      ];
      for (const ask of asked) {
        const { status, text } = await ask(caller);
        expect([status, text.replaceAll(`DocumentReference/${id}`, '').includes(id)]).toEqual([200, false]);
        expect(text).not.toContain('counselling-note');
      }
    });

    test('there is nothing to change, to delete or to explain', async () => {
      const caller = callers[name];
      const path = `/fhir/DocumentReference/${id}`;
      for (const tag of [TAG, { system: 'http://example.org', code: 'ordinary' }]) {
        const body = { ...note('anna'), id, meta: { tag: [tag] } };
        expect([403, 404]).toContain((await caller.put(path).send(body)).status);
      }
      expect([403, 404]).toContain((await caller.delete(path)).status);
      const explained = await caller.get(`${path}/$explain-access`);
      const unknown = await caller.get('/fhir/DocumentReference/nothing/$explain-access');
      expect([explained.status, explained.text]).toEqual([unknown.status, unknown.text]);
      expect((await author.get(path)).body.meta.versionId).toBe('2');
    });
  });

  test('a progress note is of the ordinary record', async () => {
    for (const name of ['colleague', 'system', 'patient', 'ehr', 'payer'] as const)
      await callers[name].get('/fhir/DocumentReference/progress').expect(200);
  });

  test('the tag comes off by its author alone, and is put on by nobody else', async () => {
    const { body: made } = await author.post('/fhir/DocumentReference').send(note('anna')).expect(201);
    const path = `/fhir/DocumentReference/${made.id}`;
    const { meta: _tagged, ...plain } = made;
    await callers.colleague.put(path).send(plain).expect(404);
    await author.put(path).send(plain).expect(200);
    await callers.colleague.get(path).expect(200);
    // What it said while it was a note stays the author's.
    await callers.colleague.get(`${path}/_history/1`).expect(404);
    await callers.colleague.put(path).send(made).expect(403);
    await callers.system.put(path).send(made).expect(403);
    await callers.colleague.get(path).expect(200);
    await author.put(path).send(made).expect(200);
    await callers.colleague.get(path).expect(404);
    await callers.colleague.get(`${path}/_history/2`).expect(404);
    await author
      .put(path)
      .send({ ...made, author: [{ reference: 'Practitioner/ben' }] })
      .expect(403);
  });

  test('who is not the author creates none, but a system that hands it over and does not get it back', async () => {
    const send = (caller: Caller, author: string) =>
      caller.post('/fhir/DocumentReference').send(note(author));
    await send(callers.colleague, 'anna').expect(403);
    await send(callers.ehr, 'anna').expect(403);
    const made = await send(callers.system, 'anna').expect(201);
    expect(made.text).toBe('');
    const path = new URL(made.headers.location!).pathname.replace(/\/_history\/1$/, '');
    await callers.system.get(path).expect(404);
    expect((await author.get(path)).body.description).toContain(SECRET);
    const both = await callers.system
      .post('/fhir')
      .set('Prefer', 'return=representation')
      .send(
        bundle(
          'transaction',
          post(note('anna')),
          get('DocumentReference?_tag=counselling-note&_total=accurate'),
        ),
      );
    expect(both.body.entry[0].response.status).toBe('201 Created');
    expect(both.body.entry[0].resource).toBeUndefined();
    expect(both.body.entry[1].resource.total).toBe(0);
    const found = await callers.system
      .post('/fhir/DocumentReference')
      .set('If-None-Exist', '_tag=counselling-note')
      .send(note('anna'));
    expect([found.status, found.text]).toEqual([201, '']);
  });

  test('2.31(b): a Consent for notes and nothing else releases them to whom it names, and no other does', async () => {
    const { system, colleague, ehr, payer, patient } = callers;
    const put = (record: Resource) =>
      system.put(`/fhir/${record.resourceType}/${record.id}`).send(record).expect(201);
    await put({ resourceType: 'Patient', id: 'q' });
    await put({ ...progress, id: 'progress-q', subject: { reference: 'Patient/q' } });
    const of = { subject: { reference: 'Patient/q' } };
    const { body } = await author
      .post('/fhir/DocumentReference')
      .send({ ...note('anna'), ...of })
      .expect(201);
    const path = `/fhir/DocumentReference/${body.id}`;
    await ehr.get(path).expect(404);
    const { extension, ...rest } = consent('notes', 'q', 'ehr');
    const forNotes = {
      url: `${CANONICAL_BASE}/StructureDefinition/part2-counselling-notes`,
      valueBoolean: true,
    };
    const written = { ...rest, extension: [...extension, forNotes] };
    await put(written);
    // It says that it is for all records besides: combined, it releases nothing.
    await ehr.get(path).expect(404);
    const alone = rest.provision.extension.filter(({ url }) => !url.endsWith('all-records'));
    const provision = { ...rest.provision, extension: alone };
    await system
      .put('/fhir/Consent/notes')
      .send({ ...written, provision })
      .expect(200);
    await ehr.get(path).expect(200);
    expect(await total(ehr, 'subject=Patient/q&_tag=counselling-note')).toBe(1);
    // That Consent releases no other record; nor may who reads the note write it.
    await ehr.get('/fhir/DocumentReference/progress-q').expect(404);
    await ehr.put(path).send(body).expect(403);
    for (const other of [colleague, system, payer, patient]) await other.get(path).expect(404);
    await system
      .put('/fhir/Consent/notes')
      .send({ ...rest, extension, status: 'inactive' })
      .expect(200);
    await ehr.get(path).expect(404);
  });

  test('a note is made under an id that nobody chose', async () => {
    const put = (caller: Caller, path: string, body: JsonObject) =>
      caller.put(`/fhir/DocumentReference${path}`).send(body);
    await put(author, '/mine', { ...note('anna'), id: 'mine' }).expect(404);
    await put(author, '?identifier=urn:x|1', note('anna')).expect(404);
    const one = bundle('transaction', {
      resource: { ...note('anna'), id: 'mine' } as unknown as JsonObject,
      request: { method: 'PUT', url: 'DocumentReference/mine' },
    });
    await author.post('/fhir').send(one).expect(404);
  });

  test('what is no note in the sense of the rule is refused, with the place', async () => {
    const wrong: readonly [JsonObject, string][] = [
      [{ ...note('anna'), author: [] as JsonObject[] }, 'DocumentReference.author'],
      [
        {
          resourceType: 'Flag',
          status: 'active',
          code: { text: 'x' },
          subject: { reference: 'Patient/p' },
          meta: { tag: [TAG] },
        },
        'Flag.meta.tag',
      ],
    ];
    for (const [resource, path] of wrong) {
      const body = { ...resource, ...(Array.isArray(resource.author) ? { author: undefined as never } : {}) };
      const alone = await author.post(`/fhir/${String(resource.resourceType)}`).send(body);
      expect([alone.status, alone.body.issue[0].code]).toEqual([422, 'business-rule']);
      expect(alone.body.issue[0].expression).toEqual([path]);
      const together = await author.post('/fhir').send(bundle('transaction', post(body as AnyResource)));
      expect(together.status).toBe(422);
      expect(together.body.issue[0].expression).toEqual([`Bundle.entry[0].resource.${path}`]);
    }
  });

  test('of who asks what others see only the author is told, and of everybody else that it is kept from them', async () => {
    const { body } = await author
      .get(`/fhir/DocumentReference/${id}/$explain-access?client=ehr-client`)
      .expect(200);
    const parts = body.parameter as {
      name: string;
      valueCode?: string;
      part?: { valueCode?: string; valueBoolean?: boolean }[];
    }[];
    expect(parts.find(one => one.name === 'decision')?.valueCode).toBe('deny');
    const reasons = parts
      .filter(one => one.name === 'reason')
      .map(({ part }) => [part![0]!.valueCode, part![1]!.valueBoolean]);
    expect(reasons).toContainEqual(['notes', false]);
    expect(reasons).toContainEqual(['consent', true]);
  });
});
