// $explain-access: what it says is held against what the client really gets when it asks itself.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import type { ClientEntry } from '../../src/store/registry.ts';
import { validateResource } from '../../src/validation/validate.ts';
import { type Plain, plainOf } from '../support/parameters.ts';
import { type Caller, consentFor, coverageFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const subject = (patient: string) => ({ subject: { reference: `Patient/${patient}` } });
const observation = (id: string, patient: string, category: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  category: [{ coding: [{ code: category }] }],
  ...subject(patient),
});
const denied = (patient: string, organization: string) => {
  const { provision, ...consent } = consentFor(patient, organization);
  return { ...consent, provision: { type: 'permit', provision: [{ ...provision, type: 'deny' }] } };
};

/** It names several people: others see it only if all of them permit. */
const listOf = (id: string, ...people: string[]) => ({
  resourceType: 'List',
  id,
  status: 'current',
  mode: 'working',
  entry: people.map(one => ({ item: { reference: `Patient/${one}` } })),
});

/** Of three people: a permits EHR and payer, who has a's Coverage alone; b permits both and then denies the EHR. */
const RECORDS: readonly (AnyResource & { id: string })[] = [
  ...['a', 'b', 'c'].map(id => ({ resourceType: 'Patient', id })),
  { ...consentFor('a', 'ehr'), id: 'ca' },
  { ...consentFor('a', 'payer', 'HPAYMT'), id: 'cap' },
  { ...coverageFor('a', 'payer'), id: 'va' },
  { ...consentFor('b', 'ehr'), id: 'cb' },
  { ...denied('b', 'ehr'), id: 'db' },
  { ...consentFor('b', 'payer', 'HPAYMT'), id: 'cbp' },
  observation('oa', 'a', 'laboratory'),
  observation('oa2', 'a', 'survey'),
  observation('ob', 'b', 'laboratory'),
  observation('oc', 'c', 'laboratory'),
  { resourceType: 'Appointment', id: 'pa', status: 'booked', participant: [actor('a')] },
  listOf('lab', 'a', 'b'),
  listOf('lac', 'a', 'c'),
  { resourceType: 'Location', id: 'place' },
];
function actor(patient: string) {
  return { actor: { reference: `Patient/${patient}` }, status: 'accepted' };
}

const CLIENTS: readonly (Partial<ClientEntry> & Pick<ClientEntry, 'id'>)[] = [
  { id: 'staff', organization: 'program', role: 'program', purposes: ['TREAT'] },
  { id: 'other', organization: 'neighbour', role: 'program', purposes: ['TREAT'] },
  { id: 'ehr-all', organization: 'ehr', role: 'ehr', purposes: ['TREAT'] },
  {
    id: 'ehr-laboratory',
    organization: 'ehr',
    role: 'ehr',
    purposes: ['TREAT'],
    scope: 'system/Observation.rs?category=laboratory system/Patient.r',
  },
  { id: 'ehr-payment', organization: 'ehr', role: 'ehr', purposes: ['HPAYMT'] },
  { id: 'payer-all', organization: 'payer', role: 'payer', purposes: ['HPAYMT'] },
  {
    id: 'portal',
    organization: 'program',
    role: 'patient',
    purposes: [],
    patient: 'a',
    scope: 'patient/*.rs',
  },
  { id: 'auditors', organization: 'program', role: 'auditor', purposes: [] },
  { id: 'gone', organization: 'ehr', role: 'ehr', purposes: ['TREAT'], disabled: true },
];

type Reason = { name: string[]; holds: boolean[]; because?: Plain[]; scope?: string[] };

