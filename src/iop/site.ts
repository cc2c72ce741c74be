// A site: where sessions are held, or the virtual place of telehealth sessions.
//
// Glossary. Setting: a site, a room within one, or virtual. A reference from a person to a site can tell
// of substance use care; the site by itself is directory data.
import type { AnyResource, Location } from '../fhir/types.ts';
import { unless } from './check.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  addressOf,
  businessIdentifier,
  codeIn,
  concept,
  keyOf,
  organizationReference,
  type PostalAddress,
  part,
  partOf,
  postalAddressOf,
  prune,
  recordedAtOf,
  recordedExtension,
  reference,
  type Telecom,
  telecomsOf,
} from './element.ts';
import { address, choice, keyOfA, line, mark, prose, recordSchema, telecoms } from './schema.ts';
import { LOCATION_TYPE, ROLE_CODE } from './systems.ts';

export interface SiteRecord extends RecordEnvelope {
  kind: 'site';
  name: string;
  status: 'active' | 'suspended' | 'inactive';
  setting: Setting;
  /** It is a substance use rehabilitation facility by its licence. */
  substanceUseFacility?: true;
  /** The site that a room is in. */
  within?: string;
  directions?: string;
  telecom?: Telecom[];
  address?: PostalAddress;
}

type Setting = 'site' | 'room' | 'virtual';
const SETTINGS: Readonly<Record<Setting, readonly [code: string, display: string]>> = {
  site: ['si', 'Site'],
  room: ['ro', 'Room'],
  virtual: ['vi', 'Virtual'],
};

const schema = recordSchema(
  'site',
  'Where sessions are held',
  {
    name: line('Name.'),
    status: choice(['active', 'suspended', 'inactive'], 'In use or not.'),
    setting: choice(Object.keys(SETTINGS), 'Site, room or virtual.'),
    substanceUseFacility: mark('A substance use rehabilitation facility by its licence.'),
    within: keyOfA('site', 'The site that a room is in.'),
    directions: prose('How to get there.', 1000),
    telecom: telecoms('How to reach it.'),
    address: address('Postal address.'),
  },
  ['name', 'status', 'setting'],
);

function check(record: SiteRecord): Problem[] {
  return [
    ...unless(record.within !== record.id, 'within', 'is the site itself'),
    ...unless(
      record.setting !== 'virtual' || record.address === undefined,
      'address',
      'does not belong to a virtual site',
    ),
  ];
}

function toFhir(record: SiteRecord, links: Links): Part[] {
  const facility = record.substanceUseFacility;
  const location: Location = {
    resourceType: 'Location',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    status: record.status,
    name: record.name,
    description: record.directions,
    mode: 'instance',
    type:
      facility === true ? [concept(ROLE_CODE, 'SURF', 'Substance use rehabilitation facility')] : undefined,
    telecom: record.telecom,
    address: addressOf(record.address),
    physicalType: concept(LOCATION_TYPE, ...SETTINGS[record.setting]),
    managingOrganization: organizationReference(record.program),
    partOf: reference(record.within === undefined ? undefined : links.to('site', record.within)),
  };
  return [part('', location)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): SiteRecord {
  const location = partOf<Location>(parts);
  const setting = codeIn(LOCATION_TYPE, location.physicalType);
  return prune<SiteRecord>({
    kind: 'site',
    id,
    program: names.program,
    recordedAt: recordedAtOf(location),
    name: location.name,
    status: location.status,
    setting: (Object.keys(SETTINGS) as Setting[]).find(one => SETTINGS[one][0] === setting),
    substanceUseFacility: codeIn(ROLE_CODE, location.type) === 'SURF' ? true : undefined,
    within: keyOf(names, 'site', location.partOf),
    directions: location.description,
    telecom: telecomsOf(location.telecom),
    address: postalAddressOf(location.address),
  });
}

export const site: Concept<SiteRecord> = {
  kind: 'site',
  title: 'Where sessions are held',
  schema,
  makes: ['Location'],
  check,
  toFhir,
  fromFhir,
};
