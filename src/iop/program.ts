// A program: one Intensive Outpatient Program that an Organization runs. One program is one
// HealthcareService; the Organization itself is made when the program is added to the server.
//
// Glossary. Service: what the program offers (the IOP itself, continuing care, family education, ...).
// Part 2: whether 42 CFR Part 2 protects its records. Amenity: what makes it easier to attend.
import type { AnyResource, HealthcareService, Organization } from '../fhir/types.ts';
import { AMENITY, type Amenity, SERVICE_TYPE, type ServiceType } from './codes.ts';
import type { Concept, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  addressOf,
  businessIdentifier,
  codingsIn,
  concept,
  identifierOf,
  NPI,
  npiIdentifier,
  organizationReference,
  type PostalAddress,
  part,
  partOf,
  prune,
  recordedAtOf,
  recordedExtension,
  type Telecom,
  telecomsOf,
} from './element.ts';
import { PART2_PROGRAM, TIME_ZONE } from './extensions.ts';
import { availableTime, checkHours, type Hours, hoursOf, hoursSchema } from './hours.ts';
import { choice, flag, line, list, matching, prose, recordSchema, set, telecoms } from './schema.ts';
import { ORGANIZATION_TYPE, SERVICE_CATEGORY } from './systems.ts';
import { codesOf, extend, extensionValue, localCode, localConcept } from './vocabulary.ts';

export interface ProgramRecord extends RecordEnvelope {
  kind: 'program';
  name: string;
  /** What it is, in a sentence for the directory. */
  description?: string;
  active: boolean;
  service: ServiceType;
  /** What it treats. */
  treats: Treats[];
  part2: boolean;
  npi?: string;
  telecom?: Telecom[];
  hours?: Hours[];
  amenities?: Amenity[];
  /** IANA zone of its wall clock. */
  timeZone: string;
}

type Treats = 'substance-use' | 'mental-health';
const TREATS: Readonly<Record<Treats, readonly [code: string, display: string]>> = {
  'substance-use': ['12', 'Drug and/or Alcohol Counselling'],
  'mental-health': ['22', 'Mental Health'],
};

/** IANA zone names as they are written; whether the zone exists is checked apart. */
export const ZONE = '^[A-Za-z_]+(?:/[A-Za-z0-9_+-]+){0,2}$';

const schema = recordSchema(
  'program',
  'A program that an Organization runs',
  {
    name: line('Name.'),
    description: prose('What it is, for the directory.', 1000),
    active: flag('It takes part in care now.'),
    service: choice(codesOf(SERVICE_TYPE), 'What it offers.'),
    treats: set(choice(Object.keys(TREATS), 'What it treats.'), 'What it treats.'),
    part2: flag('42 CFR Part 2 protects its records.'),
    npi: matching('^[0-9]{10}$', 'National Provider Identifier.'),
    telecom: telecoms('How to reach it.'),
    hours: list(hoursSchema, 'When it is open.'),
    amenities: set(choice(codesOf(AMENITY), 'Amenity.'), 'What makes it easier to attend.'),
    timeZone: matching(ZONE, 'IANA time zone of its wall clock.'),
  },
  ['name', 'active', 'service', 'treats', 'part2', 'timeZone'],
);

function check(record: ProgramRecord): Problem[] {
  const hours = (record.hours ?? []).flatMap((one, index) => checkHours(one, `hours[${index}].end`));
  return [...checkZone(record.timeZone), ...hours];
}

/** The zone is one this runtime knows. */
export function checkZone(zone: string): Problem[] {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return [];
  } catch {
    return [{ path: 'timeZone', message: 'is not an IANA time zone' }];
  }
}

