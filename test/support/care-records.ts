// Arbitrary records of care: whatever their schemas allow, brought into the relations that their `check`
// asks for.
import fc, { type Arbitrary } from 'fast-check';
import { type AttendanceRecord, attendance } from '../../src/iop/attendance.ts';
import { DRUGS, type DrugTest, loincProblem } from '../../src/iop/drug-screen.ts';
import { type GoalRecord, goal } from '../../src/iop/goal.ts';
import { type MedicationRecord, medication } from '../../src/iop/medication.ts';
import { type PlanRecord, plan } from '../../src/iop/plan.ts';
import { type SessionClient, type SessionRecord, session } from '../../src/iop/session.ts';
import { isJudgeable, verdictOf } from '../../src/iop/specimen-validity.ts';
import {
  type Analyte,
  type DrugFinding,
  type UrineScreenRecord,
  urineScreen,
} from '../../src/iop/urine-screen.ts';
import { inOrder, recordArbitrary } from './record-arbitrary.ts';
import { without } from './round-trip.ts';

const later = (instant: string, minutes: number): string =>
  new Date(Date.parse(instant) + minutes * 60_000).toISOString();

export const sessions: Arbitrary<SessionRecord> = fc
  .tuple(recordArbitrary<SessionRecord>(session.schema), fc.integer({ min: 1, max: 300 }))
  .map(([{ clients, ...record }, length]): SessionRecord => {
    const timed = { ...record, end: later(record.start, length) };
    if (record.track !== undefined)
      return clients === undefined ? timed : { ...timed, clients: clients.map(turned) };
    const { capacity: _, ...alone } = timed;
    const { start: __, end: ___, ...first } = clients?.[0] ?? { client: 'c1' };
    return { ...alone, clients: [first] };
  })
  .filter(record => session.check(record).length === 0);

/** A client's own times are not the wrong way round, and not without each other. */
function turned({ start, end, ...rest }: SessionClient): SessionClient {
  if (start === undefined || end === undefined) return rest;
  return Date.parse(start) <= Date.parse(end) ? { ...rest, start, end } : { ...rest, start: end, end: start };
}

const PRESENT_FIELDS = ['minutes', 'serviceCodes', 'procedures', 'diagnoses', 'family', 'checkIns'];

export const attendances: Arbitrary<AttendanceRecord> = fc
  .tuple(recordArbitrary<AttendanceRecord>(attendance.schema), fc.integer({ min: 1, max: 1439 }))
  .map(([record, length]) => {
    const timed = { ...record, end: later(record.start, length) };
    const absent = record.status === 'excused' || record.status === 'no-show';
    if (absent) return without(timed, PRESENT_FIELDS) as AttendanceRecord;
    const clients = record.type === 'family' || record.type === 'education' ? [] : ['family'];
    const there = without(timed, ['reason', 'noticeAt', ...clients]) as AttendanceRecord;
    return there.minutes === undefined ? there : { ...there, minutes: Math.min(there.minutes, length) };
  });

export const plans: Arbitrary<PlanRecord> = recordArbitrary<PlanRecord>(plan.schema)
  .map(inOrder)
  .map(record => {
    const { purpose, activities, ...rest } = record;
    const dropped = [
      ...(purpose === 'treatment' ? ['partOf'] : []),
      ...(purpose === 'relapse-prevention' ? [] : ['substances']),
    ];
    const done = activities?.map(one =>
      without(one, [
        ...(one.what === 'support-contact' || one.what === 'sponsor' ? [] : ['who']),
        ...(one.timesPerWeek === undefined ? [] : ['timesPerMonth']),
      ]),
    );
    const asked = activities?.some(one => one.what === 'alumni-group') === true;
    const contact = asked ? { contactConsent: rest.contactConsent ?? 'form-1' } : {};
    return {
      purpose,
      ...without(rest, dropped),
      ...contact,
      ...(done && { activities: done }),
    } as PlanRecord;
  })
  .filter(record => plan.check(record).length === 0);

export const goals: Arbitrary<GoalRecord> = recordArbitrary<GoalRecord>(goal.schema).map(record => {
  const targets = record.targets?.map(({ measure = 'what is looked at', words, ...rest }) => {
    const aim = { measure, ...without(rest, record.from === undefined ? [] : ['due']) };
    return words === undefined || rest.amount !== undefined ? aim : { ...aim, words };
  });
  const progress = record.progress?.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return {
    ...without(record, ['targets', 'progress']),
    ...(targets === undefined ? {} : { targets }),
    ...(progress === undefined ? {} : { progress }),
  } as GoalRecord;
});

export const medications: Arbitrary<MedicationRecord> = recordArbitrary<MedicationRecord>(medication.schema)
  .map(inOrder)
  .map(record => (medication.check(record).length === 0 ? record : without(record, ['dispense'])))
  .map(record => record as MedicationRecord);

const SPECIMEN_FIELDS = ['collectedAt', 'collectedBy', 'observed', 'analytes', 'validity', 'reportedAt'];

export const urineScreens: Arbitrary<UrineScreenRecord> = recordArbitrary<UrineScreenRecord>(
  urineScreen.schema,
)
  .map(record => {
    if (record.collection === 'pending') return without(record, [...SPECIMEN_FIELDS, 'accession']);
    if (record.collection !== 'collected') return without(record, SPECIMEN_FIELDS);
    const { analytes, reportedAt, ...rest } = record;
    const collectedAt = record.collectedAt ?? record.orderedAt;
    return {
      ...without(rest, Object.keys(rest.validity ?? {}).length === 0 ? ['validity'] : []),
      collectedAt,
      ...(reportedAt === undefined ? {} : { reportedAt: later(collectedAt, 900) }),
      ...(analytes === undefined ? {} : { analytes: onePerDrug(record, analytes) }),
    };
  })
  .map(record => record as UrineScreenRecord);

function onePerDrug(record: UrineScreenRecord, analytes: readonly Analyte[]): Analyte[] {
  return DRUGS.flatMap(drug => analytes.find(one => one.drug === drug) ?? []).map(one => {
    const screen = fitted(record, one, 'screen');
    const confirm = fitted(record, one, 'confirm');
    const rest = without(one, ['screen', 'confirm']) as Analyte;
    if (screen === undefined && confirm === undefined) return { ...rest, screen: { result: 'positive' } };
    return {
      ...rest,
      ...(screen === undefined ? {} : { screen }),
      ...(confirm === undefined ? {} : { confirm }),
    };
  });
}

function fitted(record: UrineScreenRecord, one: Analyte, test: DrugTest): DrugFinding | undefined {
  const found = one[test];
  if (found === undefined) return undefined;
  const judged = isJudgeable(verdictOf(record.validity)) || found.result !== 'negative';
  const wrong = found.loinc !== undefined && loincProblem(one.drug, test, found.loinc) !== undefined;
  return without(found, [...(judged ? [] : ['level']), ...(wrong ? ['loinc'] : [])]) as DrugFinding;
}
