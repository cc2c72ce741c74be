// A clinician: a person of the clinical staff (Practitioner) and what they do in the program
// (PractitionerRole). Directory data.
//
// Glossary. Discipline: what they are trained for, by which NUCC's taxonomy code is set where it has a
// code we know. Licence: what they may practise under.
import type {
  AnyResource,
  CodeableConcept,
  Practitioner,
  PractitionerQualification,
  PractitionerRole,
} from '../fhir/types.ts';
import { endAfterStart } from './check.ts';
import { DISCIPLINE, type Discipline } from './codes.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  concept,
  humanName,
  identifierOf,
  keysOf,
  NPI,
  npiIdentifier,
  organizationReference,
  type PersonName,
  part,
  partOf,
  period,
  personNameOf,
  prune,
  recordedAtOf,
  recordedExtension,
  type Telecom,
  telecomsOf,
} from './element.ts';
import {
  choice,
  date,
  flag,
  keyOfA,
  line,
  list,
  matching,
  object,
  personName,
  recordSchema,
  set,
  telecoms,
} from './schema.ts';
import { LANGUAGE, NUCC } from './systems.ts';
import { codesOf, localCode, localConcept } from './vocabulary.ts';

export interface Licence {
  title: string;
  number?: string;
  from?: string;
  until?: string;
}

export interface ClinicianRecord extends RecordEnvelope {
  kind: 'clinician';
  name: PersonName;
  active: boolean;
  discipline: Discipline;
  gender?: 'male' | 'female' | 'other' | 'unknown';
  npi?: string;
  telecom?: Telecom[];
  /** BCP 47. */
  languages?: string[];
  licences?: Licence[];
  sites?: string[];
  /** Program records they work for. */
  services?: string[];
  /** First and last day in the program. */
  from?: string;
  until?: string;
}

/** NUCC taxonomy, where a discipline has a code that was verified. */
const TAXONOMY: Partial<Record<Discipline, readonly [code: string, display: string]>> = {
  counselor: ['101Y00000X', 'Counselor'],
  'social-worker': ['104100000X', 'Social worker'],
  'family-therapist': ['106H00000X', 'Marriage and family therapist'],
  psychologist: ['103T00000X', 'Psychologist'],
  'case-manager': ['171M00000X', 'Case manager'],
  'peer-specialist': ['175T00000X', 'Peer specialist'],
};

/** The specialty of a discipline, where NUCC's code for it is known. */
export function specialtyOf(discipline: Discipline): CodeableConcept | undefined {
  const taxonomy = TAXONOMY[discipline];
  return taxonomy === undefined ? undefined : concept(NUCC, ...taxonomy);
}

export const BCP_47 = '^[a-z]{2,3}(?:-[A-Z]{2})?$';

const schema = recordSchema(
  'clinician',
  'A member of the clinical staff',
  {
    name: personName('Name.'),
    active: flag('Works in the program now.'),
    discipline: choice(codesOf(DISCIPLINE), 'What they are trained for.'),
    gender: choice(['male', 'female', 'other', 'unknown'], 'Administrative gender.'),
    npi: matching('^[0-9]{10}$', 'National Provider Identifier.'),
    telecom: telecoms('How to reach them at work.'),
    languages: set(matching(BCP_47, 'BCP 47 code.'), 'Languages they work in.', 10),
    licences: list(
      object(
        {
          title: line('Title.'),
          number: line('Number.', 40),
          from: date('First day.'),
          until: date('Last day.'),
        },
        ['title'],
      ),
      'What they may practise under.',
      10,
    ),
    sites: set(keyOfA('site', 'Where they work.'), 'Where they work.', 20),
    services: set(keyOfA('program', 'What they work for.'), 'What they work for.', 20),
    from: date('First day in the program.'),
    until: date('Last day in the program.'),
  },
  ['name', 'active', 'discipline'],
);

function check(record: ClinicianRecord): Problem[] {
  const licences = (record.licences ?? []).flatMap((one, index) =>
    endAfterStart(one.from, one.until, `licences[${index}].until`),
  );
  return [...endAfterStart(record.from, record.until, 'until'), ...licences];
}

function qualification({ title, number, from, until }: Licence): PractitionerQualification {
  return {
    identifier: number === undefined ? undefined : [{ value: number }],
    code: { text: title },
    period: period(from, until),
  };
}

const licenceOf = ({ code, identifier, period }: PractitionerQualification): Licence =>
  prune<Licence>({
    title: code?.text,
    number: identifier?.[0]?.value,
    from: period?.start,
    until: period?.end,
  });

function toFhir(record: ClinicianRecord, links: Links): Part[] {
  const specialty = specialtyOf(record.discipline);
  const practitioner: Practitioner = {
    resourceType: 'Practitioner',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record), ...npiIdentifier(record.npi)],
    active: record.active,
    name: [humanName(record.name)],
    telecom: record.telecom,
    gender: record.gender,
    qualification: record.licences?.map(qualification),
    communication: record.languages?.map(code => concept(LANGUAGE, code)),
  };
  const role: PractitionerRole = {
    resourceType: 'PractitionerRole',
    identifier: [businessIdentifier(record, 'role')],
    active: record.active,
    period: period(record.from, record.until),
    practitioner: { reference: links.to('clinician', record.id) },
    organization: organizationReference(record.program),
    code: [localConcept(DISCIPLINE, record.discipline)],
    specialty: specialty === undefined ? undefined : [specialty],
    location: record.sites?.map(site => ({ reference: links.to('site', site) })),
    healthcareService: record.services?.map(one => ({ reference: links.to('program', one) })),
  };
  return [part('', practitioner), part('role', role)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): ClinicianRecord {
  const practitioner = partOf<Practitioner>(parts);
  const role = partOf<PractitionerRole>(parts, 'role');
  const languages = practitioner.communication?.flatMap(one => one.coding ?? []).map(one => one.code);
  return prune<ClinicianRecord>({
    kind: 'clinician',
    id,
    program: names.program,
    recordedAt: recordedAtOf(practitioner),
    name: personNameOf(practitioner.name),
    active: practitioner.active,
    discipline: localCode(DISCIPLINE, role.code),
    gender: practitioner.gender,
    npi: identifierOf(practitioner.identifier, NPI),
    telecom: telecomsOf(practitioner.telecom),
    languages: languages?.filter(code => code !== undefined),
    licences: practitioner.qualification?.map(licenceOf),
    sites: keysOf(names, 'site', role.location),
    services: keysOf(names, 'program', role.healthcareService),
    from: role.period?.start,
    until: role.period?.end,
  });
}

export const clinician: Concept<ClinicianRecord> = {
  kind: 'clinician',
  title: 'A member of the clinical staff',
  schema,
  makes: ['Practitioner', 'PractitionerRole'],
  check,
  toFhir,
  fromFhir,
};
