// Who treats whom, in every state of a CareTeam: what is told after the story of access-story.ts, and who asks.
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import type { Asker } from '../access/naive.ts';
import { communication, consent, group, observation, patient, terms, toEhr } from './access-records.ts';
import { named, type Step, type Writer } from './access-story.ts';
import { ALL, askerOf } from './access-world.ts';

const by =
  (writer: Writer) =>
  (put: AnyResource): Step => ({ writer, put });
const [iop, neighbour, ehr] = [by('iop'), by('neighbour'), by('ehr')];

const ANNA: JsonObject = { member: { reference: 'Practitioner/anna' } };
const foreign = [{ url: 'http://example.org/StructureDefinition/x', valueBoolean: true }];

/** Anna treats this person, unless `more` says otherwise. */
export const team = (
  id: string,
  person: string,
  more: JsonObject = {},
  ...participant: JsonObject[]
): AnyResource => ({
  resourceType: 'CareTeam',
  id,
  status: 'active',
  subject: { reference: `Patient/${person}` },
  participant: participant.length === 0 ? [ANNA] : participant,
  ...more,
});

/** People of the story before whom Anna treats, whatever their Consents say. */
const TREATED = [
  'to-ehr',
  'to-both',
  'denied-to-all',
  'opted-out',
  'revoked',
  'deleted-person',
  'linked-none',
];

const member = (reference: string, more: JsonObject = {}): JsonObject => ({ member: { reference }, ...more });

/** Person -> CareTeams of the program, by what they leave of Anna. */
const TEAMS: Readonly<Record<string, (id: string) => AnyResource[]>> = {
  'team-none': () => [],
  'team-of-ben': id => [team(id, id, {}, member('Practitioner/ben'))],
  'team-of-both': id => [team(id, id, {}, member('Practitioner/ben'), ANNA)],
  'team-proposed': id => [team(id, id, { status: 'proposed' })],
  'team-suspended': id => [team(id, id, { status: 'suspended' })],
  'team-inactive': id => [team(id, id, { status: 'inactive' })],
  'team-mistaken': id => [team(id, id, { status: 'entered-in-error' })],
  'team-over': id => [team(id, id, { period: { end: '2026-08-31' } })],
  'team-last-day': id => [team(id, id, { period: { end: '2026-09-01' } })],
  'team-to-come': id => [team(id, id, { period: { start: '2026-09-02' } })],
  'team-she-left': id => [team(id, id, {}, { ...ANNA, period: { end: '2026-08-31' } })],
  'team-she-joins': id => [team(id, id, {}, { ...ANNA, period: { start: '2026-09-02' } })],
  'team-she-is-on': id => [
    team(
      id,
      id,
      { period: { start: '2026-01', end: '2026-12' } },
      { ...ANNA, period: { start: '2026-08', end: '2026-10' } },
    ),
  ],
  'team-she-missed': id => [
    team(id, id, { period: { end: '2026-08-31' } }, { ...ANNA, period: { start: '2026-08' } }),
  ],
  'team-she-came-back': id => [
    team(id, id, {}, { ...ANNA, period: { end: '2026-03' } }, { ...ANNA, period: { start: '2026-09' } }),
  ],
  'team-modified': id => [team(id, id, { modifierExtension: foreign })],
  'team-member-modified': id => [team(id, id, {}, { ...ANNA, modifierExtension: foreign })],
  'team-of-a-role': id => [team(id, id, {}, member('PractitionerRole/anna'))],
  'team-of-the-house': id => [team(id, id, {}, member('Organization/iop'))],
  'team-of-a-team': id => [team(id, id, {}, member('CareTeam/team-of-both'))],
  'team-of-a-name': id => [team(id, id, {}, { member: { display: 'Anna', identifier: { value: 'anna' } } })],
  'team-elsewhere': id => [team(id, id, {}, member('https://elsewhere.example/fhir/Practitioner/anna'))],
  'team-for-her': id => [team(id, id, {}, { onBehalfOf: { reference: 'Organization/iop' } })],
  'team-twice': id => [team(id, id, { status: 'inactive' }), team(`${id}-again`, id)],
  'team-with-client': id => [team(id, id, {}, ANNA, member(`Patient/${id}`))],
  'team-with-another': id => [team(id, id, {}, ANNA, member('Patient/none'))],
};

