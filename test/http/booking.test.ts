// Seats, waiting lists and moving up, as an EHR and the program meet them through Appointment and Slot alone.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import { SEATS } from '../../src/iop/extensions.ts';
import { extend } from '../../src/iop/vocabulary.ts';
import { type Clinic, client, eveningTrack, startClinic } from '../support/clinic.ts';
import { type Caller, consentFor } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

/** Before any session below begins. */
const NOW = Date.parse('2026-08-01T12:00:00Z');
const SOON = { start: '2026-08-03T18:00:00-05:00', end: '2026-08-03T21:00:00-05:00' };

onEveryStore(store => {
  let clinic: Clinic;
  let ehr: Caller;
  let clock = NOW;
  let made = 0;
  beforeAll(async () => {
    clinic = await startClinic(store, { surroundings: { clock: () => (clock += 1) } });
    ehr = await clinic.server.as('ehr');
    expect(await clinic.take(eveningTrack)).toMatchObject([{ outcome: 'written' }, { outcome: 'written' }]);
  });
  afterAll(() => clinic.server.close());

  /** A session of the evening track; `Slot/id`. */
  async function slotOf(capacity: number, more: JsonObject = {}): Promise<string> {
    const id = `g-${made++}`;
    const record = { kind: 'session', id, program: 'program', type: 'group', mode: 'on-site', ...SOON };
    const outcomes = await clinic.take([{ ...record, track: 'evening', capacity, ...more }]);
    expect(outcomes).toMatchObject([{ outcome: 'written' }]);
    return clinic.made('session', id);
  }

  /** Clients of the program, who permit the EHR: ids of their Patients. */
  async function people(count: number, permitted = true): Promise<string[]> {
    const keys = Array.from({ length: count }, () => `c-${made++}`);
    await clinic.take(keys.map(key => client(key)));
    const ids = await Promise.all(keys.map(async key => (await clinic.made('client', key)).split('/')[1]!));
    if (permitted)
      for (const id of ids)
        await clinic.program.post('/fhir/Consent').send(consentFor(id, 'ehr')).expect(201);
    return ids;
  }

  const appointment = (slot: string, patient: string, more: JsonObject = {}): JsonObject => ({
    resourceType: 'Appointment',
    status: 'booked',
    slot: [{ reference: slot }],
    ...SOON,
    participant: [{ actor: { reference: `Patient/${patient}` }, status: 'accepted' }],
    ...more,
  });
  const book = (slot: string, patient: string, more: JsonObject = {}, by = ehr) =>
    by.post('/fhir/Appointment').send(appointment(slot, patient, more));
  const change = async (id: string, more: JsonObject, by = ehr) => {
    const { meta: _, ...now } = (await clinic.program.get(`/fhir/Appointment/${id}`)).body;
    return by.put(`/fhir/Appointment/${id}`).send({ ...now, ...more });
  };
  const statusOf = async (id: string): Promise<string> =>
    String((await clinic.read(`Appointment/${id}`)).status);
  const slotStatus = async (slot: string): Promise<unknown> => (await clinic.read(slot)).status;

  describe('the last seat', () => {
    test('is taken once however many ask at the same time', async () => {
      const slot = await slotOf(3);
      const asking = await people(50);
      const replies = await Promise.all(asking.map(one => book(slot, one)));
      const counts = Map.groupBy(replies, reply => reply.status);
      expect([...counts].map(([status, all]) => [status, all.length]).sort()).toEqual([
        [201, 3],
        [409, 47],
      ]);
      const { body } = await clinic.program.get(
        `/fhir/Appointment?slot=${slot}&status=booked&_summary=count`,
      );
      expect(body.total).toBe(3);
      expect(await slotStatus(slot)).toBe('busy');
      // One answer, whoever sits there and whoever asks.
      const refusals = counts.get(409)!.map(({ body: { issue } }) => JSON.stringify(issue));
      expect(new Set(refusals).size).toBe(1);
      expect(refusals[0]).toContain('waitlist');
      expect(refusals[0]).not.toMatch(/Patient|[0-9]/);
    });
  });

  describe('an EHR', () => {
    test('books, waits, moves up when a seat is free, cancels and moves', async () => {
      const [slot, other] = [await slotOf(1), await slotOf(1)];
      const [a, b, c] = (await people(3)) as [string, string, string];
      expect((await ehr.get(`/fhir/${slot}`)).body.status).toBe('free');
      const first = (await book(slot, a).expect(201)).body.id as string;
      // Only free Slots are shown outside.
      await ehr.get(`/fhir/${slot}`).expect(404);
      const second = (await book(slot, b, { status: 'waitlist' }).expect(201)).body.id as string;
      const third = (await book(slot, c, { status: 'waitlist' }).expect(201)).body.id as string;
      // Nobody is served before his turn.
      expect((await change(third, { status: 'booked' })).status).toBe(409);

      expect((await change(first, { status: 'cancelled' })).status).toBe(200);
      expect([await statusOf(second), await statusOf(third)]).toEqual(['booked', 'waitlist']);
      expect(await slotStatus(slot)).toBe('busy');

      // Moved, not cancelled: the seat goes to the next in the same step.
      expect((await change(second, { slot: [{ reference: other }] })).status).toBe(200);
      expect([await statusOf(second), await statusOf(third)]).toEqual(['booked', 'booked']);
      expect([await slotStatus(slot), await slotStatus(other)]).toEqual(['busy', 'busy']);
      // And what is full stays as it was, on both sides.
      expect((await change(third, { slot: [{ reference: other }] })).status).toBe(409);
      expect((await clinic.read(`Appointment/${third}`)).slot).toEqual([{ reference: slot }]);

      // What the program changed is no longer the EHR's alone to delete.
      await ehr.delete(`/fhir/Appointment/${second}`).expect(403);
      await clinic.program.delete(`/fhir/Appointment/${second}`).expect(204);
      expect(await slotStatus(other)).toBe('free');
    });

    test('is not told who moved up, and the program is, by a row of its own', async () => {
      const slot = await slotOf(1);
      const [a] = (await people(1)) as [string];
      const [hidden] = (await people(1, false)) as [string];
      const first = (await book(slot, a).expect(201)).body.id as string;
      const waiting = (await book(slot, hidden, { status: 'waitlist' }, clinic.program).expect(201)).body.id;
      const reply = await change(first, { status: 'cancelled' });
      expect(JSON.stringify([reply.body, reply.headers])).not.toContain(hidden);
      expect(await statusOf(waiting)).toBe('booked');
      await ehr.get(`/fhir/Appointment/${waiting}`).expect(404);
      const { body: history } = await clinic.program.get(`/fhir/Appointment/${waiting}/_history`);
      expect(history.entry.map((one: { resource: AnyResource }) => one.resource.status)).toEqual([
        'booked',
        'waitlist',
      ]);
      const { store: kept } = clinic.server.app.context;
      const rows = [];
      for (const writer of await kept.auditWriters()) rows.push(...(await kept.auditRows(writer, 0, 10_000)));
      const told = rows.filter(
        row => row.versions.includes(`Appointment/${waiting}/2`) && !['read', 'history'].includes(row.action),
      );
      expect(told).toMatchObject([
        { action: 'booking', client: 'booking', organization: 'program', patients: [hidden], outcome: 'ok' },
      ]);
    });

    test('gets one answer for a full Slot, a blocked one and a place it may not see', async () => {
      const [full, blocked, free] = [await slotOf(1), await slotOf(1), await slotOf(5)];
      const [a, b] = (await people(2)) as [string, string];
      await book(full, a, {}, clinic.program).expect(201);
      const { meta: _, ...slot } = (await clinic.program.get(`/fhir/${blocked}`)).body;
      await clinic.program
        .put(`/fhir/${blocked}`)
        .send({ ...slot, status: 'busy-unavailable' })
        .expect(200);
      const answers = [await book(full, b), await book(blocked, b)];
      expect(answers.map(({ status }) => status)).toEqual([409, 409]);
      expect(answers[0]!.body.issue).toEqual(answers[1]!.body.issue);
      // The same person twice is another matter, where the caller sees the first.
      await book(free, b).expect(201);
      const { body } = await book(free, b, { status: 'waitlist' }).expect(409);
      expect(body.issue[0].diagnostics ?? body.issue[0].details?.text).toContain('already');
    });

    test('is not told of a place that it may not see, and told of one that it may', async () => {
      const slot = await slotOf(5);
      const [full, [a, b]] = [await slotOf(1), (await people(2)) as [string, string]];
      await book(full, b).expect(201);
      // The client lets the EHR see all but this.
      const kept = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'SDV' };
      const limited = consentFor(a, 'ehr');
      const provision = {
        ...limited.provision,
        provision: [{ type: 'deny', securityLabel: [kept], actor: limited.provision.actor }],
      };
      const { body: all } = await clinic.program.get(`/fhir/Consent?patient=${a}`);
      const { id } = all.entry[0].resource;
      await clinic.program
        .put(`/fhir/Consent/${id}`)
        .send({ ...limited, id, provision })
        .expect(200);
      const first = await book(slot, a, { meta: { security: [kept] } }, clinic.program).expect(201);
      await ehr.get(`/fhir/Appointment/${first.body.id}`).expect(404);
      // As if there were none.
      await book(slot, a).expect(201);
      const { body: twice } = await book(slot, a).expect(409);
      expect(JSON.stringify(twice)).toContain('already');
      const [hidden, others] = [await book(full, a), await book(full, b, { status: 'booked' })];
      expect([hidden.status, others.status]).toEqual([409, 409]);
    });

    test('learns of a full Slot nothing that it may not write into', async () => {
      const full = await slotOf(1);
      const [a] = (await people(1)) as [string];
      const [hidden] = (await people(1, false)) as [string];
      await book(full, a).expect(201);
      const answers = [await book(full, hidden), await book('Slot/is-none', hidden)];
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      // What another Organization keeps under the name of seats is plain FHIR.
      const own = await ehr.post('/fhir/Slot').send({
        ...{ resourceType: 'Slot', schedule: { reference: 'Schedule/own' }, status: 'busy', ...SOON },
        extension: extend(SEATS, 1) as unknown as JsonObject[],
      });
      for (const one of ['someone', 'someone-else']) await book(`Slot/${own.body.id}`, one).expect(201);
    });

    test('takes no seat for somebody who is nobody here, known or not', async () => {
      const slot = await slotOf(1);
      const [hidden] = (await people(1, false)) as [string];
      const answers = [await book(slot, hidden), await book(slot, 'unknown-person')];
      expect(answers.map(({ status }) => status)).toEqual([422, 422]);
      expect(answers[0]!.body.issue).toEqual(answers[1]!.body.issue);
      expect(await slotStatus(slot)).toBe('free');
    });
  });

  describe('the program', () => {
    const transaction = (entry: object[]) =>
      clinic.program.post('/fhir').send({ resourceType: 'Bundle', type: 'transaction', entry });
    const post = (resource: JsonObject) => ({ resource, request: { method: 'POST', url: 'Appointment' } });

    test('fills a Slot by a transaction wholly or not at all', async () => {
      const slot = await slotOf(2);
      const [a, b, c] = (await people(3)) as [string, string, string];
      const { body } = await transaction([a, b, c].map(one => post(appointment(slot, one)))).expect(409);
      expect(body.issue[0].expression ?? body.issue[0].location).toBeDefined();
      const [{ system, value }] = (await clinic.read(slot)).identifier as [{ system: string; value: string }];
      const byIdentifier = [{ reference: `Slot?identifier=${system}|${value}` }];
      await transaction([a, b].map(one => post(appointment(slot, one, { slot: byIdentifier })))).expect(200);
      expect(await slotStatus(slot)).toBe('busy');
      const two = [slot, await slotOf(1)].map(reference => ({ reference }));
      await book(slot, c, { slot: two }, clinic.program).expect(422);
    });

    test('gives more seats to those who wait, and takes none away in which somebody sits', async () => {
      const slot = await slotOf(1);
      const [a, b] = (await people(2)) as [string, string];
      await book(slot, a).expect(201);
      const waiting = (await book(slot, b, { status: 'waitlist' }).expect(201)).body.id as string;
      const resized = async (seats: number) => {
        const { meta: _, ...now } = (await clinic.program.get(`/fhir/${slot}`)).body;
        const extension = now.extension.map((one: JsonObject) =>
          String(one.url).endsWith('/seats') ? { ...one, valuePositiveInt: seats } : one,
        );
        return clinic.program.put(`/fhir/${slot}`).send({ ...now, extension });
      };
      expect((await resized(2)).body.status).toBe('busy');
      expect(await statusOf(waiting)).toBe('booked');
      expect((await resized(1)).status).toBe(409);
      expect((await resized(3)).body.status).toBe('free');
    });

    test('moves nobody up into a session that has begun', async () => {
      const slot = await slotOf(1, { start: '2026-08-01T11:00:00Z', end: '2026-08-01T13:00:00Z' });
      const [a, b] = (await people(2)) as [string, string];
      const first = (await book(slot, a).expect(201)).body.id as string;
      const waiting = (await book(slot, b, { status: 'waitlist' }).expect(201)).body.id as string;
      await change(first, { status: 'cancelled' });
      expect([await statusOf(waiting), await slotStatus(slot)]).toEqual(['waitlist', 'free']);
      // Who came all the same is let in.
      expect((await change(waiting, { status: 'arrived' })).status).toBe(200);
    });
  });

  describe('a session record', () => {
    const record = (id: string, clients: object[], more: JsonObject = {}): JsonObject => ({
      ...{ kind: 'session', id, program: 'program', type: 'group', mode: 'on-site', ...SOON },
      ...{ track: 'evening', capacity: 2, clients: clients as JsonObject[], ...more },
    });
    const keyed = async (count: number) => {
      const keys = Array.from({ length: count }, () => `k-${made++}`);
      await clinic.take(keys.map(key => client(key)));
      const ids = await Promise.all(keys.map(async key => (await clinic.made('client', key)).split('/')[1]!));
      for (const id of ids)
        await clinic.program.post('/fhir/Consent').send(consentFor(id, 'ehr')).expect(201);
      return keys.map((key, at) => ({ key, id: ids[at]! }));
    };
    const total = async (query: string): Promise<number> =>
      (await clinic.program.get(`/fhir/Appointment?${query}&_summary=count`)).body.total;

    test('neither drops nor doubles whom an EHR booked, and takes that client in when it says so', async () => {
      const [a, b] = (await keyed(2)) as [{ key: string; id: string }, { key: string; id: string }];
      const old = record('r1', [{ client: a.key }]);
      expect(await clinic.take([old])).toMatchObject([{ outcome: 'written' }]);
      const slot = await clinic.made('session', 'r1');
      const booked = (await book(slot, b.id).expect(201)).body.id as string;
      expect(await clinic.take([old])).toMatchObject([{ outcome: 'unchanged' }]);
      expect(await clinic.take([{ ...old, topic: 'sleep' }])).toMatchObject([{ outcome: 'written' }]);
      expect([await total(`slot=${slot}`), await slotStatus(slot), await statusOf(booked)]).toEqual([
        2,
        'busy',
        'booked',
      ]);
      const both = { ...record('r1', [{ client: a.key }, { client: b.key }]), topic: 'sleep' };
      // The Appointment says all of it already.
      expect(await clinic.take([both])).toMatchObject([{ outcome: 'unchanged' }]);
      expect(await total(`slot=${slot}`)).toBe(2);
      expect(await clinic.made('session', 'r1', `appointment/${b.key}`)).toBe(`Appointment/${booked}`);
      // From now on it is the record's to change.
      const gone = { ...record('r1', [{ client: a.key }, { client: b.key, cancelled: { by: 'patient' } }]) };
      expect(await clinic.take([{ ...gone, topic: 'sleep' }])).toMatchObject([{ outcome: 'written' }]);
      expect([await statusOf(booked), await slotStatus(slot)]).toEqual(['cancelled', 'free']);
    });

    test('is refused where it has more clients than seats, and where an EHR has taken them', async () => {
      const [a, b, c] = (await keyed(3)) as { key: string; id: string }[] as [
        { key: string; id: string },
        { key: string; id: string },
        { key: string; id: string },
      ];
      const clients = [a, b, c].map(({ key }) => ({ client: key }));
      expect(await clinic.take([record('r2', clients)])).toMatchObject([
        { outcome: 'bad', issues: [{ path: 'clients' }] },
      ]);
      await clinic.take([record('r2', clients.slice(0, 1))]);
      const slot = await clinic.made('session', 'r2');
      await book(slot, b.id).expect(201);
      const late = record('r2', [clients[0]!, clients[2]!]);
      expect(await clinic.take([late])).toMatchObject([
        { outcome: 'bad', issues: [{ path: 'Appointment.slot' }] },
      ]);
      const waits = record('r2', [clients[0]!, { ...clients[2]!, waiting: true }]);
      expect(await clinic.take([waits])).toMatchObject([{ outcome: 'written' }]);
      expect(await clinic.take([waits])).toMatchObject([{ outcome: 'unchanged' }]);
      const waiting = (await clinic.made('session', 'r2', `appointment/${c.key}`)).split('/')[1]!;
      expect(await statusOf(waiting)).toBe('waitlist');
      // The first goes, as the record says; the one who waits moves up, and the old record is told so.
      const went = record('r2', [
        { ...clients[0]!, cancelled: { by: 'patient' } },
        { ...clients[2]!, waiting: true },
      ]);
      expect(await clinic.take([went])).toMatchObject([{ outcome: 'written' }]);
      expect(await statusOf(waiting)).toBe('booked');
      expect(await clinic.take([went])).toMatchObject([
        { outcome: 'unchanged', kept: [{ path: 'clients[1].waiting', record: true }] },
      ]);
      expect(await statusOf(waiting)).toBe('booked');
      // Nor does another change of the record put them back.
      expect(await clinic.take([{ ...went, topic: 'Sleep' }])).toMatchObject([
        { outcome: 'written', kept: [{ path: 'clients[1].waiting', record: true }] },
      ]);
      expect(await statusOf(waiting)).toBe('booked');
      const moved = record('r2', [{ ...clients[0]!, cancelled: { by: 'patient' } }, clients[2]!]);
      expect(await clinic.take([{ ...moved, topic: 'Sleep' }])).toMatchObject([{ outcome: 'unchanged' }]);
    });

    test('is told of a client who moved to another session, whose attendance is taken there', async () => {
      const [a] = (await keyed(1)) as [{ key: string; id: string }];
      const later = { start: '2026-08-05T18:00:00-05:00', end: '2026-08-05T21:00:00-05:00' };
      const [one, other] = [record('r3', [{ client: a.key }]), record('r4', [], later)];
      await clinic.take(
        [one, { ...other, clients: undefined as never }].map(all => JSON.parse(JSON.stringify(all))),
      );
      const slot = await clinic.made('session', 'r4');
      const id = (await clinic.made('session', 'r3', `appointment/${a.key}`)).split('/')[1]!;
      expect((await change(id, { slot: [{ reference: slot }], ...later })).status).toBe(200);
      const says = { client: a.key, ...later, movedTo: 'r4' };
      const [told] = await clinic.take([one]);
      expect(told).toMatchObject({ outcome: 'unchanged' });
      expect(told!.kept!.map(({ path }) => path)).toEqual([
        'clients[0].start',
        'clients[0].end',
        'clients[0].movedTo',
      ]);
      expect(await clinic.take([record('r3', [says])])).toMatchObject([{ outcome: 'unchanged' }]);
      const came = {
        ...{
          kind: 'attendance',
          id: 'a-r4',
          program: 'program',
          session: 'r4',
          client: a.key,
          status: 'present',
        },
        ...{ type: 'group', mode: 'on-site', ...later },
      };
      expect(await clinic.take([came])).toMatchObject([{ outcome: 'written' }]);
      expect(await statusOf(id)).toBe('fulfilled');
      const { body: view } = await clinic.program.get(`/iop/clients/${a.id}`).expect(200);
      expect(JSON.stringify(view)).toContain('r4');
      expect(await clinic.take([came, { ...came, minutes: 120 }])).toMatchObject([
        { outcome: 'unchanged' },
        { outcome: 'written' },
      ]);
    });

    test('of one that makes up for a missed session: once, and for the same client', async () => {
      const [a, b] = (await keyed(2)) as [{ key: string; id: string }, { key: string; id: string }];
      await clinic.take([record('r5', [{ client: a.key, cancelled: { by: 'patient' } }, { client: b.key }])]);
      const makesUp = (session: string, key: string) => record(session, [{ client: key, makesUpFor: 'r5' }]);
      expect(await clinic.take([makesUp('r6', a.key)])).toMatchObject([{ outcome: 'written' }]);
      const no = [{ outcome: 'bad', issues: [{ path: 'Appointment.extension' }] }];
      expect(await clinic.take([makesUp('r7', a.key)])).toMatchObject(no);
      expect(await clinic.take([makesUp('r8', b.key)])).toMatchObject(no);
      // Called off itself, it makes up for nothing.
      const off = record('r6', [{ client: a.key, makesUpFor: 'r5', cancelled: { by: 'provider' } }]);
      expect(await clinic.take([off, makesUp('r9', a.key)])).toMatchObject([
        { outcome: 'written' },
        { outcome: 'written' },
      ]);
    });
  });
});
