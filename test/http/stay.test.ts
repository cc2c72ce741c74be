// How clients come, get on and leave, through the door of a whole server.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { attendance, type Clinic, client, outcomesOf, session, startClinic } from '../support/clinic.ts';
import { onEveryStore } from '../support/stores.ts';

const at = '2026-09-07T18:00:00-04:00';
const end = '2026-09-07T19:00:00-04:00';
const of = (kind: string, said: JsonObject): JsonObject => ({
  ...{ kind, id: `${kind}-1`, program: 'program', client: 'nine' },
  ...said,
});

const clinician: JsonObject = {
  ...{ kind: 'clinician', id: 'dr-a', program: 'program', active: true, discipline: 'counselor' },
  name: { family: 'Invented', given: ['Ada'] },
};
const SLIP = of('slip', {
  ...{ on: '2026-09-05', severity: 'slip', substance: 'alcohol', responses: ['extra-session'] },
  risk: { status: 'active', from: '2026-09-07' },
});
/** By their place in the view. */
const RECORDS: Readonly<Record<string, JsonObject>> = {
  family: of('family-member', {
    ...{ name: { family: 'Invented', given: ['Bo'] }, relationship: 'spouse', active: true },
    support: 'Takes bedtime on group nights.',
  }),
  enquiries: of('enquiry', {
    ...{ at, way: 'phone', wish: 'Evenings', outcome: 'assessment-offered' },
    assessment: { status: 'proposed', start: at, end },
  }),
  episodes: of('episode', { status: 'planned', focus: 'substance-use', level: '2.1' }),
  referrals: of('referral', {
    ...{ direction: 'in', service: 'iop', source: 'residential', status: 'active', at },
    ...{ facility: 'Cedar Hollow House', part2Records: true },
  }),
  assessments: of('assessment', {
    ...{ clinician: 'dr-a', start: at, end, recommended: '2.1', dimensions: { '1': 0, '5': 3 } },
    ...{ homeSafe: true, readiness: 7, referral: 'referral-1' },
  }),
  checkIns: of('check-in', { at, by: 'client', craving: 4, triggers: ['stress'] }),
  slips: SLIP,
  scores: of('score', { instrument: 'c-ssrs', total: 2, at }),
  socialHistory: of('social-history', {
    ...{ at, aspect: 'conflict', finding: 'past', by: 'clinician', clinician: 'dr-a' },
  }),
  goals: of('goal', { description: 'Sleep', status: 'active' }),
  worksheets: of('worksheet', {
    ...{ at, form: 'goal', status: 'completed', goal: 'goal-1', reviewedBy: 'dr-a' },
    answers: [{ asked: 'want', text: 'Seven hours.' }],
  }),
  plans: of('plan', {
    ...{ purpose: 'treatment', status: 'active', title: 'Plan', from: '2026-08-03' },
    change: { what: 'extended', text: 'Two weeks more' },
  }),
  agreements: of('agreement', {
    ...{ agreement: 'attendance', status: 'signed', signedOn: '2026-08-03', from: '2026-08-03' },
    ...{ rules: ['attend', 'screening'], plan: 'plan-1' },
  }),
  benefits: of('benefit', {
    ...{ coverage: 'coverage-1', payer: 'payer', at, outcome: 'complete', inForce: true },
    benefits: [{ category: 'iop', limits: [{ what: 'sessions', allowed: 36 }] }],
  }),
  risks: of('risk', { risk: 'self-harm', status: 'active', from: '2026-09-07', score: 'score-1' }),
  letters: of('letter', {
    ...{ status: 'draft', to: { kind: 'employer', name: 'Invented Foundry' }, subject: 'leave', at },
    ...{ clinician: 'dr-a', text: 'Is in treatment three evenings a week.' },
  }),
  tasks: of('task', { matter: 'employer', status: 'in-progress', at, owner: 'dr-a', letter: 'letter-1' }),
  homePractice: of('home-practice', { at, practice: 'journaling', text: 'Two pages.' }),
  discharges: of('discharge', {
    ...{ episode: 'episode-1', at, clinician: 'dr-a', stage: 'final', disposition: 'home' },
    summary: 'Went well.',
  }),
};

