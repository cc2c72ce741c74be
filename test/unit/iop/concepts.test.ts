// What a program speaks of, as records and their parts, one test for each of the rows of README's table that no other
// test is about: from its directory to the time after a stay.
import { describe, expect, test } from '@jest/globals';
import { sensitivitiesOf } from '../../../src/access/label/labeller.ts';
import type { AnyResource } from '../../../src/fhir/types.ts';
import { AMENITY, COMPLETION, EPISODE_PHASE, REFERRAL_SOURCE } from '../../../src/iop/codes.ts';
import { SESSION_TOPIC } from '../../../src/iop/codes-sessions.ts';
import { PRACTICE, TASK_MATTER } from '../../../src/iop/codes-stay.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { conceptOf } from '../../../src/iop/concepts.ts';
import { MODALITIES, modalityConcept, modalityOf } from '../../../src/iop/modality.ts';
import { codesOf } from '../../../src/iop/vocabulary.ts';
import { resourcesOf, throughFhir, world } from '../../support/world.ts';

const at = '2026-09-07T18:00:00-04:00';
const end = '2026-09-07T21:00:00-04:00';

/** The main resource of a record that keeps its invariants and comes back as it went. */
function made(kind: string, said: object, role = ''): AnyResource {
  const concept = conceptOf(kind)!;
  const record = { kind, id: 'x', program: 'riverbend', ...said } as RecordEnvelope;
  expect([concept.check(record), throughFhir(concept, record)]).toEqual([[], record]);
  return resourcesOf(concept, record, world('riverbend')).get(role)!;
}
const of = (kind: string, said: object, role = '') => made(kind, { client: 'c1', ...said }, role);
const coded = (code: string) => expect.objectContaining({ coding: [expect.objectContaining({ code })] });

const directory = { name: 'Invented', active: true, service: 'iop', timeZone: 'America/New_York' };
const service = { ...directory, treats: ['substance-use'], part2: true };

describe('the program', () => {
  test.each([
    ['substance-use', '2.1', ['da', '2.1'], ['SUD']],
    ['mental-health', 'iop-mh', ['mental-health', 'iop-mh'], ['PSY']],
    ['co-occurring', '2.1', ['da', 'co-occurring', '2.1'], ['SUD', 'PSY']],
  ])('is a level of care: a stay for %s at %s', (focus, level, types, labels) => {
    const stay = of('episode', { status: 'active', from: '2026-08-03', focus, level });
    expect(stay.type).toEqual(types.map(coded));
    expect(sensitivitiesOf(stay)).toEqual(labels);
  });

  test('has sites with an address, rooms in them, and one that is virtual', () => {
    const address = { lines: ['40 Mill Street'], city: 'Riverbend', state: 'OH', postalCode: '43000' };
    const site = { name: 'Mill Street', status: 'active' };
    expect(made('site', { ...site, setting: 'site', address })).toMatchObject({
      physicalType: coded('si'),
      address: { city: 'Riverbend' },
    });
    const room = made('site', { ...site, setting: 'room', within: 'mill-street' });
    expect(room).toMatchObject({ physicalType: coded('ro'), partOf: { reference: expect.any(String) } });
    expect(made('site', { ...site, setting: 'virtual' })).toMatchObject({ physicalType: coded('vi') });
  });

  test('is open on several days for some hours, not around the clock', () => {
    const hours = [{ days: ['mon', 'wed', 'fri'], start: '07:00', end: '21:00' }];
    expect(made('program', { ...service, hours })).toMatchObject({
      availableTime: [
        {
          daysOfWeek: ['mon', 'wed', 'fri'],
          availableStartTime: '07:00:00',
          availableEndTime: '21:00:00',
        },
      ],
    });
  });

  test.each(['morning', 'midday', 'evening', 'weekend'])('has a track in the %s, by its own clock', slot => {
    const track = { name: 'Track', slot, active: true, service: 'iop', days: ['sat'], seats: 10 };
    const schedule = made('track', { ...track, start: '09:00', end: '12:00', timeZone: 'America/New_York' });
    expect(JSON.stringify(schedule)).toContain('America/New_York');
    expect(JSON.stringify(schedule)).toContain(`"code":"${slot}"`);
  });

  test('says in its directory what makes it easy to come: pets, everybody welcome, a shuttle', () => {
    const amenities = codesOf(AMENITY);
    expect(made('program', { ...service, amenities }).characteristic).toEqual(amenities.map(coded));
    expect(amenities).toEqual(
      expect.arrayContaining(['pet-friendly', 'inclusive', 'shuttle', 'sliding-scale']),
    );
  });

  test('tells who of its staff is what, and in which duty for a client', () => {
    const staff = { name: { family: 'Invented', given: ['Ada'] }, active: true, discipline: 'counselor' };
    const licences = [{ title: 'LICDC', from: '2024-07-01' }];
    expect(made('clinician', { ...staff, licences })).toMatchObject({ qualification: [expect.any(Object)] });
    const team = of('care-team', {
      ...{ status: 'active' },
      members: [
        { clinician: 'dr-a', duty: 'primary-counselor' },
        { clinician: 'moss', duty: 'case-manager' },
      ],
    });
    expect(team.participant).toMatchObject([
      { role: [coded('primary-counselor')] },
      { role: [coded('case-manager')] },
    ]);
  });
});

