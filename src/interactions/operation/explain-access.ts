// {type}/{id}/$explain-access: why a client sees a resource, or why not; and what of a patient it would see. The
// decision is what the store answers to the very Grant that a request of that client would get, and each reason
// is a piece of that Grant, asked alone. Whatever is asked is narrowed by the Grant of who asks, so that nobody
// learns of a record by asking what others see of it.
import { conditionsOf } from '../../access/explain.ts';
import type { Principal, Use } from '../../access/grant.ts';
import { ALL } from '../../access/rule.ts';
import { scopesFor } from '../../access/scope.ts';
import { PURPOSE } from '../../audit/event-codes.ts';
import { FhirError, notFound } from '../../fhir/error.ts';
import { isId, isTrailId } from '../../fhir/id.ts';
import type { JsonObject } from '../../fhir/types.ts';
import type { Version } from '../../store/port.ts';
import { attempt } from '../attempt.ts';
import type { Context } from '../context.ts';
import { findCurrent } from '../read.ts';
import type { Reply } from '../request.ts';
import { readEvent } from '../trail.ts';
import { countTypes } from './explain/count.ts';
import { evidenceOf } from './explain/evidence.ts';
import { readWithin, type Seen } from './explain/seen.ts';
import { subjectOf } from './explain/subject.ts';
import type { Call, Operation } from './operation.ts';
import { bad, namesOf, one, parametersReply } from './parameters.ts';

const USES: readonly Use[] = ['read', 'search', 'history', 'update', 'delete'];

export const explainAccess: Operation = {
  name: 'explain-access',
  title: 'Explain access',
  description:
    'Which scope, rule, roster and provision of a Consent lets a client see a resource, or keeps it from it. For the ' +
    'program whose record it is and for the person whom it is about. With everything=true, on a Patient: how much of each ' +
    'type the client would see of that person.',
  answer:
    'decision (permit or deny), resource, interaction, client, organization, role, purpose, and a reason for each thing ' +
    'that was asked: its name, whether it holds, and behind scopes, consents and rosters what they are. With ' +
    'everything=true a count for each type: visible, of, and for how many each reason holds.',
  on: 'Resource',
  parameters: [
    { name: 'client', type: 'string', documentation: 'Id of a registered client; who asks, unless told.' },
    {
      name: 'purpose',
      type: 'code',
      many: true,
      documentation:
        "v3-ActReason that its token is for, of those it is registered for; its role's own unless told.",
    },
    { name: 'interaction', type: 'code', documentation: `${USES.join(', ')}; read unless told.` },
    { name: 'everything', type: 'boolean', documentation: 'Of a Patient: count what the client would see.' },
  ],
  run,
};

function run({ request, given: read }: Call, context: Context, principal: Principal): Promise<Reply> {
  const { type = '', id = '' } = request;
  return attempt({ ...request, action: 'explain-access' }, context, principal, async audit => {
    const grant = audit.decide([{ type, use: 'read' }]);
    if (principal.role !== 'program' && principal.role !== 'patient')
      throw new FhirError('forbidden', 'What others see is told to the program and the patient.');
    const given = read();
    const use = (one(given, 'interaction') ?? 'read') as Use;
    if (!USES.includes(use)) throw bad(`Expected one of ${USES.join(', ')}.`, 'interaction');
    const everything = one(given, 'everything') === 'true';
    if (everything && type !== 'Patient')
      throw bad('Only what is seen of a Patient can be counted.', 'everything');
    const version = isId(id) ? await findCurrent(type, id, context, grant) : undefined;
    if (version === undefined) throw notFound();
    if (version.deleted) throw new FhirError('gone', 'This resource was deleted.');
    demandOwn(version, principal);
    const subject = await subjectOf(one(given, 'client'), given.get('purpose') ?? [], context, principal);
    const seen: Seen = {
      version,
      use,
      grant,
      subject: subject.principal,
      of: context.decide(subject.principal, []),
    };
    const parts = await explain(seen, subject.disabled, context);
    const counts = everything ? await countTypes(seen, subject.disabled, context) : [];
    await audit.record([version], namesOf(given));
    return parametersReply([...parts, ...counts]);
  });
}

/** A program explains its own record, a person what is about that person. */
function demandOwn({ owner, patients }: Version, { role, organization, patient }: Principal): void {
  const own =
    role === 'program' ? owner === organization : patient !== undefined && patients.includes(patient);
  if (!own) throw new FhirError('forbidden', 'It is no record of yours.');
}

async function explain(seen: Seen, disabled: boolean, context: Context): Promise<JsonObject[]> {
  const { version, use, subject, of } = seen;
  const { type, id } = version;
  if (isTrailId(id)) return explainEvent(seen, disabled, context);
  const because = of.because(type, use);
  const notes = because.notes ?? ALL;
  const [whole, inScope, inNotes] = await Promise.all([
    readWithin(seen, of.narrow(type, use), context),
    readWithin(seen, because.scope, context),
    readWithin(seen, notes, context),
  ]);
  const conditions = await Promise.all(
    conditionsOf(because).map(async one => ({ ...one, holds: await readWithin(seen, one.where, context) })),
  );
  const evidence = await evidenceOf(seen, new Set(conditions.map(one => one.about)), context);
  const reasons = [
    reason('client', !disabled, []),
    reason('scope', inScope, scopeWords(subject, type, use)),
    ...(notes.kind === 'all' ? [] : [reason('notes', inNotes, [])]),
    ...conditions.map(({ rule, about, holds }) =>
      reason(about, holds, [
        ...(about === rule ? [] : [{ name: 'rule', valueCode: rule }]),
        ...(evidence[about] ?? []),
      ]),
    ),
  ];
  return [
    { name: 'decision', valueCode: whole && !disabled ? 'permit' : 'deny' },
    { name: 'resource', valueReference: { reference: `${type}/${id}/_history/${version.version}` } },
    { name: 'interaction', valueCode: use },
    ...who(subject),
    ...reasons,
  ];
}

/** An event of the audit trail has a rule of its own (access/decide.ts, auditReach). */
async function explainEvent(seen: Seen, disabled: boolean, context: Context): Promise<JsonObject[]> {
  const { version, use, subject, of } = seen;
  const { type, id } = version;
  const shown = (await readEvent(id, context, of)) !== undefined;
  const permitted = shown && !disabled && (use === 'read' || use === 'search');
  return [
    { name: 'decision', valueCode: permitted ? 'permit' : 'deny' },
    { name: 'resource', valueReference: { reference: `${type}/${id}` } },
    { name: 'interaction', valueCode: use },
    ...who(subject),
    reason('client', !disabled, []),
    reason('scope', scopesFor(subject, type, use).length > 0, scopeWords(subject, type, use)),
    reason('audit-trail', shown, []),
  ];
}

const scopeWords = (subject: Principal, type: string, use: Use): JsonObject[] =>
  scopesFor(subject, type, use).map(({ text }) => ({ name: 'scope', valueString: text }));

const reason = (name: string, holds: boolean, more: readonly JsonObject[]): JsonObject => ({
  name: 'reason',
  part: [{ name: 'name', valueCode: name }, { name: 'holds', valueBoolean: holds }, ...more],
});

const who = ({ client, organization, role, purposes }: Principal): JsonObject[] => [
  { name: 'client', valueString: client },
  { name: 'organization', valueReference: { reference: `Organization/${organization}` } },
  { name: 'role', valueCode: role },
  ...purposes.map(code => ({ name: 'purpose', valueCoding: { system: PURPOSE, code } })),
];
