// What the schemas cannot say, one row per rule: a record that keeps all rules, and what breaks each.
import { describe, expect, test } from '@jest/globals';
import type { CareTeamRecord } from '../../../src/iop/care-team.ts';
import type { ClientRecord } from '../../../src/iop/client.ts';
import type { ClinicianRecord } from '../../../src/iop/clinician.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { conceptOf } from '../../../src/iop/concepts.ts';
import type { ConsentRecord } from '../../../src/iop/consent.ts';
import type { CoverageRecord } from '../../../src/iop/coverage.ts';
import type { DiagnosisRecord } from '../../../src/iop/diagnosis.ts';
import type { EpisodeRecord } from '../../../src/iop/episode.ts';
import type { ProgramRecord } from '../../../src/iop/program.ts';
import type { SiteRecord } from '../../../src/iop/site.ts';
import type { TrackRecord } from '../../../src/iop/track.ts';

const envelope = { id: 'x', program: 'riverbend' };
const program: ProgramRecord = {
  ...envelope,
  kind: 'program',
  name: 'IOP',
  active: true,
  service: 'iop',
  treats: ['substance-use'],
  part2: true,
  timeZone: 'America/New_York',
  hours: [{ days: ['mon'], start: '07:00', end: '21:00' }],
};
const site: SiteRecord = {
  ...envelope,
  kind: 'site',
  name: 'Mill Street',
  status: 'active',
  setting: 'site',
};
const track: TrackRecord = {
  ...envelope,
  kind: 'track',
  name: 'Evening',
  slot: 'evening',
  active: true,
  service: 'iop',
  days: ['mon', 'wed'],
  start: '18:00',
  end: '21:00',
  timeZone: 'America/New_York',
};
const clinician: ClinicianRecord = {
  ...envelope,
  kind: 'clinician',
  name: { family: 'Okafor', given: ['Ada'] },
  active: true,
  discipline: 'counselor',
};
const client: ClientRecord = {
  ...envelope,
  kind: 'client',
  name: { family: 'Reyes', given: ['Marta'] },
  active: true,
  birthDate: '1986-04-12',
  gender: 'female',
};
const team: CareTeamRecord = {
  ...envelope,
  kind: 'care-team',
  client: 'c1',
  status: 'active',
  members: [{ clinician: 'k1', duty: 'nurse', from: '2026-08-03' }],
};
const coverage: CoverageRecord = {
  ...envelope,
  kind: 'coverage',
  client: 'c1',
  status: 'active',
  type: 'commercial',
  payer: 'granite-mutual',
};
const tpo: ConsentRecord = {
  ...envelope,
  kind: 'consent',
  client: 'c1',
  status: 'active',
  effect: 'permit',
  recipient: 'lakeside-health',
  purposes: ['TREAT', 'HPAYMT', 'HOPERAT'],
  allRecords: true,
  statements: ['revocation', 'redisclosure', 'refusal'],
  signedOn: '2026-08-03',
  verifiedOn: '2026-08-03T14:00:00-04:00',
};
const treatment: ConsentRecord = {
  ...tpo,
  purposes: ['TREAT'],
  statements: ['revocation'],
  expiresUpon: 'Discharge',
};
const diagnosis: DiagnosisRecord = {
  ...envelope,
  kind: 'diagnosis',
  client: 'c1',
  code: 'F10.20',
  category: 'encounter-diagnosis',
  status: 'active',
  verification: 'confirmed',
};
const episode: EpisodeRecord = {
  ...envelope,
  kind: 'episode',
  client: 'c1',
  status: 'finished',
  focus: 'substance-use',
  level: '2.1',
  from: '2026-08-03',
  until: '2026-10-09',
  completion: 'completed',
};
const { allRecords: _allRecords, ...scopeless } = tpo;
const selfPaid: ConsentRecord = {
  ...envelope,
  kind: 'consent',
  client: 'c1',
  status: 'active',
  effect: 'deny',
  recipient: 'lakeside-health',
  purposes: ['HPAYMT', 'HOPERAT'],
  selfPaid: [{ session: 's1', attendance: 'a1' }],
  signedOn: '2026-08-03',
};
const referral: ConsentRecord = {
  ...treatment,
  criminalJustice: true,
  irrevocable: true,
  expiresUpon: 'The end of probation',
};
const { expiresUpon: _event, ...eventless } = referral;
const { criminalJustice: _criminalJustice, ...ordinary } = referral;
const { recipient: _payerOf, ...selfPaidToNobody } = selfPaid;
const { status: _status, ...unstated } = diagnosis;
const { until: _until, ...unended } = episode;
const { from: _from, ...unbegun } = episode;
const { payer: _payer, ...unpaid } = coverage;
const { recipient: _recipient, ...unaddressed } = tpo;
const { verifiedOn: _verifiedOn, ...unverified } = tpo;
const { expiresUpon: _expiresUpon, ...unlimited } = treatment;
const { purposes: _purposes, ...aimless } = treatment;

const SOUND: readonly RecordEnvelope[] = [
  program,
  site,
  track,
  clinician,
  client,
  team,
  coverage,
  tpo,
  treatment,
  { ...scopeless, only: ['goals', 'plans'], dataFrom: '2026-08-01' } as RecordEnvelope,
  { ...tpo, except: ['results'], exceptSensitive: ['SDV', 'HIV'] } as RecordEnvelope,
  { ...scopeless, effect: 'deny', only: ['results'] } as RecordEnvelope,
  selfPaid,
  referral,
  { ...referral, status: 'revoked', eventOn: '2026-11-02' } as RecordEnvelope,
  diagnosis,
  episode,
  { ...unpaid, type: 'self-pay' } as RecordEnvelope,
  { ...unstated, verification: 'entered-in-error' } as RecordEnvelope,
  { ...unaddressed, effect: 'deny', purposes: ['HPAYMT'] } as RecordEnvelope,
  { ...unverified, status: 'revoked' } as RecordEnvelope,
  { ...unbegun, status: 'planned', completion: undefined } as RecordEnvelope,
];

