// Sync with an EHR: another instance of this server, asked through fhir-kit-client with a token of Backend Services.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AnyResource } from '../../src/fhir/types.ts';
import { describeOn, MONGODB } from '../support/stores.ts';
import {
  allergy,
  appointment,
  carePlan,
  condition,
  found,
  goal,
  made,
  openSyncWorld,
  permits,
  person,
  type SyncWorld,
  screen,
} from '../support/sync-world.ts';

let world: SyncWorld;

describe('a person whom both sides know by an identifier', () => {
  let mine = '';
  let there = '';
  beforeAll(async () => {
    world = await openSyncWorld();
    mine = (await made(world.program, person('Moreno', '111-11-1111'))).id;
    there = (
      await made(
        world.hospital,
        person('Moreno', '111-11-1111', { telecom: [{ system: 'phone', value: '+1-555-0101' }] }),
      )
    ).id;
    // Somebody else of the hospital, with the same name and day of birth, and one whom nobody resembles.
    const stranger = (await made(world.hospital, person('Moreno', undefined))).id;
    const other = (await made(world.hospital, person('Okafor', '999', { birthDate: '1950-01-01' }))).id;
    for (const id of [there, stranger, other]) {
      await made(world.hospital, allergy(id, `Penicillin of ${id}`));
      await made(world.hospital, condition(id, 'Asthma'));
      await made(world.hospital, appointment(id, '2026-12-01T10:00:00Z'));
    }
  });
  afterAll(() => world.close());

  test('is linked; what the hospital knows of her becomes part of her record, and says where it is from', async () => {
    const ran = await world.run();
    expect(ran.told.filter(one => one.outcome === 'refused')).toEqual([]);
    expect([ran.outcome, ran.reason]).toEqual(['done', undefined]);
    expect(ran.counts).toMatchObject({
      'pull Patient linked': 1,
      'pull Patient possible-match': 1,
      'pull Patient passed-over': 1,
      'pull AllergyIntolerance created': 1,
      'pull AllergyIntolerance passed-over': 2,
      'pull Condition created': 1,
      'pull Appointment created': 1,
    });
    const [taken, ...more] = await found(world.program, 'AllergyIntolerance');
    expect(more).toEqual([]);
    expect(taken).toMatchObject({
      code: { text: `Penicillin of ${there}` },
      patient: { reference: `Patient/${mine}` },
      meta: { source: expect.stringMatching(`^${world.theirs.base}/AllergyIntolerance/`) },
    });
    const [said] = await found(world.program, `Provenance?target=AllergyIntolerance/${taken!.id}`);
    expect(JSON.stringify(said!.agent)).toContain('Organization/ehr');
    // A phone number that the program did not have.
    const [patient] = await found(world.program, `Patient?_id=${mine}`);
    expect(patient!.telecom).toEqual([{ system: 'phone', value: '+1-555-0101' }]);
  });

  test('nothing comes twice, and nothing is written where nothing changed', async () => {
    const before = await found(world.program, 'Provenance?_count=100');
    const ran = await world.run({ full: true });
    expect(ran.outcome).toBe('done');
    const words = new Set(Object.keys(ran.counts).map(key => key.split(' ')[2]));
    expect(words).toEqual(new Set(['unchanged', 'passed-over', 'possible-match']));
    expect(await found(world.program, 'Provenance?_count=100')).toHaveLength(before.length);
  });

  test('the hospital learns nothing of her here without a consent, and finds nothing of what came', async () => {
    const asHospital = await world.ours.as('ehr');
    for (const type of ['Patient', 'AllergyIntolerance', 'Condition', 'Appointment'])
      expect(await found(asHospital, type)).toEqual([]);
  });

  test('a change there arrives; an edit here stays, and where both changed both stay and it is told', async () => {
    const [theirs] = await found(world.hospital, `Condition?subject=Patient/${there}`);
    const put = (by: SyncWorld['program'], resource: AnyResource) =>
      by.put(`/fhir/${resource.resourceType}/${resource.id}`).send(resource);
    await put(world.hospital, { ...theirs!, note: [{ text: 'worse in spring' }] });
    expect((await world.run()).counts).toMatchObject({ 'pull Condition updated': 1 });
    const [mineNow] = await found(world.program, 'Condition');
    expect(mineNow!.note).toEqual([{ text: 'worse in spring' }]);
    await put(world.program, { ...mineNow!, code: { text: 'Asthma, mild' } });
    await put(world.hospital, { ...theirs!, note: [{ text: 'better' }] });
    expect((await world.run()).outcome).toBe('done');
    const [edited] = await found(world.program, 'Condition');
    expect([edited!.code, edited!.note]).toEqual([{ text: 'Asthma, mild' }, [{ text: 'better' }]]);
    await put(world.hospital, { ...theirs!, note: [{ text: 'better' }], code: { text: 'Asthma, severe' } });
    const clash = await world.run();
    expect(clash.outcome).toBe('partly');
    expect(clash.told.filter(one => one.outcome === 'conflict')).toMatchObject([
      { type: 'Condition', id: theirs!.id, why: 'code' },
    ]);
    expect((await found(world.program, 'Condition'))[0]!.code).toEqual({ text: 'Asthma, mild' });
    expect((await world.sync.status('hospital')).problems).toMatchObject([
      { type: 'Condition', why: 'code' },
    ]);
    // Somebody settles it here.
    await put(world.program, { ...edited!, code: { text: 'Asthma, severe' } });
    expect((await world.run()).outcome).toBe('done');
    expect((await world.sync.status('hospital')).problems).toEqual([]);
  });

  test('demographics: what only the hospital changed is taken, what both changed is told', async () => {
    const [theirs] = await found(world.hospital, `Patient?_id=${there}`);
    const [mineNow] = await found(world.program, `Patient?_id=${mine}`);
    await world.program
      .put(`/fhir/Patient/${mine}`)
      .send({ ...mineNow, address: [{ city: 'Riverbend' }], gender: 'other' });
    await world.hospital.put(`/fhir/Patient/${there}`).send({
      ...theirs,
      telecom: [{ system: 'phone', value: '+1-555-0102' }],
      gender: 'unknown',
    });
    const ran = await world.run();
    expect(ran.told.filter(one => one.outcome === 'conflict')).toMatchObject([
      { type: 'Patient', why: 'gender' },
    ]);
    const [merged] = await found(world.program, `Patient?_id=${mine}`);
    expect(merged).toMatchObject({
      telecom: [{ value: '+1-555-0102' }],
      gender: 'other',
      address: [{ city: 'Riverbend' }],
    });
  });

  test('nothing of hers goes there before she consents; then what the program wrote goes, once, with its labels', async () => {
    const { id: goalId } = await made(world.program, goal(mine, 'Sleep'));
    await made(world.program, carePlan(mine, goalId));
    await made(world.program, screen(mine));
    const [asthma] = await found(world.program, 'Condition');
    const reasonReference = [{ reference: `Condition/${asthma!.id}` }];
    await made(world.program, { ...appointment(mine, '2026-12-05T10:00:00Z'), reasonReference });
    const before = await world.run();
    expect(before.counts).toMatchObject({ 'push Goal withheld': 1, 'push CarePlan withheld': 1 });
    expect(await found(world.hospital, 'Goal')).toEqual([]);
    expect((await world.sync.status('hospital')).withheld).toEqual({
      ...{ Appointment: 1, CarePlan: 1, Goal: 1, Observation: 1 },
    });
    await permits(world.program, mine);
    const ran = await world.run();
    expect(ran.counts).toMatchObject({
      'push Goal sent': 1,
      'push CarePlan sent': 1,
      'push Observation sent': 1,
      'push Appointment sent': 1,
    });
    const [sentGoal] = await found(world.hospital, 'Goal');
    expect(sentGoal).toMatchObject({
      subject: { reference: `Patient/${there}` },
      description: { text: 'Sleep' },
    });
    expect(JSON.stringify(sentGoal!.meta)).toContain('42CFRPart2');
    const [plan] = await found(world.hospital, 'CarePlan');
    expect(plan!.goal).toEqual([{ reference: `Goal/${sentGoal!.id}` }]);
    expect(plan!.author).toMatchObject({ type: 'Practitioner', display: 'A clinician' });
    // What came from there is named as it is called there.
    const [theirAsthma] = await found(world.hospital, `Condition?subject=Patient/${there}`);
    expect(
      await found(world.hospital, `Appointment?reason-reference=Condition/${theirAsthma!.id}`),
    ).toHaveLength(1);
    // What came from there does not go back, and what went does not come back.
    expect(await found(world.hospital, `Appointment?actor=Patient/${there}`)).toHaveLength(2);
    const again = await world.run({ full: true });
    expect(again.counts['push Goal sent']).toBeUndefined();
    expect(await found(world.program, 'Appointment')).toHaveLength(2);
  });

  test('the accounting says what went to the hospital, and nothing of what was only looked at', async () => {
    const { text } = await world.program.get(`/fhir/Patient/${mine}/$accounting-of-disclosures?_format=csv`);
    const [, ...rows] = text.trim().split('\r\n');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toContain('ehr');
    for (const one of ['1 Goal', '1 CarePlan', '1 Observation', '1 Appointment'])
      expect(rows[0]).toContain(one);
    expect(rows[0]).toContain('TREAT');
  });

  test('a new version goes as an update; one that was changed there is told and not overwritten', async () => {
    const [mineGoal] = await found(world.program, 'Goal');
    await world.program
      .put(`/fhir/Goal/${mineGoal!.id}`)
      .send({ ...mineGoal, description: { text: 'Sleep more' } });
    expect((await world.run()).counts).toMatchObject({ 'push Goal sent': 1 });
    const [there2, ...more] = await found(world.hospital, 'Goal');
    expect(more).toEqual([]);
    expect(there2!.description).toEqual({ text: 'Sleep more' });
    await world.hospital.put(`/fhir/Goal/${there2!.id}`).send({ ...there2, description: { text: 'Theirs' } });
    await world.program
      .put(`/fhir/Goal/${mineGoal!.id}`)
      .send({ ...mineGoal, description: { text: 'Ours' } });
    const ran = await world.run();
    expect(ran.told.filter(one => one.outcome === 'conflict' && one.type === 'Goal')).toMatchObject([
      { side: 'push', why: 'was changed there' },
    ]);
    expect((await found(world.hospital, 'Goal'))[0]!.description).toEqual({ text: 'Theirs' });
  });

  test('once the consent is revoked nothing more goes; what went stays', async () => {
    const [consent] = await found(world.program, 'Consent');
    await world.program.put(`/fhir/Consent/${consent!.id}`).send({ ...consent, status: 'inactive' });
    const [mineScreen] = await found(world.program, 'Observation');
    await world.program.put(`/fhir/Observation/${mineScreen!.id}`).send({ ...mineScreen, status: 'amended' });
    await made(world.program, goal(mine, 'Another'));
    const ran = await world.run();
    expect(ran.counts).toMatchObject({ 'push Observation withheld': 1, 'push Goal withheld': 1 });
    expect(await found(world.hospital, 'Observation?status=final')).toHaveLength(1);
    expect(await found(world.hospital, 'Goal')).toHaveLength(1);
  });

  test('what is removed there stays here, and is told when all is read', async () => {
    const [theirs] = await found(world.hospital, `AllergyIntolerance?patient=Patient/${there}`);
    await world.hospital.delete(`/fhir/AllergyIntolerance/${theirs!.id}`);
    const ran = await world.run({ full: true });
    expect(
      ran.told.filter(one => one.type === 'AllergyIntolerance' && one.outcome === 'conflict'),
    ).toMatchObject([{ id: theirs!.id, why: 'is no longer there' }]);
    expect(await found(world.program, 'AllergyIntolerance')).toHaveLength(1);
  });

  test('what is deleted here stays there, and is told when all is compared', async () => {
    const [plan] = await found(world.program, 'CarePlan');
    await world.program.delete(`/fhir/CarePlan/${plan!.id}`);
    const ran = await world.run({ full: true });
    expect(ran.told.filter(one => one.type === 'CarePlan')).toMatchObject([
      { id: plan!.id, outcome: 'conflict', why: 'was deleted here, and is still there' },
    ]);
    expect(await found(world.hospital, 'CarePlan')).toHaveLength(1);
  });
});

describeOn(MONGODB)('on the second store', () => {
  test('both ways go over, once', async () => {
    const there = await openSyncWorld({ store: MONGODB });
    try {
      const mine = (await made(there.program, person('Moreno', '1'))).id;
      const theirs = (await made(there.hospital, person('Moreno', '1'))).id;
      await made(there.hospital, allergy(theirs, 'Nuts'));
      await permits(there.program, mine);
      await made(there.program, goal(mine, 'Sleep'));
      const first = await there.run();
      expect([first.outcome, first.counts['push Goal sent']]).toEqual(['done', 1]);
      const again = await there.run({ full: true });
      expect(again.counts).toMatchObject({ 'pull AllergyIntolerance unchanged': 1 });
      expect(again.counts['push Goal sent']).toBeUndefined();
      expect(await found(there.program, 'AllergyIntolerance')).toHaveLength(1);
      expect(await found(there.hospital, 'Goal')).toHaveLength(1);
      await there.sync.remove('hospital');
      expect(await there.ours.app.registry.syncItems('', '', 10)).toEqual([]);
    } finally {
      await there.close();
    }
  });
});
