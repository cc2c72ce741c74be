// Security labels (DS4P): what is stored stays, what an answer carries is computed for whom it is for.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { validateResource } from '../../src/validation/validate.ts';
import { condition, labelledMeta, labelsOn, plainObservation } from '../support/labels.ts';
import { type Caller, consentFor, coverageFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

type Resource = JsonObject & { resourceType: string; id: string };

onEveryStore(store => {
  let server: TestServer;
  let program: Caller;
  let ehr: Caller;
  let holder: Caller;

  beforeAll(async () => {
    server = await startServer({ store });
    program = await server.as('program');
    ehr = await server.as('ehr');
    holder = await server.register({
      id: 'holder',
      organization: 'payer',
      role: 'payer',
      purposes: ['HPAYMT'],
      recipient: 'other-lawful-holder',
    });
    for (const id of ['a', 'b']) await put({ resourceType: 'Patient', id });
    await put({ ...consentFor('a', 'ehr'), id: 'consent-ehr' });
    await put({ ...consentFor('a', 'payer', 'HPAYMT'), id: 'consent-payer' });
    await put({ ...coverageFor('a', 'payer'), id: 'coverage' });
  });
  afterAll(() => server.close());

  const put = async (resource: JsonObject & { resourceType: string; id?: string }, by = program) => {
    const reply = await by.put(`/fhir/${resource.resourceType}/${resource.id}`).send(resource);
    expect([reply.status < 300, reply.body.issue]).toEqual([true, undefined]);
    return reply.body as Resource;
  };
  const read = async (path: string, by = program): Promise<Resource> =>
    (await by.get(`/fhir/${path}`).expect(200)).body;
  const labels = async (path: string, by = program): Promise<string> => labelsOn(await read(path, by));
  const send = async (
    type: 'batch' | 'transaction',
    entry: JsonObject[],
    by = program,
  ): Promise<JsonObject> =>
    (await by.post('/fhir').send({ resourceType: 'Bundle', type, entry }).expect(200)).body;
  const entry = (resource: Resource): JsonObject => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  });

  describe('what is stored', () => {
    test('is what the code says and what was sent, and is searched by', async () => {
      await put({ ...condition('c1', 'F10.20'), ...labelledMeta('HIV') });
      expect(await labels('Condition/c1')).toBe('42CFRPart2 ETHUD HIV SUD conf:R');
      const found = async (query: string) => (await read(`Condition?_id=c1&_security=${query}`)).total;
      for (const code of ['SUD', 'ETHUD', 'HIV', 'http://hl7.org/fhir/v3/ActCode|SUD'])
        expect([code, await found(`${code}&_total=accurate`)]).toEqual([code, 1]);
      // Computed for the answer, and so not found.
      for (const code of ['R', 'N', '42CFRPart2', 'PSY'])
        expect([code, await found(`${code}&_total=accurate`)]).toEqual([code, 0]);
    });

    test.each([
      ['an update', (r: Resource) => put(r)],
      ['a transaction', (r: Resource) => send('transaction', [entry(r)])],
      ['a batch', (r: Resource) => send('batch', [entry(r)])],
      [
        'a conditional update',
        (r: Resource) => program.put(`/fhir/Observation?_id=${r.id}`).send(r).expect(200),
      ],
    ])('is not lowered by leaving it out in %s', async (_how, write) => {
      const id = `lowered-${_how.replaceAll(' ', '-')}`;
      await put({ ...plainObservation(id), ...labelledMeta('HIV PERSISTLABEL NORDSLCD conf:V') });
      await write(plainObservation(id));
      expect(await labels(`Observation/${id}`)).toBe('42CFRPart2 HIV NORDSCLCD PERSISTLABEL conf:V');
      await write({ ...plainObservation(id), ...labelledMeta('SDV conf:L') });
      expect(await labels(`Observation/${id}`)).toBe('42CFRPart2 HIV NORDSCLCD PERSISTLABEL SDV conf:V');
    });

    test('is not lowered by deleting and writing again', async () => {
      await put({ ...plainObservation('again'), ...labelledMeta('HIV') });
      await program.delete('/fhir/Observation/again').expect(204);
      await put(plainObservation('again'));
      expect(await labels('Observation/again')).toBe('42CFRPart2 HIV conf:R');
      const twice = [{ request: { method: 'DELETE', url: 'Observation/again' } }];
      await send('transaction', twice);
      await send('transaction', [entry(plainObservation('again'))]);
      expect(await labels('Observation/again')).toBe('42CFRPart2 HIV conf:R');
    });

    test('is not lowered by a code that is corrected', async () => {
      await put(condition('corrected', 'F11.20'));
      await put(condition('corrected', 'E11.9'));
      expect(await labels('Condition/corrected')).toBe('42CFRPart2 OPIOIDUD SUD conf:R');
    });

    test('stays when another Organization writes', async () => {
      const { body } = await ehr
        .post('/fhir/Observation')
        .send({ ...plainObservation(''), id: undefined, ...labelledMeta('SDV') })
        .expect(201);
      expect(labelsOn(body)).toBe('42CFRPart2 SDV conf:R');
      await put({ ...plainObservation(body.id as string), ...labelledMeta('HIV') });
      const goal = { resourceType: 'Goal', lifecycleStatus: 'active', description: { text: 'x' } };
      const mine = { ...goal, id: 'goal', subject: { reference: 'Patient/a' } };
      await put({ ...mine, ...labelledMeta('HIV') });
      await put(mine, ehr);
      expect(await labels('Goal/goal')).toBe('42CFRPart2 HIV conf:R');
      expect(await labels(`Observation/${body.id}`)).toBe('42CFRPart2 HIV SDV conf:R');
    });

    test('does not grow by sending back what was read', async () => {
      const appointment = {
        resourceType: 'Appointment',
        id: 'echo',
        status: 'booked',
        participant: [{ actor: { reference: 'Patient/a' }, status: 'accepted' }],
      };
      await put(appointment);
      expect(await labels('Appointment/echo')).toBe('42CFRPart2 conf:R');
      const { id, organization } = { id: 'writing-holder', organization: 'ehr' };
      const bound = await server.register({
        id,
        organization,
        role: 'ehr',
        purposes: ['TREAT'],
        recipient: 'part2-program',
      });
      for (const by of [bound, program, ehr, bound]) {
        const { body } = await by.get('/fhir/Appointment/echo').expect(200);
        expect(labelsOn(body)).toBe(by === bound ? '42CFRPart2 NORDSCLCD conf:R' : '42CFRPart2 conf:R');
        await put({ ...body, comment: `by ${by.token.length}` }, by);
      }
      const found = await read('Appointment?_id=echo&_security=R,42CFRPart2,NORDSCLCD&_total=accurate');
      expect(found.total).toBe(0);
    });

    test('is lowered only by a client of the program that may declassify, and a Provenance says so', async () => {
      const may = { role: 'program', purposes: ['TREAT'], declassify: true } as const;
      const officer = await server.register({ id: 'officer', organization: 'program', ...may });
      const stranger = await server.register({ id: 'stranger', organization: 'neighbour', ...may });
      const said = async () => (await read('Provenance?target=Goal/lowered&_total=accurate')).total;
      const goal = {
        resourceType: 'Goal',
        id: 'lowered',
        lifecycleStatus: 'active',
        description: { text: 'x' },
      };
      const about = { ...goal, subject: { reference: 'Patient/a' } };
      await put({ ...consentFor('a', 'neighbour'), id: 'consent-neighbour' });
      await put({ ...about, ...labelledMeta('HIV SDV conf:V') });
      await put(about, stranger);
      expect(await labels('Goal/lowered')).toBe('42CFRPart2 HIV SDV conf:V');
      const written = await said();
      await put(await read('Goal/lowered', officer), officer);
      expect(await said()).toBe(written);
      await put({ ...about, ...labelledMeta('SDV conf:R') }, officer);
      expect(await labels('Goal/lowered')).toBe('42CFRPart2 SDV conf:R');
      expect(await said()).toBe((written as number) + 1);
      const { entry } = await read('Provenance?target=Goal/lowered');
      const events = (entry as { resource: JsonObject }[]).map(one => one.resource.activity);
      expect(events.filter(one => one !== undefined)).toEqual([{ text: 'Security labels were taken off.' }]);
    });

    test('is never lowered below what the codes say', async () => {
      const may = { role: 'program', purposes: ['TREAT'], declassify: true } as const;
      const officer = await server.register({ id: 'officer', organization: 'program', ...may });
      await put({ ...condition('coded', 'F10.20'), ...labelledMeta('HIV') });
      await put(condition('coded', 'F10.20'), officer);
      expect(await labels('Condition/coded')).toBe('42CFRPart2 ETHUD SUD conf:R');
    });

    test('keeps digits, meta.source and labels as they were written', async () => {
      const odd =
        '{"extension":[{"url":"http://example.org/x","valueDecimal":1.00}],"system":"http://example.org/s","code":"c"}';
      const { id, ...rest } = { ...condition('digits', 'F14.20') };
      const text = JSON.stringify({ ...rest, id }).replace(
        '"id":',
        `"meta":{"security":[${odd}],"source":"http://example.org/s"},"extension":[{"url":"http://example.org/y","valueDecimal":2.50}],"id":`,
      );
      await program
        .put('/fhir/Condition/digits')
        .set('Content-Type', 'application/fhir+json')
        .send(text)
        .expect(201);
      const reply = await program.get('/fhir/Condition/digits').expect(200);
      expect(reply.text).toContain(odd);
      expect(reply.text).toContain('"valueDecimal":2.50');
      expect(reply.body.meta.source).toBe('http://example.org/s');
      expect(validateResource(reply.body)).toEqual([]);
    });
  });

  describe('what is taken over', () => {
    const reference = (to: string) => ({ reference: to });
    const subject = { subject: reference('Patient/a') };
    const REFERRING: readonly [
      what: string,
      target: Resource,
      from: (to: string) => JsonObject & { resourceType: string },
    ][] = [
      [
        'a report from its results',
        plainObservation('', 'a', { code: { coding: [{ system: 'http://loinc.org', code: '19295-5' }] } }),
        to => ({
          resourceType: 'DiagnosticReport',
          status: 'final',
          code: { text: 'x' },
          ...subject,
          result: [reference(to)],
        }),
      ],
      [
        'a plan from what it addresses',
        condition('', 'F33.1'),
        to => ({
          resourceType: 'CarePlan',
          status: 'active',
          intent: 'plan',
          ...subject,
          addresses: [reference(to)],
        }),
      ],
      [
        'an encounter from its diagnoses',
        condition('', 'F33.1'),
        to => ({
          resourceType: 'Encounter',
          status: 'finished',
          class: { code: 'AMB' },
          ...subject,
          diagnosis: [{ condition: reference(to) }],
        }),
      ],
      [
        'an appointment from its reason',
        condition('', 'F33.1'),
        to => ({
          resourceType: 'Appointment',
          status: 'booked',
          participant: [{ actor: reference('Patient/a'), status: 'accepted' }],
          reasonReference: [reference(to)],
        }),
      ],
      [
        'an order from its medication',
        {
          resourceType: 'Medication',
          id: '',
          code: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1483744' }] },
        },
        to => ({
          resourceType: 'MedicationRequest',
          status: 'active',
          intent: 'order',
          ...subject,
          medicationReference: reference(to),
        }),
      ],
    ];

    describe.each(REFERRING)('by %s', (_what, target, from) => {
      const said = target.resourceType === 'Condition' ? 'PSY' : 'SUD';
      const expected = `42CFRPart2 ${said} conf:R`;
      const named = (kind: string) => {
        const id = `${kind}-${from('').resourceType}`.toLowerCase();
        return {
          to: { ...target, id: `${id}-target` },
          referring: { ...from(`${target.resourceType}/${id}-target`), id },
        };
      };
      const plain = (resource: Resource): Resource => ({ ...resource, code: { text: 'x' } });
      const path = ({ resourceType, id }: Resource) => `${resourceType}/${id}`;

      test('when it is written', async () => {
        const { to, referring } = named('then');
        await put(to);
        expect(labelsOn(await put(referring))).toBe(expected);
      });

      test('when its target comes later in a transaction, and by urn:uuid', async () => {
        const uuid = 'urn:uuid:0b9d1c0e-5a4f-4d5c-9a35-6a1c5a3c5e01';
        const { id: _, ...fresh } = target;
        const answer = await program
          .post('/fhir')
          .set('Prefer', 'return=representation')
          .send({
            resourceType: 'Bundle',
            type: 'transaction',
            entry: [
              { resource: from(uuid), request: { method: 'POST', url: from(uuid).resourceType } },
              { fullUrl: uuid, resource: fresh, request: { method: 'POST', url: target.resourceType } },
            ],
          })
          .expect(200);
        const [first] = answer.body.entry as { resource: Resource }[];
        expect(labelsOn(first!.resource)).toBe(expected);
        expect(await labels(path(first!.resource))).toBe(expected);
      });

      test('when its target is there later, or gains a label later', async () => {
        const { to, referring } = named('later');
        const before = await put(referring);
        expect(labelsOn(before)).toBe('42CFRPart2 conf:R');
        await put(plain(to));
        expect(await labels(path(referring))).toBe('42CFRPart2 conf:R');
        await put(to);
        const after = await read(path(referring));
        expect(labelsOn(after)).toBe(expected);
        // Nobody wrote it.
        expect(after.meta).toMatchObject({
          versionId: '1',
          lastUpdated: (before.meta as JsonObject).lastUpdated,
        });
        const query = `${referring.resourceType}?_id=${referring.id}&_security=${said}&_total=accurate`;
        expect((await read(query)).total).toBe(1);
      });
    });

    test('nothing of what the writer may not know of', async () => {
      await put(condition('hidden', 'F10.20', 'b'));
      await put(condition('shown', 'F10.20'));
      const encounter = (to: string) => ({
        resourceType: 'Encounter',
        id: `ehr-${to}`,
        status: 'finished',
        class: { code: 'AMB' },
        diagnosis: [{ condition: reference(`Condition/${to}`) }],
      });
      const answers = [];
      for (const to of ['hidden', 'absent']) answers.push(labelsOn(await put(encounter(to), ehr)));
      expect(answers).toEqual(['', '']);
      expect(labelsOn(await put(encounter('shown'), ehr))).toBe('ETHUD SUD');
    });
  });

  describe('what an answer carries', () => {
    beforeAll(async () => {
      await put(condition('seen', 'F10.20'));
      await put({ resourceType: 'Location', id: 'place' });
      await put({ resourceType: 'Patient', id: 'ehr-own' }, ehr);
      await put({ ...plainObservation('ehr-plain', 'ehr-own') }, ehr);
      await put({ ...condition('ehr-psy', 'F33.1', 'ehr-own') }, ehr);
    });

    test('hangs on whose it is and whom it is for', async () => {
      expect(await labels('Condition/seen')).toBe('42CFRPart2 ETHUD SUD conf:R');
      expect(await labels('Condition/seen', ehr)).toBe('42CFRPart2 ETHUD SUD conf:R');
      expect(await labels('Condition/seen', holder)).toBe('42CFRPart2 ETHUD NORDSCLCD SUD conf:R');
      expect(await labels('Patient/a', holder)).toBe('42CFRPart2 NORDSCLCD conf:R');
      expect(await labels('Observation/ehr-plain', ehr)).toBe('conf:N');
      expect(await labels('Condition/ehr-psy', ehr)).toBe('PSY conf:R');
      expect(await labels('Location/place', holder)).toBe('');
      const self = { organization: 'program', role: 'patient', patient: 'a', scope: 'patient/*.rs' } as const;
      const portal = await server.register({ id: 'portal', ...self });
      expect(await labels('Condition/seen', portal)).toBe('42CFRPart2 ETHUD SUD conf:R');
    });

    test('follows the mark of the Organization at once', async () => {
      const entry = { id: 'ehr', prefix: 'ehr-', program: false };
      await server.app.registry.putOrganization({ ...entry, part2: true });
      expect(await labels('Observation/ehr-plain', ehr)).toBe('42CFRPart2 conf:R');
      await server.app.registry.putOrganization({ ...entry, part2: false });
      expect(await labels('Observation/ehr-plain', ehr)).toBe('conf:N');
    });

    test('is the same by every way to a resource', async () => {
      const expected = '42CFRPart2 ETHUD NORDSCLCD SUD conf:R';
      const { body: found } = await holder.get('/fhir/Condition?_id=seen').expect(200);
      const { body: past } = await holder.get('/fhir/Condition/seen/_history').expect(200);
      const { body: some } = await holder.get('/fhir/Condition/seen?_elements=subject').expect(200);
      const get = { request: { method: 'GET', url: 'Condition/seen' } };
      const batch = (await send('batch', [get], holder)) as { entry: { resource: Resource }[] };
      const all = (await send('transaction', [get], holder)) as { entry: { resource: Resource }[] };
      const resources = [found, past, batch, all].map(one => one.entry![0].resource as Resource);
      for (const one of [...resources, some, await read('Condition/seen/_history/1', holder)])
        expect(labelsOn(one)).toBe(expected);
    });
  });

  describe('a Bundle', () => {
    const ROWS: readonly [query: string, labels: string][] = [
      ['Location', ''],
      ['Condition?_id=unknown', ''],
      ['Condition?_summary=count', ''],
      ['Observation?_id=ehr-plain', 'conf:N'],
      ['Condition?_id=ehr-psy', 'conf:R'],
      ['Condition?_id=ehr-psy&_include=Condition:subject', 'conf:R'],
      ['Observation?_id=ehr-plain&_include=Observation:subject', 'conf:N'],
      ['Observation/ehr-plain/_history', 'conf:N'],
      ['Condition?_id=seen', 'conf:R'],
    ];
    test.each(ROWS)('%s has the highest confidentiality in it, and nothing else', async (query, expected) => {
      const found = await read(query, ehr);
      expect(labelsOn(found)).toBe(expected);
      expect(validateResource(found)).toEqual([]);
      const url = { request: { method: 'GET', url: query } };
      const batch = await send('batch', [url], ehr);
      expect(labelsOn(batch)).toBe(expected);
      expect(labelsOn((batch.entry as { resource: JsonObject }[])[0]!.resource)).toBe(expected);
    });

    test('is not raised by what is withheld', async () => {
      await put({ ...plainObservation('low', 'ehr-own'), id: 'ehr-low' }, ehr);
      const query = 'Observation?_id=ehr-low,secret&_total=accurate';
      const ask = async () => (await ehr.get(`/fhir/${query}`).expect(200)).body as JsonObject;
      const before = await ask();
      await put({ ...plainObservation('secret', 'b'), ...labelledMeta('PSYTHPN conf:V') });
      expect(await ask()).toEqual(before);
      expect(await labels('Observation/secret')).toBe('42CFRPart2 PSYTHPN conf:V');
      const asked = [{ request: { method: 'GET', url: 'Observation/ehr-low' } }];
      const hidden = { request: { method: 'GET', url: 'Observation/secret' } };
      const missing = { request: { method: 'GET', url: 'Observation/no-such' } };
      const both = await send('batch', [...asked, hidden], ehr);
      expect(both).toEqual(await send('batch', [...asked, missing], ehr));
      expect(labelsOn(both)).toBe('conf:N');
    });

    test('of a write that answers with less has no label', async () => {
      const answer = await send('transaction', [entry(condition('less', 'F10.20'))]);
      expect(labelsOn(answer)).toBe('');
    });
  });
});
