// A client: a person the program treats (Patient). That somebody is a client at all is protected.
//
// Glossary. Record number: the program's medical record number; it stands in Patient.identifier and
// nowhere else. Preferred: the given name a client goes by. Contact: somebody to call, who by that alone
// may be told nothing.
import type { AnyResource, HumanName, Patient, PatientContact } from '../fhir/types.ts';
import { dayOf, unless } from './check.ts';
import { BCP_47 } from './clinician.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  addressOf,
  businessIdentifier,
  businessSystem,
  codeIn,
  concept,
  humanName,
  identifierOf,
  keysOf,
  organizationReference,
  type PersonName,
  type PostalAddress,
  part,
  partOf,
  personNameOf,
  postalAddressOf,
  prune,
  recordedAtOf,
  recordedExtension,
  type Telecom,
  telecomsOf,
} from './element.ts';
import { RELATIONSHIPS, type Relationship, relationshipConcept, relationshipOf } from './relationship.ts';
import {
  address,
  choice,
  date,
  flag,
  keyOfA,
  line,
  list,
  mark,
  matching,
  object,
  personName,
  recordSchema,
  set,
  telecoms,
} from './schema.ts';
import { LANGUAGE } from './systems.ts';

export interface ClientContact {
  name: PersonName;
  relationship: Relationship;
  telecom?: Telecom[];
}

export interface ClientRecord extends RecordEnvelope {
  kind: 'client';
  recordNumber?: string;
  name: PersonName;
  preferred?: string;
  active: boolean;
  birthDate: string;
  gender: 'male' | 'female' | 'other' | 'unknown';
  deceasedOn?: string;
  telecom?: Telecom[];
  address?: PostalAddress;
  /** BCP 47, of the language they prefer. */
  language?: string;
  interpreter?: true;
  contacts?: ClientContact[];
  /** Clinicians who look after them outside of any one stay. */
  clinicians?: string[];
}

/** https://hl7.org/fhir/R4/extension-patient-interpreterrequired.html */
const INTERPRETER = 'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired';

/** Where a program's record numbers live. */
export const recordNumberSystem = (program: string): string => businessSystem(program, 'record-number');

const schema = recordSchema(
  'client',
  'A person the program treats',
  {
    recordNumber: line('Medical record number.', 60),
    name: personName('Legal name.'),
    preferred: line('Given name they go by.', 60),
    active: flag('The record is in use.'),
    birthDate: date('Day of birth.'),
    gender: choice(['male', 'female', 'other', 'unknown'], 'Administrative gender.'),
    deceasedOn: date('Day of death.'),
    telecom: telecoms('How to reach them.'),
    address: address('Home address.'),
    language: matching(BCP_47, 'BCP 47 code of the language they prefer.'),
    interpreter: mark('Needs an interpreter.'),
    contacts: list(
      object(
        {
          name: personName('Name.'),
          relationship: choice(RELATIONSHIPS, 'What they are to the client.'),
          telecom: telecoms('How to reach them.'),
        },
        ['name', 'relationship'],
      ),
      'Whom to call.',
      10,
    ),
    clinicians: set(keyOfA('clinician', 'Looks after them.'), 'Who looks after them.', 10),
  },
  ['name', 'active', 'birthDate', 'gender'],
);

function check(record: ClientRecord): Problem[] {
  const { birthDate, deceasedOn } = record;
  return unless(
    deceasedOn === undefined || dayOf(birthDate) <= dayOf(deceasedOn),
    'deceasedOn',
    'is before the day of birth',
  );
}

const contact = ({ name, relationship, telecom }: ClientContact): PatientContact => ({
  relationship: [relationshipConcept(relationship)],
  name: humanName(name),
  telecom,
});

function contactOf({ name, relationship, telecom }: PatientContact): ClientContact {
  return prune<ClientContact>({
    name: name === undefined ? undefined : personNameOf([name]),
    relationship: relationshipOf(relationship),
    telecom: telecomsOf(telecom),
  });
}

function toFhir(record: ClientRecord, links: Links): Part[] {
  const { recordNumber, preferred, language } = record;
  const usual: HumanName[] = preferred === undefined ? [] : [{ use: 'usual', given: [preferred] }];
  const home = addressOf(record.address);
  const patient: Patient = {
    resourceType: 'Patient',
    extension: [
      ...recordedExtension(record),
      ...(record.interpreter === undefined ? [] : [{ url: INTERPRETER, valueBoolean: true }]),
    ],
    identifier: [
      businessIdentifier(record),
      ...(recordNumber === undefined
        ? []
        : [{ system: recordNumberSystem(record.program), value: recordNumber }]),
    ],
    active: record.active,
    name: [humanName(record.name), ...usual],
    telecom: record.telecom,
    gender: record.gender,
    birthDate: record.birthDate,
    deceasedDateTime: record.deceasedOn,
    address: home === undefined ? undefined : [{ use: 'home', ...home }],
    contact: record.contacts?.map(contact),
    communication:
      language === undefined ? undefined : [{ language: concept(LANGUAGE, language), preferred: true }],
    generalPractitioner: record.clinicians?.map(one => ({ reference: links.to('clinician', one) })),
    managingOrganization: organizationReference(record.program),
  };
  return [part('', patient)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): ClientRecord {
  const patient = partOf<Patient>(parts);
  const spoken = patient.communication?.find(one => one.preferred === true) ?? patient.communication?.[0];
  const interpreter = patient.extension?.find(one => one.url === INTERPRETER)?.valueBoolean;
  return prune<ClientRecord>({
    kind: 'client',
    id,
    program: names.program,
    recordedAt: recordedAtOf(patient),
    recordNumber: identifierOf(patient.identifier, recordNumberSystem(names.program)),
    name: personNameOf(patient.name),
    preferred: patient.name?.find(one => one.use === 'usual')?.given?.[0],
    active: patient.active,
    birthDate: patient.birthDate,
    gender: patient.gender,
    deceasedOn: patient.deceasedDateTime,
    telecom: telecomsOf(patient.telecom),
    address: postalAddressOf(patient.address?.find(one => one.use === 'home') ?? patient.address?.[0]),
    language: codeIn(LANGUAGE, spoken?.language),
    interpreter: interpreter === true ? true : undefined,
    contacts: patient.contact?.map(contactOf),
    clinicians: keysOf(names, 'clinician', patient.generalPractitioner),
  });
}

export const client: Concept<ClientRecord> = {
  kind: 'client',
  title: 'A person the program treats',
  schema,
  makes: ['Patient'],
  check,
  toFhir,
  fromFhir,
};
