// The frame of every interaction: one Grant, one audit row. The row of a read is durable before the
// answer leaves; the row of a write rides in its commit; whatever fails leaves a row with its code.
import type { Asked } from '../access/decide.ts';
import { DIRECTORY_TYPES } from '../access/directory.ts';
import type { Grant, Principal } from '../access/grant.ts';
import { seenIn } from '../audit/row.ts';
import { FhirError, notFound } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { AuditDraft } from '../store/port/audit.ts';
import type { Version } from '../store/port.ts';
import type { Context } from './context.ts';
import { recordEmergency, tellsOfPerson } from './emergency.ts';
import { type Answer, carriedBy, type Reply } from './request.ts';

/** What is attempted, for the audit row. */
export interface Subject {
  /** X-Request-Id. */
  request: string;
  action: string;
  type?: string | undefined;
  id?: string | undefined;
}

export interface Attempt {
  /** Throws `forbidden` where scope or role put what is asked out of reach. */
  decide(asked: readonly Asked[]): Grant;
  /** Records what is about to go out. `params`: names of the search parameters, never values. */
  record(versions: readonly Version[], params?: readonly string[]): Promise<void>;
  /** The row for `store.transact`, which from then on answers for it. */
  handOver(): AuditDraft;
}

/**
 * Runs one interaction. An unknown resource type is `not-found` here, before anything is asked.
 * `unavailable` where the audit row cannot be written.
 */
export async function attempt<R extends Answer = Reply>(
  subject: Subject,
  context: Context,
  principal: Principal,
  run: (attempt: Attempt) => Promise<R>,
): Promise<R> {
  let draft = draftOf(subject, principal);
  let settled = false;
  const tools: Attempt = {
    decide: asked => {
      const grant = context.decide(principal, asked);
      draft = { ...draft, reasons: grant.reasons };
      return grant;
    },
    record: async (versions, params) => {
      if (tellsOfPerson(versions, principal)) await recordEmergency(subject.request, context, principal);
      settled = true;
      return context.store.record({
        ...draft,
        ...seenIn(versions),
        ...(params === undefined ? {} : { params }),
      });
    },
    handOver: () => {
      settled = true;
      return draft;
    },
  };
  try {
    if (subject.type !== undefined && !isResourceType(subject.type)) throw notFound();
    const answer = await run(tools);
    if (tellsInEmergency(answer, subject, principal))
      await recordEmergency(subject.request, context, principal);
    return answer;
  } catch (error) {
    if (!settled) await context.store.record({ ...draft, outcome: codeOf(error) });
    throw error;
  }
}

/** A number tells of the person too; and of what a transaction counted nobody is told here. */
const tellsInEmergency = (answer: Answer, { action, type = '' }: Subject, principal: Principal): boolean =>
  principal.emergency !== undefined &&
  (tellsOfPerson(carriedBy(answer), principal) ||
    action === 'transaction' ||
    ('bundle' in answer && (answer.bundle.total ?? 0) > 0 && !DIRECTORY_TYPES.has(type)));

/** Who asks, and for what purpose. */
export function callerOf(
  principal: Principal,
): Pick<AuditDraft, 'client' | 'organization' | 'role' | 'purpose' | 'user'> {
  const { client, organization, role, purposes: purpose } = principal;
  const user = userOf(principal);
  return {
    client,
    organization,
    role,
    ...(purpose.length === 0 ? {} : { purpose }),
    ...(user === undefined ? {} : { user }),
  };
}

function userOf({ practitioner, relatedPerson, patient, role }: Principal): string | undefined {
  if (practitioner !== undefined) return `Practitioner/${practitioner}`;
  if (relatedPerson !== undefined) return `RelatedPerson/${relatedPerson}`;
  return role === 'patient' && patient !== undefined ? `Patient/${patient}` : undefined;
}

const codeOf = (error: unknown): string => (error instanceof FhirError ? error.code : 'internal');

/** Type and id come from a URL: what is neither is not written down. */
export function draftOf(subject: Subject, principal: Principal): AuditDraft {
  return {
    request: subject.request,
    ...callerOf(principal),
    action: subject.action,
    ...(isResourceType(subject.type) ? { type: subject.type } : {}),
    ...(isId(subject.id) ? { id: subject.id } : {}),
    outcome: 'ok',
    reasons: [],
    patients: [],
    versions: [],
  };
}
