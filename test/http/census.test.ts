// The census of a program on a whole server: who gets it, and that nobody is told of whom they do not see.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { auditRows, markAudit } from '../support/audit.ts';
import { attendance, type Clinic, client, eveningTrack, session, startClinic } from '../support/clinic.ts';
import { type Caller, consentFor } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

/** In the evening of the second of November, when it is the third in UTC. */
const NOW = Date.parse('2026-11-02T20:30:00-06:00');
const HOURS = { start: '2026-11-02T18:00:00-06:00', end: '2026-11-02T19:00:00-06:00' };
const stay = (of: string, more: JsonObject = {}): JsonObject => ({
  program: 'program',
  client: of,
  kind: 'episode',
  id: `stay-${of}`,
  status: 'active',
  focus: 'substance-use',
  level: '2.1',
  phase: 'intake',
  track: 'evening',
  from: '2026-10-19',
  ...more,
});
const PEOPLE = ['one', 'two', 'three'];
const RECORDS: JsonObject[] = [
  ...eveningTrack.map(one => (one.kind === 'track' ? { ...one, seats: 5 } : one)),
  ...PEOPLE.map(id => client(id, { name: { family: `Family-${id}`, given: ['<b>'] } })),
  stay('one'),
  stay('two', { phase: 'taper' }),
  stay('three', { status: 'finished', until: '2026-10-30', completion: 'completed' }),
  ...['one', 'two'].flatMap(id => [
    session(id, HOURS),
    attendance(id, { ...HOURS, status: 'no-show', reason: 'no bus' }),
  ]),
  session('three', {
    id: 's-yesterday',
    start: '2026-11-01T18:00:00-06:00',
    end: '2026-11-01T19:00:00-06:00',
  }),
  attendance('three', {
    id: 'a-yesterday',
    session: 's-yesterday',
    start: '2026-11-01T18:00:00-06:00',
    end: '2026-11-01T19:00:00-06:00',
    status: 'no-show',
  }),
  {
    kind: 'clinician',
    id: 'dana',
    program: 'program',
    name: { family: 'Invented', given: ['Dana'] },
    active: true,
    discipline: 'counselor',
  },
  {
    kind: 'care-team',
    id: 'team',
    program: 'program',
    client: 'one',
    status: 'active',
    members: [{ clinician: 'dana', duty: 'primary-counselor' }],
  },
];

interface Row {
  client: { id: string };
  phase?: string;
  week?: number;
}
const seen = (body: JsonObject) => {
  const [track] = body.tracks as (JsonObject & { clients: Row[] })[];
  return {
    clients: track!.clients.map(one => [one.client.id, one.phase, one.week]),
    active: track!.active,
    free: track!.free,
    noShows: (body.noShows as unknown as Row[]).map(one => one.client.id),
  };
};

onEveryStore(store => {
  let clinic: Clinic;
  let dana: Caller;
  beforeAll(async () => {
    clinic = await startClinic(store, {
      environment: { STAFF_ACCESS: 'careteam' },
      surroundings: { clock: () => NOW },
    });
    const outcomes = await clinic.take(RECORDS);
    expect(outcomes.filter(one => one.outcome !== 'written')).toEqual([]);
    dana = await clinic.server.register({
      id: 'dana',
      organization: 'program',
      role: 'program',
      scope: 'user/*.rs',
      practitioner: (await clinic.made('clinician', 'dana')).split('/')[1]!,
    });
  });
  afterAll(() => clinic.server.close());
  const page = (caller: Caller) => caller.get('/iop/census').set('Accept', 'text/html');

  test('the program sees who is there, which seats are free and who did not come', async () => {
    const { body } = await clinic.program.get('/iop/census').expect(200);
    expect([body.timeZone, body.today]).toEqual(['America/Chicago', '2026-11-02']);
    expect(seen(body)).toEqual({
      clients: [
        ['one', 'intake', 3],
        ['two', 'taper', 3],
      ],
      active: 2,
      free: 3,
      noShows: ['one', 'two'],
    });
    const { text, headers } = await page(clinic.program).expect(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
    expect(text).toContain('&lt;b&gt; Family-one');
    expect(text).not.toContain('<b>');
  });

  test('staff by care team sees those whom they treat, and no number of anybody else', async () => {
    const { body, text } = await dana.get('/iop/census').expect(200);
    expect(seen(body)).toEqual({
      clients: [['one', 'intake', 3]],
      active: 1,
      free: undefined,
      noShows: ['one'],
    });
    const { text: printed } = await page(dana).expect(200);
    for (const told of [text, printed]) expect(told).not.toMatch(/Family-t/);
  });

  test.each(['timeline', 'progress', 'summary'])(
    'staff by care team gets the %s of those alone',
    async name => {
      const status = async (id: string): Promise<number> => {
        const patient = (await clinic.made('client', id)).split('/')[1]!;
        return (await dana.get(`/iop/clients/${patient}/${name}`)).status;
      };
      expect([await status('one'), await status('two')]).toEqual([200, 404]);
    },
  );

  test('scopes that reach a part tell no free seats', async () => {
    const scope =
      'system/EpisodeOfCare.rs?status=active system/Patient.rs system/Appointment.rs system/Schedule.rs';
    const narrow = await clinic.server.as('program', `${scope} system/HealthcareService.rs`);
    const { body } = await narrow.get('/iop/census').expect(200);
    expect(seen(body)).toMatchObject({ active: 2, free: undefined });
  });

  test('another program sees its own and nobody of this one, even by consent', async () => {
    const id = (await clinic.made('client', 'one')).split('/')[1]!;
    const consent = JSON.stringify(consentFor(id, 'neighbour'));
    await clinic.program.post('/fhir/Consent').type('application/fhir+json').send(consent).expect(201);
    const neighbour = await clinic.server.as('neighbour');
    expect((await neighbour.get(`/fhir/Patient/${id}`)).status).toBe(200);
    const { body } = await neighbour.get('/iop/census').expect(200);
    expect([body.tracks, body.noShows]).toEqual([[], []]);
  });

  describe('is closed', () => {
    test.each(['ehr', 'payer', 'auditor'] as const)('to %s', async name => {
      const caller = await clinic.server.as(name);
      expect((await caller.get('/iop/census')).status).toBe(403);
      expect((await page(caller)).status).toBe(403);
    });
    test('to a person', async () => {
      const patient = (await clinic.made('client', 'one')).split('/')[1]!;
      const about = { organization: 'program', role: 'patient', scope: 'patient/*.rs', patient } as const;
      const caller = await clinic.server.register({ id: 'portal', ...about });
      expect((await caller.get('/iop/census')).status).toBe(403);
    });
    test('to what has not the scope of what it shows', async () => {
      const narrow = await clinic.server.as('program', 'system/EpisodeOfCare.rs');
      expect((await narrow.get('/iop/census')).status).toBe(403);
    });
  });

  test('leaves a row that names whom it showed', async () => {
    const { store: audited } = clinic.server.app.context;
    const mark = await markAudit(audited);
    await dana.get('/iop/census').expect(200);
    const rows = await auditRows(audited, mark);
    const id = (await clinic.made('client', 'one')).split('/')[1]!;
    expect(rows).toMatchObject([{ action: 'census', outcome: 'ok', patients: [id] }]);
  });
});