let clinic: Clinic;
onEveryStore(store => {
  let id = '';
  const view = async (): Promise<Record<string, JsonObject[]>> =>
    (await clinic.program.get(`/iop/clients/${id}`).expect(200)).body;

  beforeAll(async () => {
    clinic = await startClinic(store);
    const coverage = of('coverage', { status: 'active', type: 'commercial', payer: 'payer' });
    const outcomes = await clinic.take([clinician, client('nine'), coverage, ...Object.values(RECORDS)]);
    expect(outcomesOf(outcomes)).toEqual(outcomes.map(() => 'written'));
    id = (await clinic.made('client', 'nine')).split('/')[1] ?? '';
  });
  afterAll(() => clinic.server.close());

  test.each(Object.keys(RECORDS))('the view of a client has %s as they were sent', async place => {
    const { kind, program: _program, ...said } = RECORDS[place]!;
    const resource = await clinic.made(kind as string, `${kind}-1`);
    expect((await view())[place]).toEqual([{ ...said, resource }]);
  });

  test('sent again they change nothing', async () => {
    const outcomes = await clinic.take(Object.values(RECORDS));
    expect(new Set(outcomesOf(outcomes))).toEqual(new Set(['unchanged']));
  });

  test("a client's own word is labelled so, and what a slip reveals too", async () => {
    const labels = async (kind: string, role = '') => {
      const { meta } = await clinic.read(await clinic.made(kind, `${kind}-1`, role));
      return (meta as { security: { code: string }[] }).security.map(one => one.code);
    };
    expect(await labels('check-in')).toContain('PATAST');
    expect(await labels('slip')).toEqual(expect.arrayContaining(['SUD', 'ETHUD']));
    expect(await labels('slip', 'risk')).toContain('SUD');
    expect(await labels('assessment', 'home-safe')).toContain('SDV');
    expect(await labels('social-history')).toContain('SDV');
    expect(await labels('worksheet')).toContain('PATAST');
    expect(await labels('agreement')).toContain('SUD');
    expect(await labels('referral')).toContain('42CFRPart2');
    expect(await labels('risk')).toContain('PSY');
  });

  test('family who came to a session, drives, and stands in a plan is told nothing for that', async () => {
    const who = 'family-member-1';
    const named: JsonObject[] = [
      session('nine', { type: 'family' }),
      attendance('nine', { type: 'family', family: [who], checkIns: ['check-in-1'] }),
      of('task', { id: 'ride', matter: 'transport', status: 'requested', at, means: 'carpool', who }),
      of('plan', {
        ...{ id: 'after', purpose: 'aftercare', status: 'active', title: 'After', from: '2026-10-10' },
        activities: [{ what: 'sponsor', status: 'in-progress', who }],
      }),
    ];
    expect(new Set(outcomesOf(await clinic.take(named)))).toEqual(new Set(['written']));
    const relatedPerson = (await clinic.made('family-member', who)).split('/')[1]!;
    const spouse = await clinic.server.register({
      ...{ id: 'spouse', organization: 'program', role: 'representative', scope: 'patient/*.rs' },
      ...{ patient: id, relatedPerson },
    });
    const made = [
      await clinic.made('attendance', 'a-nine'),
      await clinic.made('task', 'ride'),
      await clinic.made('plan', 'after'),
      await clinic.made('family-member', who, 'support'),
    ];
    for (const reference of made) {
      expect(JSON.stringify(await clinic.read(reference))).toContain(`RelatedPerson/${relatedPerson}`);
      await spouse.get(`/fhir/${reference}`).expect(404);
      const { body } = await spouse.get(`/fhir/${reference.split('/')[0]}?_total=accurate`).expect(200);
      expect(body.total).toBe(0);
    }
  });

  test('an offered time that the program books through FHIR shows as booked', async () => {
    await clinic.edit(await clinic.made('enquiry', 'enquiry-1', 'appointment'), { status: 'booked' });
    expect((await view()).enquiries).toMatchObject([{ assessment: { status: 'booked' } }]);
  });

  test('the mark of a risk that the record no longer has is gone', async () => {
    const flag = await clinic.made('slip', 'slip-1', 'risk');
    const { risk: _, ...without } = SLIP;
    expect(outcomesOf(await clinic.take([without]))).toEqual(['written']);
    await clinic.program.get(`/fhir/${flag}`).expect(410);
    expect((await view()).slips![0]).not.toHaveProperty('risk');
  });
});