const stated: Step[] = Object.entries(TEAMS).flatMap(([person, teams]) => [
  iop(patient(person)),
  iop(observation(`${person}-obs`, person)),
  ...teams(person).map(iop),
]);

/** CareTeams that others wrote, that went, and that came to be the program's. */
const written: Step[] = [
  ...['team-by-ehr', 'team-by-ehr-adopted', 'team-by-neighbour', 'team-deleted', 'team-moved'].flatMap(
    person => [
      iop(patient(person)),
      iop(consent(`${person}-consent`, person, terms(toEhr))),
      iop(observation(`${person}-obs`, person)),
    ],
  ),
  ehr(team('ehr-team', 'team-by-ehr')),
  ehr(team('ehr-team-adopted', 'team-by-ehr-adopted')),
  iop(team('ehr-team-adopted', 'team-by-ehr-adopted')),
  neighbour(team('neighbour-team', 'team-by-neighbour')),
  neighbour(team('neighbour-own-team', 'neighbour-client')),
  iop(team('team-deleted', 'team-deleted')),
  { writer: 'iop', remove: 'CareTeam/team-deleted' },
  iop(team('team-moved', 'team-moved')),
  iop(team('team-moved', 'team-none')),
  // What another wrote into the record of one whom Anna treats.
  ehr(observation('ehr-of-treated', 'team-by-ehr-adopted')),
];

/** What names several people, or nobody. */
const besides: Step[] = [
  iop(communication('both-treated', 'to-ehr', 'denied-to-all')),
  iop(communication('one-treated', 'to-ehr', 'team-of-ben')),
  iop(group('group-treated', 'to-ehr', 'team-of-both')),
  iop(group('group-mixed-teams', 'to-ehr', 'team-of-ben')),
  ...['team-of-ben', 'to-both'].map(person => iop(observation('treated-by-now', person))),
  ...['to-both', 'team-of-ben'].map(person => iop(observation('treated-before', person))),
  iop(
    named('Observation', 'of-an-encounter', {
      status: 'final',
      code: { text: 'x' },
      encounter: { reference: 'Encounter/none-encounter' },
    }),
  ),
  iop(named('Binary', 'scan', { contentType: 'text/plain', data: 'eA==' })),
];

export const TEAM_STEPS: readonly Step[] = [
  ...TREATED.map(person => iop(team(`anna-${person}`, person))),
  ...stated,
  ...written,
  ...besides,
];

const staff = (practitioner: string, scope = ALL): Asker => ({ ...askerOf('iop', scope), practitioner });

export const SYSTEM = askerOf('iop');
export const ON_TEAMS = staff('anna', 'user/*.cruds');

/** Of the program, where its staff see the people on whose CareTeam they are; and others, for whom nothing changes. */
export const STAFF: Readonly<Record<string, Asker>> = {
  'staff on CareTeams': ON_TEAMS,
  'staff with the scopes of a system': staff('anna'),
  'staff on another CareTeam': staff('ben'),
  'staff on no CareTeam': staff('carl'),
  'somebody at a screen': askerOf('iop', 'user/*.cruds'),
  'somebody with one scope of a person': askerOf('iop', `${ALL} patient/Slot.r`),
  'staff of another program': { ...askerOf('neighbour'), practitioner: 'anna' },
  'a system of the program': SYSTEM,
  'a system of another program': askerOf('neighbour'),
  'the EHR': askerOf('ehr'),
  'the payer': askerOf('payer'),
  'a patient': { organization: 'iop', role: 'patient', scope: ALL, patient: 'to-ehr' },
};

/** What else may bound one of the staff. */
export const STAFF_SCOPES: readonly Asker[] = [
  'user/Observation.rs?date=ge2026-08-02 user/Patient.rs',
  'user/Observation.rus user/Goal.cruds system/*.r',
  'user/*.rs?_tag=shared',
  'user/CareTeam.cruds',
].map(scope => staff('anna', scope));
