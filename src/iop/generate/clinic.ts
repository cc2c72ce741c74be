// What a clinic has before its first client comes: services, sites, tracks, staff.

import type { ClinicianRecord } from '../clinician.ts';
import type { CareDuty, Discipline, ServiceType, TrackSlot } from '../codes.ts';
import type { RecordEnvelope } from '../concept.ts';
import type { Day } from '../hours.ts';
import type { ProgramRecord } from '../program.ts';
import type { SiteRecord } from '../site.ts';
import type { TrackRecord } from '../track.ts';

/** Wall clock of every generated clinic. */
export const ZONE = 'America/New_York';
/** A Monday, well before the records' own present. */
export const FIRST_DAY = '2026-08-03';

/** What there is beside the programs: [key, name, service]. */
const AROUND: readonly (readonly [string, string, ServiceType])[] = [
  ['shuttle', 'Riverbend Shuttle', 'transport'],
  ['family-evening', 'Family Evenings', 'family-education'],
  ['continuing-care', 'Continuing Care', 'continuing-care'],
  ['alumni', 'Riverbend Alumni', 'alumni'],
];

export const services = (program: string): ProgramRecord[] => [
  {
    kind: 'program',
    id: 'iop',
    program,
    name: 'Riverbend Intensive Outpatient Program',
    description: 'Three to five sessions a week beside work, school and family; clients sleep at home.',
    active: true,
    service: 'iop',
    treats: ['substance-use'],
    part2: true,
    npi: '1999999984',
    telecom: [
      { system: 'phone', value: '+1-555-0100', use: 'work' },
      { system: 'email', value: 'welcome@riverbend.example', use: 'work' },
    ],
    hours: [
      { days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '07:00', end: '21:00' },
      { days: ['sat', 'sun'], start: '09:00', end: '13:00' },
    ],
    amenities: [
      ...(['pet-friendly', 'inclusive', 'telehealth', 'shuttle', 'childcare-coordination'] as const),
      ...(['sliding-scale', 'grants', 'evening-weekend'] as const),
    ],
    timeZone: ZONE,
  },
  {
    kind: 'program',
    id: 'iop-mh',
    program,
    name: 'Riverbend Balance',
    description: 'Intensive outpatient treatment of mood and anxiety disorders.',
    active: true,
    service: 'iop',
    treats: ['mental-health'],
    part2: false,
    amenities: ['pet-friendly', 'telehealth'],
    timeZone: ZONE,
  },
  ...AROUND.map(([id, name, service]) => ({
    kind: 'program' as const,
    id,
    program,
    name,
    active: true,
    service,
    treats: ['substance-use' as const, 'mental-health' as const],
    part2: true,
    timeZone: ZONE,
  })),
];

export const sites = (program: string): SiteRecord[] => [
  {
    kind: 'site',
    id: 'mill-street',
    program,
    name: 'Riverbend Mill Street',
    status: 'active',
    setting: 'site',
    substanceUseFacility: true,
    directions: 'Entrance on the river side; bus 12 stops at the corner.',
    telecom: [{ system: 'phone', value: '+1-555-0101', use: 'work' }],
    address: { lines: ['40 Mill Street'], city: 'Riverbend', state: 'OH', postalCode: '43000' },
  },
  {
    kind: 'site',
    id: 'mill-street-2',
    program,
    name: 'Group room 2',
    status: 'active',
    setting: 'room',
    within: 'mill-street',
  },
  { kind: 'site', id: 'online', program, name: 'Riverbend Online', status: 'active', setting: 'virtual' },
];

interface TrackFacts {
  id: string;
  name: string;
  slot: TrackSlot;
  service?: string;
  site?: string;
  days: Day[];
  start: string;
  end: string;
  seats: number;
}

const TRACKS: readonly TrackFacts[] = [
  {
    id: 'morning',
    name: 'Morning',
    slot: 'morning',
    days: ['mon', 'wed', 'fri'],
    start: '07:00',
    end: '10:00',
    seats: 10,
  },
  {
    id: 'midday',
    name: 'Midday',
    slot: 'midday',
    days: ['mon', 'tue', 'thu'],
    start: '11:00',
    end: '14:00',
    seats: 10,
  },
  {
    id: 'evening',
    name: 'Evening',
    slot: 'evening',
    days: ['mon', 'wed', 'thu'],
    start: '18:00',
    end: '21:00',
    seats: 10,
  },
  {
    id: 'online',
    name: 'Evening online',
    slot: 'evening',
    site: 'online',
    days: ['tue', 'wed', 'thu'],
    start: '18:00',
    end: '21:00',
    seats: 10,
  },
  {
    id: 'weekend',
    name: 'Weekend',
    slot: 'weekend',
    days: ['sat', 'sun'],
    start: '09:00',
    end: '13:00',
    seats: 10,
  },
  {
    id: 'balance',
    name: 'Balance',
    slot: 'midday',
    service: 'iop-mh',
    days: ['tue', 'wed', 'fri'],
    start: '11:00',
    end: '14:00',
    seats: 10,
  },
];

export const tracks = (program: string): TrackRecord[] =>
  TRACKS.map(({ service = 'iop', site = 'mill-street', ...facts }) => ({
    kind: 'track',
    program,
    active: true,
    service,
    site,
    timeZone: ZONE,
    ...facts,
  }));

/** Members of the staff: [key, given, family, letters after the name, discipline]. */
const STAFF: readonly (readonly [string, string, string, string, Discipline])[] = [
  ['okafor', 'Ada', 'Okafor', 'LICDC', 'counselor'],
  ['lindqvist', 'Per', 'Lindqvist', 'LISW', 'social-worker'],
  ['abara', 'Nneka', 'Abara', 'IMFT', 'family-therapist'],
  ['castellan', 'Hugo', 'Castellan', 'MD', 'physician'],
  ['tran', 'Minh', 'Tran', 'RN', 'nurse'],
  ['harlow', 'Edith', 'Harlow', 'PhD', 'psychologist'],
  ['moss', 'Jory', 'Moss', 'QMHS', 'case-manager'],
  ['bellweather', 'Cass', 'Bellweather', 'CPS', 'peer-specialist'],
];

export const staff = (program: string): ClinicianRecord[] =>
  STAFF.map(([id, given, family, letters, discipline]) =>
    clinicianRecord(program, { id, given, family, letters, discipline }),
  );

export interface StaffFacts {
  id: string;
  given: string;
  family: string;
  letters: string;
  discipline: Discipline;
}

export function clinicianRecord(program: string, facts: StaffFacts): ClinicianRecord {
  const { id, given, family, letters, discipline } = facts;
  return {
    kind: 'clinician',
    id,
    program,
    name: { family, given: [given], suffix: letters },
    active: true,
    discipline,
    telecom: [{ system: 'email', value: `${id}@riverbend.example`, use: 'work' }],
    languages: ['en'],
    licences: [{ title: letters, from: '2024-07-01', until: '2028-06-30' }],
    sites: ['mill-street'],
    services: discipline === 'psychologist' ? ['iop-mh'] : ['iop'],
    from: '2025-01-06',
  };
}

/** The staff by the duty they have in a team. */
export const DUTIES: Readonly<Partial<Record<CareDuty, string>>> = {
  'family-therapist': 'abara',
  prescriber: 'castellan',
  nurse: 'tran',
  'case-manager': 'moss',
  peer: 'bellweather',
};

/** All of the above, in the order of their references. */
export const directory = (program: string): RecordEnvelope[] => [
  ...services(program),
  ...sites(program),
  ...tracks(program),
  ...staff(program),
];
