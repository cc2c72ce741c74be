import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parseScopes } from '../../../src/access/scope.ts';
import { importRecords } from '../../../src/interactions/import.ts';
import { conceptOf } from '../../../src/iop/concepts.ts';
import { createLog } from '../../../src/observe/log.ts';
import {
  attendance,
  type Clinic,
  client,
  eveningTrack,
  outcomesOf,
  session,
  startClinic,
  versionOf,
} from '../../support/clinic.ts';
import { onEveryStore } from '../../support/stores.ts';

let clinic: Clinic;
let n = 0;
/** A client of its own for every test, so that none sees another's. */
let c: string;

onEveryStore(store => {
  beforeAll(async () => {
    clinic = await startClinic(store);
  });
  afterAll(() => clinic.server.close());
  beforeEach(() => {
    n += 1;
    c = `c${n}`;
  });

  describe('importing records', () => {
    test('makes resources that refer to each other, whatever commit they share', async () => {
      const outcomes = await clinic.take([client(c), session(c), attendance(c)]);
      expect(outcomesOf(outcomes)).toEqual(['written', 'written', 'written']);
      const encounter = await clinic.read(await clinic.made('attendance', `a-${c}`));
      expect(encounter).toMatchObject({
        resourceType: 'Encounter',
        subject: { reference: await clinic.made('client', c) },
        appointment: [{ reference: await clinic.appointmentOf(c) }],
        status: 'finished',
      });
      expect(await clinic.read(await clinic.appointmentOf(c))).toMatchObject({ status: 'fulfilled' });
    });

    test('gives ids that do not tell the record number', async () => {
      await clinic.take([client(c)]);
      expect(await clinic.made('client', c)).toMatch(/^Patient\/[0-9a-f-]{36}$/);
    });

    test('again changes nothing', async () => {
      const records = [client(c), session(c), attendance(c)];
      await clinic.take(records);
      const before = await clinic.read(await clinic.appointmentOf(c));
      expect(outcomesOf(await clinic.take(records))).toEqual(['unchanged', 'unchanged', 'unchanged']);
      expect(await clinic.read(await clinic.appointmentOf(c))).toEqual(before);
    });

    test('tells what a record refers to that is not known, and writes nothing of it', async () => {
      const [outcome] = await clinic.take([session(c)]);
      expect(outcome).toMatchObject({
        outcome: 'bad',
        resources: 0,
        issues: [
          {
            path: 'clients[0].client',
            message: `refers to client ${c}, which is not known: import it first`,
          },
        ],
      });
      expect(await clinic.made('session', `s-${c}`, `appointment/${c}`)).toBe('');
    });

    test('knows the type of what comes in the same commit', async () => {
      const screener = {
        kind: 'clinician',
        id: `k-${c}`,
        program: 'program',
        name: { family: 'Invented', given: ['Doc'] },
        active: true,
        discipline: 'counselor',
      };
      const goal = {
        kind: 'goal',
        id: `g-${c}`,
        program: 'program',
        client: c,
        clinician: screener.id,
        description: 'Sleep through the night',
        status: 'active',
      };
      const outcomes = await clinic.take([client(c), screener, goal, attendance(c, { session: 'none' })]);
      expect(outcomes.slice(0, 3).flatMap(one => one.issues ?? [])).toEqual([]);
      expect(outcomesOf(outcomes)).toEqual(['written', 'written', 'written', 'bad']);
    });

    test('does not refer to what was deleted through FHIR', async () => {
      await clinic.take([client(c)]);
      await clinic.program.delete(`/fhir/${await clinic.made('client', c)}`).expect(204);
      const [outcome] = await clinic.take([session(c)]);
      expect(outcome?.issues).toEqual([
        { path: 'clients[0].client', message: `refers to client ${c}, which is not known: import it first` },
      ]);
    });

    test('loses one record to a fault of ours, not the others, and tells nothing of the fault', async () => {
      const faulty = (kind: string) => {
        const concept = conceptOf(kind);
        if (concept === undefined || kind !== 'session') return concept;
        return { ...concept, toFhir: () => JSON.parse('SECRET') as never };
      };
      const inputs = [client(c), session(c), client(`${c}-b`)].map((value, index) => ({ index, value }));
      const outcomes = [];
      const { context } = clinic.server.app;
      const lines: string[] = [];
      const log = createLog('error', { write: line => lines.push(line) });
      const listening = Object.assign(Object.create(context) as typeof context, { log });
      for await (const one of importRecords(inputs, listening, clinic.principal, { conceptOf: faulty }))
        outcomes.push(one);
      expect(outcomesOf(outcomes)).toEqual(['written', 'bad', 'written']);
      expect(JSON.stringify(outcomes)).not.toContain('SECRET');
      // The runtime's message quotes what it stumbled over: the log keeps kind and place alone.
      const logged = lines.join('');
      expect(JSON.parse(logged)).toMatchObject({
        msg: 'import failed',
        kind: 'session',
        err: { type: 'SyntaxError' },
      });
      expect(logged).not.toContain('SECRET');
    });

    test('keeps the records that are right beside one that is wrong', async () => {
      const outcomes = await clinic.take([
        client(c),
        session(c, { end: 'never' }),
        client(`${c}-b`),
        attendance(c),
      ]);
      expect(outcomesOf(outcomes)).toEqual(['written', 'bad', 'written', 'bad']);
      expect(outcomes[3]?.issues).toEqual([
        {
          path: 'session',
          message: `refers to session s-${c} (appointment/${c}), which is not known: import it first`,
        },
      ]);
    });

    test('takes the last of two records with one key', async () => {
      const outcomes = await clinic.take([client(c), client(c, { birthDate: '1991-01-01' })]);
      expect(outcomesOf(outcomes)).toEqual(['written', 'written']);
      expect(await clinic.read(await clinic.made('client', c))).toMatchObject({
        birthDate: '1991-01-01',
        meta: { versionId: '2' },
      });
    });

    test('refuses the records of another program', async () => {
      const [outcome] = await clinic.take([client(c, { program: 'neighbour' })]);
      expect(outcome).toMatchObject({ outcome: 'bad', issues: [{ path: 'program' }] });
    });

    test.each([
      ['ehr', 'ehr'],
      ['payer', 'payer'],
      ['ehr', 'program'],
    ] as const)('is for programs: not for %s, nor for another role of one', async (organization, role) => {
      const caller = { ...clinic.principal, organization, role };
      await expect(clinic.take([client(c)], caller)).rejects.toMatchObject({ code: 'forbidden' });
    });

    test('needs the scope of what the record makes', async () => {
      const [scope] = clinic.principal.scopes;
      const caller = { ...clinic.principal, scopes: [{ ...scope!, type: 'Appointment' }] };
      const [outcome] = await clinic.take([client(c)], caller);
      expect(outcome?.issues).toEqual([
        { path: '', message: "the caller's scope does not include create of Patient" },
      ]);
    });

    test('needs a scope that hides none of it', async () => {
      const scopes = parseScopes('system/*.cruds?_tag=a');
      const [outcome] = await clinic.take([client(c)], { ...clinic.principal, scopes });
      expect(outcome?.issues).toEqual([
        { path: '', message: "the caller's scope does not include create of every Patient" },
      ]);
    });
  });

  describe('a record that changed in the program', () => {
    test('changes only the resources that it says otherwise', async () => {
      const other = `${c}-b`;
      const group = { track: 'evening' };
      const clients = [{ client: c }, { client: other }];
      await clinic.take([client(c), client(other), ...eveningTrack]);
      await clinic.take([session(c, { ...group, clients })]);
      const moved = { client: other, start: '2026-08-03T18:30:00-05:00' };
      const [outcome] = await clinic.take([session(c, { ...group, clients: [{ client: c }, moved] })]);
      expect(outcome).toMatchObject({ outcome: 'written', resources: 1 });
      expect(versionOf(await clinic.read(await clinic.made('session', `s-${c}`, `appointment/${c}`)))).toBe(
        '1',
      );
      expect(await clinic.read(await clinic.made('session', `s-${c}`, `appointment/${other}`))).toMatchObject(
        {
          start: moved.start,
          meta: { versionId: '2' },
        },
      );
    });

    test('makes what is new and deletes what is gone; what comes back is the same resource', async () => {
      const other = `${c}-b`;
      const group = { track: 'evening' };
      await clinic.take([
        client(c),
        client(other),
        ...eveningTrack,
        session(c, { ...group, clients: [{ client: c }] }),
      ]);
      await clinic.take([session(c, { ...group, clients: [{ client: c }, { client: other }] })]);
      const added = await clinic.made('session', `s-${c}`, `appointment/${other}`);
      expect(await clinic.read(added)).toMatchObject({ status: 'booked' });
      await clinic.take([session(c, { ...group, clients: [{ client: c }] })]);
      expect((await clinic.program.get(`/fhir/${added}`)).status).toBe(410);
      const [outcome] = await clinic.take([
        session(c, { ...group, clients: [{ client: c }, { client: other }] }),
      ]);
      expect(outcome).toMatchObject({ outcome: 'written', resources: 1 });
      expect(await clinic.made('session', `s-${c}`, `appointment/${other}`)).toBe(added);
      expect(await clinic.read(added)).toMatchObject({ status: 'booked', meta: { versionId: '3' } });
    });

    test('leaves alone what an attendance made of its appointment', async () => {
      await clinic.take([client(c), session(c), attendance(c)]);
      const [outcome] = await clinic.take([session(c, { topic: 'Sleep' })]);
      expect(outcome).toMatchObject({ outcome: 'written' });
      const appointment = await clinic.read(await clinic.appointmentOf(c));
      expect(appointment).toMatchObject({ status: 'fulfilled' });
      expect(JSON.stringify(appointment.serviceType)).toContain('Sleep');
      expect(outcomesOf(await clinic.take([session(c, { topic: 'Sleep' }), attendance(c)]))).toEqual([
        'unchanged',
        'unchanged',
      ]);
    });

    test('contradicts an attendance that says the client was there', async () => {
      await clinic.take([client(c), session(c), attendance(c)]);
      const cancelled = { clients: [{ client: c, cancelled: { by: 'patient' } }] };
      const [outcome] = await clinic.take([session(c, cancelled)]);
      expect(outcome).toMatchObject({ outcome: 'conflict', resources: 0 });
      expect(outcome?.issues?.map(issue => issue.path)).toContain('Appointment.status');
    });

    test('cannot take off a client who attended', async () => {
      const other = `${c}-b`;
      const group = { track: 'evening', clients: [{ client: c }, { client: other }] };
      await clinic.take([client(c), client(other), ...eveningTrack, session(c, group), attendance(c)]);
      const [outcome] = await clinic.take([session(c, { ...group, clients: [{ client: other }] })]);
      expect(outcome).toMatchObject({ outcome: 'conflict', resources: 0 });
      expect(outcome?.issues?.map(issue => issue.path)).toEqual([`Appointment (appointment/${c})`]);
      expect(await clinic.read(await clinic.appointmentOf(c))).toMatchObject({ status: 'fulfilled' });
    });

    test('sets the appointment anew when the attendance is corrected', async () => {
      await clinic.take([client(c), session(c), attendance(c)]);
      await clinic.take([attendance(c, { status: 'no-show' })]);
      expect(await clinic.read(await clinic.appointmentOf(c))).toMatchObject({ status: 'noshow' });
      expect(await clinic.read(await clinic.made('attendance', `a-${c}`))).toMatchObject({
        status: 'cancelled',
      });
    });

    test('may not come to mean another session under the same key', async () => {
      await clinic.take([client(c), session(c), session(c, { id: `z-${c}` }), attendance(c)]);
      const [outcome] = await clinic.take([attendance(c, { session: `z-${c}` })]);
      expect(outcome).toMatchObject({ outcome: 'bad' });
      expect(outcome?.issues?.[0]?.message).toContain(`no longer refers to session s-${c}`);
    });
  });

  describe('a long import', () => {
    test('commits as it goes: what comes late finds what came early', async () => {
      const many = Array.from({ length: 300 }, (_, i) => `${c}-${i}`);
      const outcomes = await clinic.take([
        ...many.map(id => client(id)),
        ...many.map(id => session(id)),
        ...many.map(id => attendance(id)),
      ]);
      expect(new Set(outcomesOf(outcomes))).toEqual(new Set(['written']));
      expect(outcomes.map(one => one.index)).toEqual(outcomes.map((_, i) => i));
    });

    test('ends after what is gathered when it is interrupted', async () => {
      const abort = new AbortController();
      async function* inputs() {
        yield { line: 1, value: client(c) };
        yield { line: 2, value: session(c) };
        abort.abort();
        yield { line: 3, text: '{"half a lin' };
      }
      const outcomes = [];
      const options = { signal: abort.signal, pause: 1 };
      for await (const outcome of importRecords(
        inputs(),
        clinic.server.app.context,
        clinic.principal,
        options,
      ))
        outcomes.push(outcome);
      expect(outcomes).toMatchObject([
        { line: 1, outcome: 'written' },
        { line: 2, outcome: 'written' },
      ]);
    });
  });
});
