// A care team: who of the staff treats one client, and in which duty (CareTeam).
//
// Glossary. Duty: what a member does for this client; the same person may do something else for another.
import type { AnyResource, CareTeam, CareTeamParticipant } from '../fhir/types.ts';
import { endAfterStart } from './check.ts';
import { CARE_DUTY, type CareDuty } from './codes.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  keyOf,
  organizationReference,
  part,
  partOf,
  period,
  prune,
  recordedAtOf,
  recordedExtension,
} from './element.ts';
import { choice, date, keyOfA, line, list, object, recordSchema } from './schema.ts';
import { codesOf, localCode, localConcept } from './vocabulary.ts';

export interface CareTeamMember {
  clinician: string;
  duty: CareDuty;
  from?: string;
  until?: string;
}

export interface CareTeamRecord extends RecordEnvelope {
  kind: 'care-team';
  client: string;
  name?: string;
  status: (typeof STATUSES)[number];
  members: CareTeamMember[];
  from?: string;
  until?: string;
}

const STATUSES = ['proposed', 'active', 'suspended', 'inactive', 'entered-in-error'] as const;

const schema = recordSchema(
  'care-team',
  'Who treats a client',
  {
    client: keyOfA('client', 'Whom the team treats.'),
    name: line('Name of the team.'),
    status: choice(STATUSES, 'Where the team stands.'),
    members: list(
      object(
        {
          clinician: keyOfA('clinician', 'Who.'),
          duty: choice(codesOf(CARE_DUTY), 'What they do for this client.'),
          from: date('First day.'),
          until: date('Last day.'),
        },
        ['clinician', 'duty'],
      ),
      'Who is on the team.',
    ),
    from: date('First day of the team.'),
    until: date('Last day of the team.'),
  },
  ['client', 'status', 'members'],
);

function check(record: CareTeamRecord): Problem[] {
  const members = record.members.flatMap((one, index) =>
    endAfterStart(one.from, one.until, `members[${index}].until`),
  );
  return [...endAfterStart(record.from, record.until, 'until'), ...members];
}

function participant(member: CareTeamMember, program: string, links: Links): CareTeamParticipant {
  return {
    role: [localConcept(CARE_DUTY, member.duty)],
    member: { reference: links.to('clinician', member.clinician) },
    onBehalfOf: organizationReference(program),
    period: period(member.from, member.until),
  };
}

/** Members who are none of the program's clinicians (family, outside providers) are not the record's. */
function memberOf(one: CareTeamParticipant, names: Names): CareTeamMember | undefined {
  const clinician = keyOf(names, 'clinician', one.member);
  if (clinician === undefined) return undefined;
  return prune<CareTeamMember>({
    clinician,
    duty: localCode(CARE_DUTY, one.role),
    from: one.period?.start,
    until: one.period?.end,
  });
}

function toFhir(record: CareTeamRecord, links: Links): Part[] {
  const team: CareTeam = {
    resourceType: 'CareTeam',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    status: record.status,
    name: record.name,
    subject: { reference: links.to('client', record.client) },
    period: period(record.from, record.until),
    participant: record.members.map(one => participant(one, record.program, links)),
    managingOrganization: [organizationReference(record.program)],
  };
  return [part('', team)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): CareTeamRecord {
  const team = partOf<CareTeam>(parts);
  const members = team.participant?.map(one => memberOf(one, names));
  return prune<CareTeamRecord>({
    kind: 'care-team',
    id,
    program: names.program,
    recordedAt: recordedAtOf(team),
    client: keyOf(names, 'client', team.subject),
    name: team.name,
    status: team.status,
    members: members?.filter(one => one !== undefined),
    from: team.period?.start,
    until: team.period?.end,
  });
}

export const careTeam: Concept<CareTeamRecord> = {
  kind: 'care-team',
  title: 'Who treats a client',
  schema,
  makes: ['CareTeam'],
  check,
  toFhir,
  fromFhir,
};
