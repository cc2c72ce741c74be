// By whose consent something went out of a Part 2 program's record: the header Consent-Reference.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SHORT_NOTICE } from '../../src/access/notice.ts';
import { bundle, consent, newObservation, put, startDisclosing, told } from '../support/disclosing.ts';
import type { Caller, TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

onEveryStore(store => {
  let server: TestServer;
  let program: Caller;
  let ehr: Caller;
  beforeAll(async () => {
    const { callers, ...made } = await startDisclosing(store);
    ({ server } = made);
    ({ program, ehr } = callers);
  });
  afterAll(() => server.close());

  const referenceOf = async (path: string, caller = ehr) =>
    told(await caller.get(`/fhir/${path}`).expect(200))[1];

  test('is of everybody in the answer, and of nobody else', async () => {
    expect(await referenceOf('List/lac')).toBe('Consent/ca, Consent/cc');
    expect(await referenceOf('Observation?_id=oa,ob,oc')).toBe('Consent/ca, Consent/cc');
    expect(await referenceOf('Observation?_id=ob,oc')).toBe('Consent/cc');
    expect(await referenceOf('Consent?_id=cb,cc,cap,can')).toBe('Consent/cc');
  });

  test.each([
    'system/Observation.rs',
    'system/Observation.rs system/Consent.s',
    'system/*.rs?_tag=x system/Observation.rs',
  ])('is told by its scope to who may not read it: %s', async scope => {
    const caller = await server.as('ehr', scope);
    expect(told(await caller.get('/fhir/Observation/oa').expect(200))).toEqual([
      SHORT_NOTICE,
      'scope="TREAT"',
    ]);
  });

  test('is told to who may read but not search it', async () => {
    const caller = await server.as('ehr', 'system/Observation.rs system/Consent.r');
    expect(await referenceOf('Observation/oa', caller)).toBe('Consent/ca');
    await caller.get('/fhir/Consent/ca').expect(200);
  });

  test('is told by its scope where only some may be read', async () => {
    const caller = await server.as('ehr', 'system/List.rs system/Consent.rs?patient=Patient/c');
    expect(await referenceOf('List/lac', caller)).toBe('scope="TREAT"');
  });

  test('is none where somebody sees only what it wrote itself', async () => {
    const { body } = await ehr.post('/fhir/Observation').send(newObservation('d')).expect(201);
    const path = `/fhir/Observation/${body.id as string}`;
    expect(told(await ehr.get(path).expect(200))).toEqual([SHORT_NOTICE, 'Consent/cd']);
    await put({ ...consent('cd', 'd', 'ehr'), status: 'inactive' }, program).expect(200);
    expect(told(await ehr.get(path).expect(200))).toEqual([SHORT_NOTICE, undefined]);
    await ehr.get('/fhir/Patient/d').expect(404);
  });

  test('is that of each purpose which nothing denies', async () => {
    const purposes = ['TREAT', 'HPAYMT'];
    const caller = {
      client: 'both',
      organization: 'ehr',
      role: 'ehr',
      scope: 'system/*.rs',
      purposes,
    } as const;
    await server.register({ id: 'both', organization: 'ehr', role: 'ehr', purposes });
    const token = await server.app.sign(caller, 3600);
    const of = async (path: string) =>
      told(await server.stranger.get(`/fhir/${path}`).set('Authorization', `Bearer ${token}`).expect(200))[1];
    expect(await of('Observation/oa')).toBe('Consent/ca, Consent/ca-other-purpose');
    expect(await of('Observation/oc')).toBe('Consent/cc');
    const { provision, ...denial } = consent('da', 'a', 'ehr', 'HPAYMT');
    const toNobody = { type: 'deny', purpose: provision.purpose };
    await put({ ...denial, provision: toNobody }, program).expect(201);
    expect(await of('Observation/oa')).toBe('Consent/ca');
  });

  test('is the same whatever is denied besides that the caller may not read, unless that hides the Consent itself', async () => {
    const restriction = (provision: object) => {
      const { provision: _, ...rest } = consent('dsome', 'c', 'ehr');
      return { ...rest, provision: { type: 'deny', ...provision } };
    };
    const other = { performer: [{ reference: 'Patient/b' }] };
    for (const [provision, expected] of [
      [{ class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Goal' }] }, 'Consent/cc'],
      [{ class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Consent' }] }, 'scope="TREAT"'],
    ] as const) {
      await put(restriction(provision), program);
      expect(await referenceOf('Observation/oc')).toBe(expected);
      await ehr.get('/fhir/Consent/dsome').expect(404);
    }
    await put({ ...consent('dsome', 'c', 'ehr'), ...other }, program).expect(200);
    expect(await referenceOf('Observation/oc')).toBe('Consent/cc');
    await ehr.get('/fhir/Consent/dsome').expect(404);
    await program.delete('/fhir/Consent/dsome').expect(204);
  });

  test('that somebody else wrote counts no more here than elsewhere', async () => {
    const { id: _, ...own } = consent('', 'a', 'ehr');
    await ehr.post('/fhir/Consent').send(own).expect(201);
    expect(await referenceOf('Observation/oa')).toBe('Consent/ca');
  });

  test('is counted where there are many, and told by its scope where they are very many', async () => {
    const people = Array.from({ length: 101 }, (_, at) => `m${at}`);
    for (const person of people) {
      const all = [{ resourceType: 'Patient', id: person }, consent(`c${person}`, person, 'ehr')];
      const entry = all.map(one => ({
        resource: one,
        request: { method: 'PUT', url: `${one.resourceType}/${one.id}` },
      }));
      await program
        .post('/fhir')
        .send(bundle('transaction', ...entry))
        .expect(200);
    }
    const of = (count: number) => referenceOf(`Patient?_count=200&_id=${people.slice(0, count).join(',')}`);
    expect((await of(20))?.split(', ')).toHaveLength(20);
    expect(await of(21)).toBe('scope="TREAT"; consents=21');
    expect(await of(100)).toBe('scope="TREAT"; consents=100');
    expect(await of(101)).toBe('scope="TREAT"');
  });
});
