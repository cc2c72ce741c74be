// Family, a friend or another supportive contact of a client (RelatedPerson), and their own plan to support, where
// there is one (CarePlan). Nobody is told anything by being one: it takes a consent that names them, or the law.
//
// Glossary. Active: what the record says is so now. While it is, a guardian, a parent of a minor and a healthcare
// proxy are whom the server takes for representatives of the client (42 CFR 2.14, 2.15), once one is registered
// with it. Support: what they mean to do after treatment, in their words.
import type { AnyResource, CarePlan, RelatedPerson } from '../fhir/types.ts';
import { endAfterStart } from './check.ts';
import { PLAN_PURPOSE } from './codes-care.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  humanName,
  keyOf,
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
import { RELATIONSHIPS, type Relationship, relationshipConcept, relationshipOf } from './relationship.ts';
import { choice, date, flag, keyOfA, personName, prose, recordSchema, telecoms } from './schema.ts';
import { localConcept } from './vocabulary.ts';

export interface FamilyMemberRecord extends RecordEnvelope {
  kind: 'family-member';
  client: string;
  name: PersonName;
  relationship: Relationship;
  active: boolean;
  telecom?: Telecom[];
  from?: string;
  until?: string;
  support?: string;
}

const SUPPORT = 'support';

const schema = recordSchema(
  'family-member',
  'Family or a friend of a client',
  {
    client: keyOfA('client', 'Whose.'),
    name: personName('Name.'),
    relationship: choice(RELATIONSHIPS, 'What they are to the client.'),
    active: flag('It is so now; while it is, the law may make them a representative of the client.'),
    telecom: telecoms('How to reach them.'),
    from: date('First day.'),
    until: date('Last day.'),
    support: prose(
      'Their own plan to support the client; no counselling notes, these have rules of their own.',
      4000,
    ),
  },
  ['client', 'name', 'relationship', 'active'],
);

const check = ({ from, until }: FamilyMemberRecord): Problem[] => endAfterStart(from, until, 'until');

function toFhir(record: FamilyMemberRecord, links: Links): Part[] {
  const patient = { reference: links.to('client', record.client) };
  const related: RelatedPerson = {
    resourceType: 'RelatedPerson',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    active: record.active,
    patient,
    relationship: [relationshipConcept(record.relationship)],
    name: [humanName(record.name)],
    telecom: record.telecom,
    period: period(record.from, record.until),
  };
  if (record.support === undefined) return [part('', related)];
  const plan: CarePlan = {
    resourceType: 'CarePlan',
    identifier: [businessIdentifier(record, SUPPORT)],
    status: record.active ? 'active' : 'revoked',
    intent: 'plan',
    category: [localConcept(PLAN_PURPOSE, 'aftercare')],
    title: 'Plan of the family to support',
    description: record.support,
    subject: patient,
    created: record.recordedAt,
    contributor: [{ reference: links.to('family-member', record.id) }],
  };
  return [part('', related), part(SUPPORT, plan)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): FamilyMemberRecord {
  const related = partOf<RelatedPerson>(parts);
  return prune<FamilyMemberRecord>({
    kind: 'family-member',
    id,
    program: names.program,
    recordedAt: recordedAtOf(related),
    client: keyOf(names, 'client', related.patient),
    name: personNameOf(related.name),
    relationship: relationshipOf(related.relationship),
    active: related.active,
    telecom: telecomsOf(related.telecom),
    from: related.period?.start,
    until: related.period?.end,
    support: partOf<CarePlan>(parts, SUPPORT).description,
  });
}

export const familyMember: Concept<FamilyMemberRecord> = {
  kind: 'family-member',
  title: 'Family or a friend of a client',
  schema,
  makes: ['RelatedPerson', 'CarePlan'],
  check,
  toFhir,
  fromFhir,
};