function toFhir(record: ProgramRecord): Part[] {
  const service: HealthcareService = {
    resourceType: 'HealthcareService',
    extension: [
      ...recordedExtension(record),
      ...extend(PART2_PROGRAM, record.part2),
      ...extend(TIME_ZONE, record.timeZone),
    ],
    identifier: [businessIdentifier(record), ...npiIdentifier(record.npi)],
    active: record.active,
    providedBy: organizationReference(record.program),
    category: [
      ...record.treats.map(what => concept(SERVICE_CATEGORY, ...TREATS[what])),
      ...(record.service === 'transport' ? [concept(SERVICE_CATEGORY, '33', 'Transport')] : []),
    ],
    type: [localConcept(SERVICE_TYPE, record.service)],
    name: record.name,
    comment: record.description,
    telecom: record.telecom,
    characteristic: record.amenities?.map(one => localConcept(AMENITY, one)),
    availableTime: record.hours?.map(availableTime),
  };
  return [part('', service)];
}

function fromFhir(
  parts: ReadonlyMap<string, AnyResource>,
  names: { program: string },
  id: string,
): ProgramRecord {
  const service = partOf<HealthcareService>(parts);
  const categories = codingsIn(SERVICE_CATEGORY, service.category).map(one => one.code);
  const treats = categories.map(code =>
    (Object.keys(TREATS) as Treats[]).find(what => TREATS[what][0] === code),
  );
  return prune<ProgramRecord>({
    kind: 'program',
    id,
    program: names.program,
    recordedAt: recordedAtOf(service),
    name: service.name,
    description: service.comment,
    active: service.active,
    service: localCode(SERVICE_TYPE, service.type),
    treats: treats.filter(what => what !== undefined),
    part2: extensionValue(PART2_PROGRAM, service),
    npi: identifierOf(service.identifier, NPI),
    telecom: telecomsOf(service.telecom),
    hours: service.availableTime?.map(hoursOf),
    amenities: service.characteristic?.map(one => localCode(AMENITY, one)).filter(one => one !== undefined),
    timeZone: extensionValue(TIME_ZONE, service),
  });
}

export const program: Concept<ProgramRecord> = {
  kind: 'program',
  title: 'A program that an Organization runs',
  schema,
  makes: ['HealthcareService'],
  check,
  toFhir,
  fromFhir,
};

/** An Organization as the server is told of it: a program (with its Part 2 mark), an EHR's or a payer's. */
export interface OrganizationFacts {
  id: string;
  name: string;
  type: 'prov' | 'pay';
  /** Only for programs. */
  part2?: boolean;
  npi?: string;
  telecom?: readonly Telecom[];
  address?: PostalAddress;
}

const ORGANIZATION_TYPES = { prov: 'Healthcare Provider', pay: 'Payer' };

/** The Organization resource of a program, an EHR or a payer, with its logical id. */
export function organizationOf(facts: OrganizationFacts): AnyResource {
  const address = addressOf(facts.address);
  const organization: Organization = {
    resourceType: 'Organization',
    id: facts.id,
    extension: extend(PART2_PROGRAM, facts.part2),
    identifier: npiIdentifier(facts.npi),
    active: true,
    type: [concept(ORGANIZATION_TYPE, facts.type, ORGANIZATION_TYPES[facts.type])],
    name: facts.name,
    telecom: facts.telecom === undefined ? undefined : [...facts.telecom],
    address: address === undefined ? undefined : [address],
  };
  return prune<AnyResource>(organization as unknown as AnyResource);
}

/** The Organizations of the demo and of the fixtures, in the order in which they are added. */
export const DEMO_ORGANIZATIONS: readonly (OrganizationFacts & { prefix: string })[] = [
  {
    id: 'riverbend',
    prefix: '',
    name: 'Riverbend Recovery',
    type: 'prov',
    part2: true,
    telecom: [{ system: 'phone', value: '+1-555-0100', use: 'work' }],
    address: { lines: ['40 Mill Street'], city: 'Riverbend', state: 'OH', postalCode: '43000' },
  },
  { id: 'lakeside-health', prefix: 'lakeside-', name: 'Lakeside Health', type: 'prov' },
  { id: 'granite-mutual', prefix: 'granite-', name: 'Granite Mutual', type: 'pay' },
];