describe('coming', () => {
  test('a time is wished for, offered, booked, moved and cancelled for this client alone', () => {
    const wished = of('enquiry', {
      at,
      way: 'web',
      wish: 'Evenings',
      track: 'evening',
      outcome: 'will-call-back',
    });
    expect(wished).toMatchObject({ about: [{ reference: expect.stringMatching(/^Schedule\//) }] });
    const session = { type: 'group', mode: 'on-site', start: at, end, track: 'evening', capacity: 2 };
    const moved = { client: 'c1', start: '2026-09-07T19:00:00-04:00' };
    const cancelled = { client: 'c2', cancelled: { by: 'patient', reason: 'child ill' } };
    const clients = [moved, cancelled];
    expect(made('session', { ...session, clients })).toMatchObject({ status: 'free' });
    expect(made('session', { ...session, clients }, 'appointment/c1')).toMatchObject({
      status: 'booked',
      start: moved.start,
    });
    expect(made('session', { ...session, clients }, 'appointment/c2')).toMatchObject({ status: 'cancelled' });
  });

  test.each(codesOf(REFERRAL_SOURCE))('somebody comes from %s, and the source is told', source => {
    const referral = { direction: 'in', service: 'iop', status: 'completed', at, facility: 'Invented House' };
    expect(of('referral', { ...referral, source })).toMatchObject({
      requester: { type: 'Organization', display: 'Invented House' },
      reasonCode: [coded(source)],
    });
    const stay = { status: 'active', from: '2026-08-03', focus: 'substance-use', level: '2.1' };
    expect(of('episode', { ...stay, referral: { source } }).extension).toContainEqual(
      expect.objectContaining({ valueCodeableConcept: coded(source) }),
    );
  });

  test('where the program is not right the referral is revoked, and another goes to inpatient care', () => {
    const revoked = of('referral', {
      ...{ direction: 'in', service: 'iop', source: 'outpatient', status: 'revoked', at },
      withdrawal: { reason: 'higher-level', text: 'Not safe at home' },
    });
    expect(revoked).toMatchObject({
      status: 'revoked',
      extension: [{ valueCodeableConcept: { coding: [{ code: 'higher-level' }], text: 'Not safe at home' } }],
    });
    const inpatient = { direction: 'out', service: 'inpatient', reason: 'not-suitable', level: '3.7' };
    expect(of('referral', { ...inpatient, status: 'active', at })).toMatchObject({
      code: coded('inpatient'),
      reasonCode: [coded('not-suitable')],
    });
  });

  test('a clinician assesses before admission: dimensions by number, the level that follows, readiness', () => {
    const assessment = {
      ...{ clinician: 'dr-a', start: at, end, recommended: '2.1', service: 'H0001' },
      ...{ dimensions: { '5': 3 }, readiness: 7, summary: 'Needs more than an hour a week.' },
    };
    expect(of('assessment', assessment)).toMatchObject({
      class: { code: 'PRENC' },
      type: [coded('intake-assessment'), coded('H0001')],
    });
    expect(of('assessment', assessment, 'dimension/5')).toMatchObject({ valueQuantity: { value: 3 } });
    expect(of('assessment', assessment, 'level')).toMatchObject({ valueCodeableConcept: coded('2.1') });
    expect(of('assessment', assessment, 'readiness')).toMatchObject({ valueQuantity: { value: 7 } });
  });

  test.each([
    ['occupation', 'shifts'],
    ['education', 'full-time'],
    ['parenting', 'yes'],
    ['caregiving', 'yes'],
    ['finances', 'strained'],
  ])('somebody has a life beside treatment: %s, %s', (aspect, finding) => {
    expect(of('social-history', { at, aspect, finding, by: 'client' })).toMatchObject({
      category: [coded('social-history')],
      code: coded(aspect),
      valueCodeableConcept: coded(finding),
    });
  });

  test.each([
    ['F11.20', 'active', ['SUD', 'OPIOIDUD']],
    ['F10.20', 'remission', ['SUD', 'ETHUD']],
    ['F33.1', 'relapse', ['PSY']],
    ['F43.10', 'active', ['PSY']],
  ])('a diagnosis %s stands as %s and says how sensitive it is', (code, status, labels) => {
    const standing = { category: 'encounter-diagnosis', verification: 'confirmed' };
    const condition = of('diagnosis', { code, status, ...standing });
    expect(condition).toMatchObject({ clinicalStatus: coded(status) });
    expect(sensitivitiesOf(condition)).toEqual(labels);
  });
});

describe('sessions', () => {
  const attended = { session: 's1', status: 'present', type: 'skills', mode: 'on-site', start: at, end };

  test.each([
    ['on-site', 'AMB'],
    ['telehealth', 'VR'],
  ])('held %s are of the class %s, and are counted apart', (mode, code) => {
    expect(of('attendance', { ...attended, mode })).toMatchObject({ class: { code } });
  });

  test.each(codesOf(SESSION_TOPIC))('may be about %s', topic => {
    expect(of('attendance', { ...attended, topic }).reasonCode).toEqual([coded(topic)]);
  });

  test.each([...MODALITIES])('may use %s, which is told in the ordinary record', modality => {
    expect(modalityOf(modalityConcept(modality))).toBe(modality);
    expect(of('attendance', { ...attended, procedures: [modality] }, `procedure/${modality}`)).toMatchObject({
      resourceType: 'Procedure',
      status: 'completed',
    });
  });

  test('with a client alone bill counseling, and say a second time what measures count', () => {
    const alone = {
      ...attended,
      ...{ type: 'individual', serviceCodes: ['90837'], procedures: ['addiction-counseling'] },
    };
    expect(of('attendance', alone).type).toContainEqual(coded('90837'));
    expect(of('attendance', alone, 'procedure/addiction-counseling').code).toEqual(coded('60112009'));
  });

  test('for medication go with an order, which reveals what it treats', () => {
    const order = of('medication', {
      ...{
        status: 'active',
        rxnorm: '1010604',
        orderedAt: at,
        orderedBy: 'dr-a',
        dosage: { text: 'One film a day' },
      },
    });
    expect(sensitivitiesOf(order)).toEqual(['SUD', 'OPIOIDUD']);
    expect(
      of('attendance', { ...attended, type: 'medication', serviceCodes: ['99213'] }).type,
    ).toContainEqual(coded('99213'));
  });
});

describe('getting on', () => {
  test('a weekly check-in with a clinician, a score, and the plan that follows from both', () => {
    const checkIn = of('check-in', { at, by: 'clinician', clinician: 'dr-a', craving: 3, readiness: 8 });
    expect(checkIn.performer).toEqual([{ reference: expect.stringMatching(/^Practitioner\//) }]);
    expect(of('score', { instrument: 'phq-9', total: 9, at })).toMatchObject({ valueQuantity: { value: 9 } });
    const plan = { purpose: 'treatment', status: 'active', title: 'Plan', from: '2026-08-03' };
    expect(of('plan', { ...plan, change: { what: 'revised' } }).extension).toMatchObject([
      { valueCodeableConcept: coded('revised') },
    ]);
  });

  test("mornings, arguments, patience and sleep are the client's own observations", () => {
    const own = of('check-in', {
      ...{ at, by: 'client', sleepHours: 6.5, goodMornings: 4, arguments: 2, patience: 5 },
    });
    expect(own).toMatchObject({
      meta: { security: [{ code: 'PATAST' }] },
      component: ['sleep', 'good-mornings', 'arguments', 'patience'].map(code => ({ code: coded(code) })),
    });
  });

  test('exhaustion is told, rest and wellness are planned and practiced', () => {
    expect(of('check-in', { at, by: 'client', exhaustion: 8 })).toMatchObject({
      component: [{ valueQuantity: { value: 8 } }],
    });
    const activities = [{ what: 'wellness', status: 'in-progress', text: 'In bed by ten' }];
    const plan = { purpose: 'treatment', status: 'active', title: 'Plan', from: '2026-08-03' };
    expect(of('plan', { ...plan, activities })).toMatchObject({
      activity: [{ detail: { code: coded('wellness') } }],
    });
    expect(codesOf(PRACTICE)).toEqual(expect.arrayContaining(['rest', 'sleep', 'breathing', 'mindfulness']));
  });

  test.each(codesOf(TASK_MATTER))('staff see to %s, and the papers for it are a letter', matter => {
    const task = of('task', { matter, status: 'in-progress', at, owner: 'moss', letter: 'letter-1' });
    expect(task).toMatchObject({ code: coded(matter), focus: { reference: expect.any(String) } });
  });

  test('a schedule is adjusted by a task and a letter, and a session is moved, not cancelled', () => {
    const letter = {
      ...{ status: 'draft', to: { kind: 'employer', name: 'Foundry' }, subject: 'leave', at },
      ...{ clinician: 'moss', text: 'Needs Tuesday evenings.' },
    };
    expect(of('letter', letter)).toMatchObject({ type: coded('leave') });
    expect(of('task', { matter: 'schedule', status: 'requested', at })).toMatchObject({
      code: coded('schedule'),
    });
    const start = '2026-09-07T19:00:00-04:00';
    const session = { type: 'group', mode: 'on-site', start: at, end, track: 'evening' };
    const appointment = made('session', { ...session, clients: [{ client: 'c1', start }] }, 'appointment/c1');
    expect(appointment).toMatchObject({ status: 'booked', start });
  });
});

describe('leaving', () => {
  const stay = { from: '2026-08-03', focus: 'substance-use', level: '2.1' };

  test.each(codesOf(COMPLETION))('a stay ends as %s, and has a summary', completion => {
    const episode = of('episode', { ...stay, status: 'finished', until: '2026-10-09', completion });
    expect(episode).toMatchObject({
      status: 'finished',
      period: { end: '2026-10-09' },
      extension: [{ valueCodeableConcept: coded(completion) }],
    });
    const discharge = { episode: 'stay-1', at, clinician: 'dr-a', stage: 'final', summary: 'Ten weeks.' };
    expect(of('discharge', { ...discharge, disposition: 'home' })).toMatchObject({ type: coded('78263-1') });
  });

  test.each(codesOf(EPISODE_PHASE))('a stay has a phase: %s', phase => {
    expect(of('episode', { ...stay, status: 'active', phase }).extension).toMatchObject([
      { valueCodeableConcept: coded(phase) },
    ]);
  });

  test.each([
    ['outpatient', 'step-down'],
    ['continuing-care', 'step-down'],
    ['peer-support', 'support'],
    ['community-resource', 'practical'],
  ])('the program refers to %s for %s, by a consent', (where, reason) => {
    const referral = { direction: 'out', service: where, reason, status: 'active', at, consent: 'form-1' };
    expect(of('referral', referral)).toMatchObject({
      supportingInfo: [{ reference: expect.stringMatching(/^Consent\//) }],
      reasonCode: [coded(reason)],
    });
  });

  const aftercare = { purpose: 'aftercare', status: 'active', title: 'After', from: '2026-10-10' };

  test.each(['alumni', 'peer-support', 'community-support', 'continuing-care'])(
    'there is a service for afterwards: %s',
    one => {
      expect(made('program', { ...service, service: one })).toMatchObject({ type: [coded(one)] });
    },
  );

  test('recovery goes on: the plan for afterwards outlasts the stay, and so does the record', () => {
    const plan = of('plan', { ...aftercare, activities: [{ what: 'follow-up', status: 'scheduled' }] });
    expect(plan).toMatchObject({ status: 'active', period: { start: '2026-10-10' } });
    expect(plan.period).not.toHaveProperty('end');
  });

  test('after a stay clients answer for themselves: own check-ins, a sponsor, supportive contacts', () => {
    const activities = [
      { what: 'own-check-in', status: 'in-progress', timesPerWeek: 2 },
      { what: 'sponsor', status: 'in-progress', who: 'f1' },
      { what: 'support-contact', status: 'in-progress', who: 'f2' },
    ];
    const plan = of('plan', { ...aftercare, activities });
    expect(plan).toMatchObject({
      activity: [
        { detail: { kind: 'Task', code: coded('own-check-in') } },
        { detail: { performer: [{ reference: expect.stringMatching(/^RelatedPerson\//) }] } },
        { detail: { performer: [{ reference: expect.stringMatching(/^RelatedPerson\//) }] } },
      ],
    });
    expect(sensitivitiesOf(plan)).toEqual(['SUD']);
  });
});
