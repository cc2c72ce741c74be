// What somebody needs to know who takes a client over: who it is, the stay, what is agreed, how it goes and
// what to look after. What Consents say is no part of it. Pure.
import { careTeam } from '../../iop/care-team.ts';
import { type ClientContact, type ClientRecord, client } from '../../iop/client.ts';
import { CARE_DUTY } from '../../iop/codes.ts';
import { type DiagnosisRecord, diagnosis } from '../../iop/diagnosis.ts';
import { prune } from '../../iop/element.ts';
import type { EpisodeRecord } from '../../iop/episode.ts';
import { type MedicationRecord, medication } from '../../iop/medication.ts';
import { type PlanRecord, plan } from '../../iop/plan.ts';
import { type Head, headOf, type StayHead, stayHead } from './client.ts';
import { nameOfMedication } from './events.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type GoalHistory, goalHistory } from './goals.ts';
import { type Chart, callOf } from './load.ts';
import { attendanceIn } from './progress.ts';
import { byStart, type Read, readKind } from './read.ts';
import { type Risk, risksOf } from './risks.ts';
import { type ScorePoint, trendsOf } from './scores.ts';
import { type Screen, screensOf } from './screens.ts';
import { type Stay, staysOf, theStay } from './stays.ts';

type Person = Pick<
  ClientRecord,
  'recordNumber' | 'preferred' | 'gender' | 'language' | 'interpreter' | 'telecom' | 'address' | 'deceasedOn'
>;
type Of<R, Field extends keyof R> = Partial<Pick<R, Field>> & { id?: string; resource: string };

export type StaySummary = StayHead &
  Partial<Pick<EpisodeRecord, 'focus' | 'referral' | 'completion'>> & { careManager?: string };
export type DiagnosisSummary = Of<DiagnosisRecord, 'code' | 'text' | 'status' | 'verification' | 'onset'>;
export type PlanSummary = Of<
  PlanRecord,
  'purpose' | 'status' | 'title' | 'from' | 'until' | 'intensity' | 'activities' | 'note'
>;
export type MedicationSummary = Of<MedicationRecord, 'status' | 'from' | 'until' | 'observed' | 'note'> & {
  name: string;
  dosage?: string;
  orderedBy?: string;
};

export interface Summary extends Head {
  person: Partial<Person>;
  /** Whom to call; nobody may be told anything for being named here. */
  contacts: readonly ClientContact[];
  stay?: StaySummary;
  team: readonly { name: string; duty: string }[];
  diagnoses: readonly DiagnosisSummary[];
  plans: readonly PlanSummary[];
  goals: readonly GoalHistory[];
  medications: readonly MedicationSummary[];
  /** The last of each instrument, and the one before. */
  scores: readonly { name: string; most: number; last: ScorePoint; before?: ScorePoint }[];
  /** The last ones, oldest first. */
  screens: readonly Screen[];
  /** Of the stay. */
  figures: Figures;
  risks: readonly Risk[];
}

const SCREENS = 5;

export function summaryOf(chart: Chart): Summary {
  const { found, past, calendar } = chart;
  const person = readKind(client, found)[0]?.record;
  const stay = theStay(staysOf(found, past, calendar), calendar);
  const { weeks, meetings } = attendanceIn(chart, stay);
  return {
    ...headOf(chart),
    person: personOf(person),
    contacts: person?.contacts ?? [],
    ...(stay === undefined ? {} : { stay: stayOf(stay, chart) }),
    team: teamOf(chart),
    diagnoses: diagnosesOf(chart),
    plans: plansOf(chart),
    goals: goalHistory(chart).filter(one => !DROPPED.includes(one.status)),
    medications: medicationsOf(chart),
    scores: trendsOf(chart).map(({ name, most, points }) => {
      const [last, before] = [points.at(-1)!, points.at(-2)];
      return { name, most, last, ...(before === undefined ? {} : { before }) };
    }),
    screens: screensOf(chart).slice(-SCREENS),
    figures: figuresOf(meetings, weeks),
    risks: risksOf(chart),
  };
}

const DROPPED: readonly string[] = ['cancelled', 'rejected', 'proposed'];

function personOf(record: ClientRecord | undefined): Partial<Person> {
  if (record === undefined) return {};
  const { recordNumber, preferred, gender, language, interpreter, telecom, address, deceasedOn } = record;
  const said = { recordNumber, preferred, gender, language, interpreter, telecom, address, deceasedOn };
  return prune<Partial<Person>>(said as Partial<Person>);
}

function stayOf(stay: Stay, chart: Chart): StaySummary {
  const { focus, referral, completion, careManager } = stay.record;
  return prune<StaySummary>({
    ...stayHead(stay, chart),
    focus,
    referral,
    completion,
    careManager: careManager && callOf(chart, 'clinician', careManager),
  });
}

/** Of the teams that are active, or of the last one where none is. */
function teamOf(chart: Chart): Summary['team'] {
  const teams = readKind(careTeam, chart.found)
    .filter(({ record }) => record.status !== 'entered-in-error' && record.status !== 'proposed')
    .sort((a, b) => byStart(a.record.from, b.record.from));
  const active = teams.filter(({ record }) => record.status === 'active');
  const { today, dayOf } = chart.calendar;
  return (active.length > 0 ? active : teams.slice(-1))
    .flatMap(({ record }) => record.members ?? [])
    .filter(({ until }) => active.length === 0 || until === undefined || dayOf(until) >= today)
    .map(({ clinician, duty }) => ({
      name: callOf(chart, 'clinician', clinician),
      duty: CARE_DUTY.codes[duty] ?? duty,
    }));
}

const WRONG: readonly (string | undefined)[] = ['refuted', 'entered-in-error'];
const SETTLED: readonly (string | undefined)[] = ['resolved', 'inactive'];

const diagnosesOf = ({ found }: Chart): DiagnosisSummary[] =>
  readKind(diagnosis, found)
    .filter(({ record }) => !WRONG.includes(record.verification) && !SETTLED.includes(record.status))
    .map(({ id, resource, record: { code, text, status, verification, onset } }) =>
      prune<DiagnosisSummary>({ id, resource, code, text, status, verification, onset }),
    );

/** Those that go on; where none does, the last treatment plan. */
function plansOf({ found }: Chart): PlanSummary[] {
  const all = readKind(plan, found).sort((a, b) => byStart(a.record.from, b.record.from));
  const open = all.filter(({ record }) => record.status === 'active' || record.status === 'on-hold');
  const treats = ({ record }: Read<PlanRecord>) => record.purpose === 'treatment';
  const last = all.findLast(one => treats(one) && one.record.status === 'completed');
  return (open.some(treats) || last === undefined ? open : [last, ...open]).map(
    ({ id, resource, record: { purpose, status, title, from, until, intensity, activities, note } }) =>
      prune<PlanSummary>({
        id,
        resource,
        purpose,
        status,
        title,
        from,
        until,
        intensity,
        activities,
        note,
      }),
  );
}

function medicationsOf(chart: Chart): MedicationSummary[] {
  return readKind(medication, chart.found)
    .filter(({ record }) => record.status === 'active' || record.status === 'on-hold')
    .map(({ id, resource, record }) => {
      const { status, from, until, observed, note, dosage, orderedBy } = record;
      return prune<MedicationSummary>({
        id,
        resource,
        name: nameOfMedication(record),
        status,
        dosage: dosage?.text,
        orderedBy: orderedBy && callOf(chart, 'clinician', orderedBy),
        from,
        until,
        observed,
        note,
      });
    });
}
