// What `generate` says of how often things happen holds in what it makes.
import { describe, expect, test } from '@jest/globals';
import type { AttendanceRecord } from '../../../src/iop/attendance.ts';
import type { CheckInRecord } from '../../../src/iop/check-in.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { CONCEPTS } from '../../../src/iop/concepts.ts';
import type { CoverageRecord } from '../../../src/iop/coverage.ts';
import type { EpisodeRecord } from '../../../src/iop/episode.ts';
import { generateClinic, weeksUntil } from '../../../src/iop/generate/clinic-records.ts';
import { SHARES, type Share, type ShareName, sharesText } from '../../../src/iop/generate/shares.ts';
import type { PlanRecord } from '../../../src/iop/plan.ts';
import type { ScoreRecord } from '../../../src/iop/score.ts';
import type { SessionRecord } from '../../../src/iop/session.ts';
import type { SocialHistoryRecord } from '../../../src/iop/social-history.ts';
import type { UrineScreenRecord } from '../../../src/iop/urine-screen.ts';

const CLIENTS = 400;
const records = [...generateClinic({ clients: CLIENTS, weeks: 12, seed: 3, program: 'riverbend' })];
const ofKind = <R extends RecordEnvelope>(kind: R['kind']): R[] =>
  records.filter(one => one.kind === kind) as R[];

const ended = ofKind<EpisodeRecord>('episode').filter(one => one.completion !== undefined);
const attendance = ofKind<AttendanceRecord>('attendance');
const planned = ofKind<SessionRecord>('session').flatMap(one => one.clients ?? []);
const screens = ofKind<UrineScreenRecord>('urine-screen');
const collected = screens.filter(one => one.collection === 'collected');
const valid = collected.filter(one => one.validity?.verdict === 'valid');
const social = ofKind<SocialHistoryRecord>('social-history');
const completed = ended.filter(one => one.completion === 'completed');
const withUse = ofKind<EpisodeRecord>('episode').filter(one => one.focus === 'substance-use').length;
const checkIns = ofKind<CheckInRecord>('check-in');

type Measured = readonly [found: number, of: number];
const part = <T>(all: readonly T[], is: (one: T) => boolean): Measured => [all.filter(is).length, all.length];
const perClient = (kind: string): Measured => [ofKind(kind).length, CLIENTS];
const endedAs = (reason: string): Measured => part(ended, one => one.completion === reason);
const attendedAs = (status: string): Measured => part(attendance, one => one.status === status);
const collectedAs = (status: string): Measured => part(screens, one => one.collection === status);
const told = (aspect: string, finding: string): Measured =>
  part(
    social.filter(one => one.aspect === aspect),
    one => one.finding === finding,
  );
const consents = (id: string): Measured => [
  ofKind('consent').filter(one => one.id.startsWith(id)).length,
  CLIENTS,
];

function falling(client: string): boolean {
  const own = ofKind<ScoreRecord>('score').filter(one => one.client === client && one.instrument === 'phq-9');
  return own.at(-1)!.total < own[0]!.total;
}
const unexpected = ({ analytes = [] }: UrineScreenRecord): boolean =>
  analytes.some(one => one.screen?.result === 'positive' && one.expectedFrom === undefined);
const plansAfter = (client: string): boolean =>
  ofKind<PlanRecord>('plan').some(one => one.client === client && one.purpose === 'aftercare');

const MEASURED: Readonly<Record<ShareName, Measured>> = {
  completed: endedAs('completed'),
  ama: endedAs('ama'),
  'step-up': endedAs('step-up'),
  administrative: endedAs('administrative'),
  present: attendedAs('present'),
  late: attendedAs('late'),
  'left-early': attendedAs('left-early'),
  excused: attendedAs('excused'),
  'no-show': attendedAs('no-show'),
  cancelled: part(planned, one => one.cancelled !== undefined),
  refused: collectedAs('refused'),
  'not-collected': collectedAs('not-collected'),
  dilute: part(collected, one => one.validity?.verdict === 'dilute'),
  unexpected: part(valid, unexpected),
  'ehr-consent': consents('consent-ehr'),
  'payer-consent': consents('consent-payer'),
  'self-pay': part(ofKind<CoverageRecord>('coverage'), one => one.type === 'self-pay'),
  family: perClient('family-member'),
  'transport-gap': told('transport', 'gap'),
  'childcare-gap': told('childcare', 'gap'),
  strained: told('finances', 'strained'),
  unsafe: told('housing', 'unsafe'),
  slip: [ofKind('slip').length, withUse],
  risk: perClient('risk'),
  worksheet: perClient('worksheet'),
  letter: perClient('letter'),
  improves: part(completed, one => falling(one.client)),
  aftercare: part(completed, one => plansAfter(one.client)),
  'own-check-in': [
    checkIns.filter(one => one.by === 'client').length,
    checkIns.filter(one => one.by === 'clinician').length,
  ],
  practice: [ofKind('home-practice').length, checkIns.filter(one => one.by === 'clinician').length],
};

test.each(Object.entries(MEASURED) as [ShareName, Measured][])(
  '%s happens as often as is said',
  (name, [found, of]) => {
    const { share } = SHARES[name];
    expect(of).toBeGreaterThan(100);
    // Four standard deviations of so many draws.
    expect(Math.abs(found / of - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / of));
  },
);

test('the help says all of them', () => {
  const help = sharesText().join('\n');
  for (const one of Object.values<Share>(SHARES)) expect(help).toContain(`% ${one.what}`);
  expect(help).toContain('Of stays that ended: 78% completed');
});

test('every kind of record is in a clinic of 200', () => {
  const some = generateClinic({ clients: 200, weeks: 12, seed: 1, program: 'riverbend' });
  const kinds = new Set(some.map(one => one.kind));
  expect(CONCEPTS.map(one => one.kind).filter(kind => !kinds.has(kind))).toEqual([]);
});

describe('a clinic of a certain day', () => {
  const today = '2026-10-14';
  const size = {
    clients: 60,
    weeks: 12,
    seed: 5,
    program: 'riverbend',
    firstDay: weeksUntil(today, 12),
    today,
  };
  const some = [...generateClinic(size)];

  test('ends with the week of that day', () => {
    const sessions = some.filter(one => one.kind === 'session') as SessionRecord[];
    expect(sessions[0]!.start.slice(0, 10) >= '2026-07-27').toBe(true);
    expect(sessions.at(-1)!.start.slice(0, 10) <= '2026-10-18').toBe(true);
    expect(sessions.some(one => one.start.slice(0, 10) > today)).toBe(true);
  });

  test('knows of nothing that was still to come', () => {
    const dates = (one: RecordEnvelope): string[] =>
      ['start', 'at', 'on', 'sentAt', 'collectedAt', 'reportedAt', 'recordedAt']
        .map(field => (one as unknown as Record<string, string | undefined>)[field])
        .filter(value => value !== undefined);
    const done = some.filter(one => one.kind !== 'session');
    expect(done.filter(one => dates(one).some(date => date.slice(0, 10) >= today))).toEqual([]);
    const stays = some.filter(one => one.kind === 'episode') as EpisodeRecord[];
    expect(stays.filter(one => one.completion !== undefined && one.until! >= today)).toEqual([]);
    expect(stays.filter(one => one.status === 'active').length).toBeGreaterThan(5);
  });

  test('is the same for the same day and seed', () => {
    expect([...generateClinic(size)]).toEqual(some);
  });
});