onEveryStore(store => {
  let server: TestServer;
  let program: Caller;
  let person: Caller;
  const callers = new Map<string, Caller>();
  beforeAll(async () => {
    server = await startServer({ store });
    program = await server.as('program');
    for (const client of CLIENTS) {
      callers.set(client.id, await server.register({ ...client, disabled: false }));
      if (client.disabled === true)
        await server.app.registry.putClient({
          ...(await server.app.registry.client(client.id))!,
          disabled: true,
        });
    }
    person = callers.get('portal')!;
    for (const record of RECORDS)
      await program.put(`/fhir/${record.resourceType}/${record.id}`).send(record).expect(201);
  });
  afterAll(() => server.close());

  async function explain(path: string, query: string, caller = program): Promise<Plain> {
    const { body } = await caller.get(`/fhir/${path}/$explain-access?${query}`).expect(200);
    expect(validateResource(body)).toEqual([]);
    return plainOf((body as JsonObject).parameter);
  }
  const reasonsOf = (plain: Plain): Record<string, boolean> =>
    Object.fromEntries((plain.reason as Reason[]).map(one => [one.name[0], one.holds[0]!]));
  const becauseOf = (plain: Plain, name: string): Plain[] =>
    (plain.reason as Reason[]).find(one => one.name[0] === name)?.because ?? [];

  describe('what it says is what the client gets', () => {
    test.each(CLIENTS.map(client => client.id))('%s', async client => {
      for (const { resourceType, id } of RECORDS) {
        const path = `${resourceType}/${id}`;
        const { status } = await callers.get(client)!.get(`/fhir/${path}`);
        const { decision } = await explain(path, `client=${client}`);
        expect([path, decision]).toEqual([path, [status === 200 ? 'permit' : 'deny']]);
      }
    });

    test.each(CLIENTS.map(client => client.id))('and how much of a person: %s', async client => {
      const { count = [] } = await explain('Patient/a', `client=${client}&everything=true`);
      const told = Object.fromEntries((count as Plain[]).map(one => [one.type![0], one.visible![0]]));
      const asked = {
        Patient: '_id=a',
        Observation: 'subject=Patient/a',
        Appointment: 'patient=Patient/a',
        Consent: 'patient=Patient/a',
        Coverage: 'beneficiary=Patient/a',
      };
      for (const [type, query] of Object.entries(asked)) {
        const { status, body } = await callers.get(client)!.get(`/fhir/${type}?${query}&_total=accurate`);
        expect([type, told[type]]).toEqual([type, status === 200 ? body.total : 0]);
      }
      expect(Object.keys(told).sort()).toEqual(Object.keys(asked).sort());
    });
  });

  test('names the scope and the provision that permit', async () => {
    const plain = await explain('Observation/oa', 'client=ehr-laboratory');
    expect(plain).toMatchObject({
      organization: ['Organization/ehr'],
      role: ['ehr'],
      purpose: ['TREAT'],
      resource: ['Observation/oa/_history/1'],
    });
    expect(reasonsOf(plain)).toEqual({ client: true, scope: true, own: false, source: false, consent: true });
    expect((plain.reason as Reason[])[1]!.scope).toEqual(['system/Observation.rs?category=laboratory']);
    expect(becauseOf(plain, 'consent')).toEqual([
      {
        source: ['Consent/ca/_history/1'],
        provision: ['Consent.provision'],
        effect: ['permit'],
        purpose: ['TREAT'],
        'in-force': [true],
      },
    ]);
  });

  test('names what stands against it', async () => {
    const scoped = await explain('Observation/oa2', 'client=ehr-laboratory');
    expect(reasonsOf(scoped)).toMatchObject({ scope: false, consent: true });
    const unscoped = await explain('Appointment/pa', 'client=ehr-laboratory');
    expect(reasonsOf(unscoped)).toMatchObject({ scope: false, consent: true });
    const refused = await explain('Observation/ob', 'client=ehr-all');
    expect(reasonsOf(refused)).toMatchObject({ scope: true, consent: false });
    expect(
      becauseOf(refused, 'consent').map(one => [one.source![0], one.provision![0], one.effect![0]]),
    ).toEqual([
      ['Consent/cb/_history/1', 'Consent.provision', 'permit'],
      ['Consent/db/_history/1', 'Consent.provision.provision[0]', 'deny'],
    ]);
    const stranger = await explain('Observation/ob', 'client=payer-all');
    expect(reasonsOf(stranger)).toMatchObject({ consent: true, roster: false });
    const member = await explain('Observation/oa', 'client=payer-all');
    expect(reasonsOf(member)).toMatchObject({ consent: true, roster: true });
    expect(becauseOf(member, 'roster').map(one => one.source)).toEqual([['Coverage/va/_history/1']]);
    expect(reasonsOf(await explain('Observation/oa', 'client=gone'))).toMatchObject({
      client: false,
      consent: true,
    });
  });

  test('for the purpose that the token would be for, and other interactions', async () => {
    await server.register({ id: 'two', organization: 'ehr', role: 'ehr', purposes: ['TREAT', 'HPAYMT'] });
    expect((await explain('Observation/oa', 'client=two')).decision).toEqual(['permit']);
    expect((await explain('Observation/oa', 'client=two&purpose=HPAYMT')).decision).toEqual(['deny']);
    expect((await explain('Appointment/pa', 'client=two&interaction=update')).decision).toEqual(['permit']);
    expect((await explain('Appointment/pa', 'client=two&interaction=delete')).decision).toEqual(['deny']);
    expect((await explain('Appointment/pa', 'interaction=delete')).decision).toEqual(['permit']);
  });

  test('counts for how much each reason holds', async () => {
    const { count } = await explain('Patient/b', 'client=payer-all&everything=true');
    const observations = (count as Plain[]).find(one => one.type![0] === 'Observation')!;
    const held = Object.fromEntries(
      (observations.reason as Plain[]).map(one => [one.name![0], one['holds-for']![0]]),
    );
    expect([observations.visible, observations.of]).toEqual([[0], [1]]);
    expect(held).toEqual({ scope: 1, own: 0, source: 0, consent: 1, roster: 0 });
  });

  test('tells a patient the same of her own record, and of nothing else', async () => {
    const own = await explain('Observation/oa', 'client=ehr-all', person);
    expect(own.decision).toEqual(['permit']);
    expect(becauseOf(own, 'consent')).toHaveLength(1);
    await person.get('/fhir/Observation/ob/$explain-access?client=ehr-all').expect(404);
    await person.get('/fhir/List/lab/$explain-access?client=ehr-all').expect(404);
    await person.get('/fhir/Location/place/$explain-access?client=ehr-all').expect(403);
  });

  test('an event of the audit trail is explained by its own rule', async () => {
    const { body } = await program.get('/fhir/AuditEvent?patient=Patient/a&_count=1').expect(200);
    const path = `AuditEvent/${body.entry[0].resource.id as string}`;
    expect((await explain(path, 'client=auditors')).decision).toEqual(['permit']);
    expect(reasonsOf(await explain(path, 'client=ehr-all'))).toEqual({
      client: true,
      scope: true,
      'audit-trail': false,
    });
  });

  test.each([
    ['Observation/oa', 'client=nobody', 400],
    ['Observation/oa', 'client=ehr-all&purpose=HRESCH', 400],
    ['Observation/oa', 'client=ehr-all&interaction=create', 400],
    ['Observation/oa', 'client=ehr-all&everything=true', 400],
    ['Observation/oa', 'client=ehr-all&everything=yes', 400],
    ['Observation/nothing', 'client=ehr-all', 404],
    ['Nothing/oa', 'client=ehr-all', 404],
  ])('%s?%s is %d', async (path, query, status) => {
    await program.get(`/fhir/${path}/$explain-access?${query}`).expect(status);
  });

  test('is for nobody else, and tells a neighbour nothing', async () => {
    await callers.get('ehr-all')!.get('/fhir/Observation/oa/$explain-access').expect(403);
    await callers.get('auditors')!.get('/fhir/Patient/a/$explain-access').expect(403);
    await callers.get('other')!.get('/fhir/Observation/oa/$explain-access').expect(404);
    // Permitted to read it, and still no record of its own.
    await program
      .put('/fhir/Consent/cn')
      .send({ ...consentFor('c', 'neighbour'), id: 'cn' })
      .expect(201);
    await callers.get('other')!.get('/fhir/Observation/oc').expect(200);
    await callers.get('other')!.get('/fhir/Observation/oc/$explain-access').expect(403);
  });

  test('leaves its row in the trail, which names no client that was asked about', async () => {
    await explain('Observation/oa', 'client=ehr-all');
    const { body } = await program.get('/fhir/AuditEvent?_count=1&altid=program-client').expect(200);
    const { resource } = body.entry[0] as { resource: AnyResource };
    expect(resource).toMatchObject({ action: 'E', outcome: '0', subtype: [{ code: 'operation' }] });
    expect(JSON.stringify(resource)).not.toContain('ehr-all');
  });

  test('where staff are narrowed to their CareTeams, the team that lets one in is named', async () => {
    const other = await startServer({ store, environment: { STAFF_ACCESS: 'careteam' } });
    const system = await other.as('program');
    await other.register({ id: 'dr', organization: 'program', role: 'program', practitioner: 'dr' });
    const team = {
      resourceType: 'CareTeam',
      status: 'active',
      ...subject('a'),
      participant: [{ member: { reference: 'Practitioner/dr' } }],
    };
    for (const record of [...RECORDS.slice(0, 2), { ...team, id: 'team' }])
      await system.put(`/fhir/${record.resourceType}/${record.id}`).send(record).expect(201);
    const told = async (id: string) =>
      plainOf((await system.get(`/fhir/Patient/${id}/$explain-access?client=dr`).expect(200)).body.parameter);
    const treated = await told('a');
    expect([treated.decision, reasonsOf(treated)]).toEqual([
      ['permit'],
      { client: true, scope: true, own: true, 'care-team': true },
    ]);
    expect(becauseOf(treated, 'care-team').map(one => one.source)).toEqual([['CareTeam/team/_history/1']]);
    const hidden = await told('b');
    expect([hidden.decision, reasonsOf(hidden)]).toMatchObject([['deny'], { own: true, 'care-team': false }]);
    await other.close();
  });
});
