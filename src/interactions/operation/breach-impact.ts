// $breach-impact: whom and what a client, or somebody who used one, saw or wrote in a stretch of time.
// 42 CFR 2.16(b) applies the breach notification of 45 CFR 164.400-414 to Part 2 programs.
import type { Grant, Principal } from '../../access/grant.ts';
import { type Impact, impactOf, type Touched } from '../../audit/impact.ts';
import { instantOf } from '../../fhir/body.ts';
import { FhirError } from '../../fhir/error.ts';
import type { JsonObject } from '../../fhir/types.ts';
import { UNKNOWN_PERSON } from '../../search/persons.ts';
import { attempt } from '../attempt.ts';
import type { Context } from '../context.ts';
import type { Reply } from '../request.ts';
import { trailRows } from '../trail.ts';
import type { Call, Operation } from './operation.ts';
import { bad, csvReply, namesOf, one, parametersReply, part, periodOf } from './parameters.ts';

/** Resources over all people. They are held in memory, and so is the answer. */
const MOST = 100_000;
/** Without unreasonable delay and no later than so many days after discovery (45 CFR 164.404(b)). */
const NOTIFY_DAYS = 60;
const DAY = 86_400_000;

export const breachImpact: Operation = {
  name: 'breach-impact',
  title: 'Impact of a breach',
  description:
    'Whom a client, or a member of the staff who used one, saw or wrote about within a time, and when: for the notification ' +
    'after a breach (42 CFR 2.16). For the program whose records they are, and its auditor.',
  answer:
    'client, user, period, patients (how many), discovered, notify-by (60 days later), and for each patient: date, and ' +
    'each resource with its reference, date, and how (read, written). As CSV: a line for each resource of each patient.',
  on: 'system',
  parameters: [
    { name: 'client', type: 'string', documentation: 'Id of a registered client.' },
    { name: 'user', type: 'string', documentation: 'Who used a client: Practitioner/id.' },
    { name: 'start', type: 'dateTime', documentation: 'From then on.' },
    {
      name: 'end',
      type: 'dateTime',
      documentation: 'Until then, all that its precision stands for included.',
    },
    { name: 'discovered', type: 'date', documentation: 'When the breach was discovered: today unless told.' },
  ],
  run,
};

function run({ request, given: read }: Call, context: Context, principal: Principal): Promise<Reply> {
  return attempt({ ...request, action: 'breach-impact' }, context, principal, async audit => {
    const grant = audit.decide([{ type: 'AuditEvent', use: 'search' }]);
    demandReader(principal, grant);
    const given = read();
    const [client, user] = [one(given, 'client'), one(given, 'user')];
    if (client === undefined && user === undefined) throw bad('Say which client or which user.', 'client');
    if (user !== undefined && !/^Practitioner\/[^/]+$/.test(user))
      throw bad('Expected Practitioner/id.', 'user');
    const period = periodOf(given);
    const who = { ...(client === undefined ? {} : { client }), ...(user === undefined ? {} : { user }) };
    const rows = trailRows({ ...who, ...period }, context, grant);
    const impact = await impactOf(rows, grant.audit, MOST);
    if (impact === undefined)
      throw new FhirError('too-large', `It concerns more than ${MOST} resources: ask for less time at once.`);
    await audit.record([], namesOf(given));
    const discovered = one(given, 'discovered') ?? dateOf(context.clock());
    return request.csv ? csvOf(impact) : parametersOf({ who, period, discovered }, impact);
  });
}

function demandReader({ role }: Principal, grant: Grant): void {
  if ((role !== 'program' && role !== 'auditor') || grant.audit.kind === 'none')
    throw new FhirError('forbidden', 'The impact of a breach is for the program and its auditor.');
}

interface Asked {
  who: { client?: string; user?: string };
  period: { since?: number; until?: number };
  discovered: string;
}

function parametersOf({ who, period: { since, until }, discovered }: Asked, impact: Impact): Reply {
  const bounds = {
    ...(since === undefined ? {} : { start: instantOf(since) }),
    ...(until === undefined ? {} : { end: instantOf(until) }),
  };
  return parametersReply([
    ...part('client', who.client === undefined ? undefined : { valueString: who.client }),
    ...part('user', who.user === undefined ? undefined : { valueReference: { reference: who.user } }),
    ...part('period', Object.keys(bounds).length === 0 ? undefined : { valuePeriod: bounds }),
    { name: 'patients', valueInteger: impact.size },
    { name: 'discovered', valueDate: discovered },
    { name: 'notify-by', valueDate: dateOf(Date.parse(discovered) + NOTIFY_DAYS * DAY) },
    ...[...impact].map(([patient, about]) => ({ name: 'patient', part: personParts(patient, about) })),
  ]);
}

function personParts(patient: string, about: ReadonlyMap<string, Touched>): JsonObject[] {
  const times = [...about.values()];
  const first = times.reduce((least, time) => Math.min(least, time.first), Number.POSITIVE_INFINITY);
  const last = times.reduce((most, time) => Math.max(most, time.last), 0);
  return [
    ...part(
      'patient',
      patient === UNKNOWN_PERSON ? undefined : { valueReference: { reference: `Patient/${patient}` } },
    ),
    { name: 'date', valuePeriod: { start: instantOf(first), end: instantOf(last) } },
    ...[...about].map(([reference, time]) => ({
      name: 'resource',
      part: [
        { name: 'reference', valueReference: { reference } },
        { name: 'date', valuePeriod: { start: instantOf(time.first), end: instantOf(time.last) } },
        ...howOf(time).map(valueCode => ({ name: 'how', valueCode })),
      ],
    })),
  ];
}

const howOf = ({ read, written }: Touched): string[] => [
  ...(read ? ['read'] : []),
  ...(written ? ['written'] : []),
];

const COLUMNS = ['patient', 'resource', 'how', 'from', 'to'];

function csvOf(impact: Impact): Reply {
  const rows = [...impact].flatMap(([patient, about]) =>
    [...about].map(([resource, time]) => [
      patient === UNKNOWN_PERSON ? '' : patient,
      resource,
      howOf(time).join(' '),
      instantOf(time.first),
      instantOf(time.last),
    ]),
  );
  return csvReply(COLUMNS, rows);
}

/** ms since the epoch -> `2026-11-28`, UTC. */
const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