test.each(SOUND.map(record => [record.kind, record] as const))(
  'a %s record that is sound has no problem',
  (kind, record) => {
    expect(conceptOf(kind)?.check(record)).toEqual([]);
  },
);

const BROKEN: readonly [path: string, record: RecordEnvelope][] = [
  ['timeZone', { ...program, timeZone: 'America/Riverbend' } as RecordEnvelope],
  [
    'hours[0].end',
    { ...program, hours: [{ days: ['mon'], start: '21:00', end: '07:00' }] } as RecordEnvelope,
  ],
  ['within', { ...site, within: 'x' } as RecordEnvelope],
  [
    'address',
    {
      ...site,
      setting: 'virtual',
      address: { lines: ['1 Mill Street'], city: 'Riverbend', state: 'OH', postalCode: '43000' },
    } as RecordEnvelope,
  ],
  ['end', { ...track, end: '18:00' } as RecordEnvelope],
  ['until', { ...track, from: '2026-08-03', until: '2026-08-02' } as RecordEnvelope],
  ['days', { ...track, slot: 'weekend' } as RecordEnvelope],
  ['until', { ...clinician, from: '2026-08-03', until: '2026-08-02' } as RecordEnvelope],
  [
    'licences[0].until',
    {
      ...clinician,
      licences: [{ title: 'LCDC', from: '2026-08-03', until: '2020-01-01' }],
    } as RecordEnvelope,
  ],
  ['deceasedOn', { ...client, deceasedOn: '1980-01-01' } as RecordEnvelope],
  [
    'members[0].until',
    {
      ...team,
      members: [{ clinician: 'k1', duty: 'nurse', from: '2026-08-03', until: '2026-08-02' }],
    } as RecordEnvelope,
  ],
  ['payer', unpaid as RecordEnvelope],
  ['payer', { ...coverage, type: 'self-pay' } as RecordEnvelope],
  ['recipient', unaddressed as RecordEnvelope],
  ['verifiedOn', unverified as RecordEnvelope],
  ['until', unlimited as RecordEnvelope],
  ['purposes', aimless as RecordEnvelope],
  ['statements', { ...tpo, statements: ['revocation', 'refusal'] } as RecordEnvelope],
  ['statements', { ...tpo, statements: ['redisclosure', 'refusal'] } as RecordEnvelope],
  ['allRecords', { ...tpo, counsellingNotes: true } as RecordEnvelope],
  ['allRecords', { ...tpo, allRecords: undefined } as RecordEnvelope],
  ['irrevocable', ordinary as RecordEnvelope],
  ['recipientClass', { ...referral, recipientClass: 'tpo' } as RecordEnvelope],
  ['expiresUpon', { ...eventless, until: '2027-01-01' } as RecordEnvelope],
  ['status', { ...referral, status: 'revoked' } as RecordEnvelope],
  ['allRecords', scopeless as RecordEnvelope],
  ['allRecords', { ...tpo, only: ['goals'] } as RecordEnvelope],
  ['counsellingNotes', { ...scopeless, counsellingNotes: true, except: ['goals'] } as RecordEnvelope],
  ['except', { ...tpo, effect: 'deny', except: ['goals'] } as RecordEnvelope],
  ['exceptSensitive', { ...tpo, effect: 'deny', exceptSensitive: ['HIV'] } as RecordEnvelope],
  ['dataUntil', { ...tpo, dataFrom: '2026-08-03', dataUntil: '2026-08-02' } as RecordEnvelope],
  ['effect', { ...selfPaid, status: 'draft', effect: 'permit' } as RecordEnvelope],
  ['recipient', selfPaidToNobody as RecordEnvelope],
  ['purposes', { ...selfPaid, purposes: ['HPAYMT'] } as RecordEnvelope],
  ['only', { ...selfPaid, only: ['goals'] } as RecordEnvelope],
  ['until', { ...tpo, from: '2026-08-03', until: '2026-08-02' } as RecordEnvelope],
  ['status', unstated as RecordEnvelope],
  ['status', { ...diagnosis, verification: 'entered-in-error' } as RecordEnvelope],
  ['status', { ...diagnosis, abatement: '2026-09-01' } as RecordEnvelope],
  [
    'abatement',
    { ...diagnosis, status: 'resolved', onset: '2026-09-01', abatement: '2026-08-01' } as RecordEnvelope,
  ],
  ['until', { ...episode, until: '2026-08-02' } as RecordEnvelope],
  ['until', unended as RecordEnvelope],
  ['from', unbegun as RecordEnvelope],
  ['completion', { ...episode, status: 'active' } as RecordEnvelope],
  ['mentalHealthOnly', { ...episode, mentalHealthOnly: true } as RecordEnvelope],
  ['level', { ...episode, level: 'iop-mh' } as RecordEnvelope],
  [
    'history[0].until',
    {
      ...episode,
      history: [{ status: 'onhold', from: '2026-09-02', until: '2026-09-01' }],
    } as RecordEnvelope,
  ],
];

describe('a record that breaks one rule has one problem, at the place of the rule', () => {
  test.each(BROKEN.map(([path, record]) => [record.kind, path, record] as const))(
    '%s: %s',
    (kind, path, record) => {
      expect(
        conceptOf(kind)
          ?.check(record)
          .map(problem => problem.path),
      ).toEqual([path]);
    },
  );
});
