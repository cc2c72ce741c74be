// A consent of a criminal justice referral that is not to be revoked yet stays: 42 CFR 2.35(c).
import { isIrrevocable } from '../access/criminal-justice.ts';
import type { Grant } from '../access/grant.ts';
import { parseBody } from '../fhir/body.ts';
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { AnyResource, Consent } from '../fhir/types.ts';
import type { Context } from './context.ts';
import { criteriaPlan } from './criteria.ts';

export interface Ending {
  /** Logical id of the Consent, where that is known. */
  id?: string;
  /** What it is to be; absent where it is deleted. */
  after?: AnyResource;
  /** Prefix of the path. */
  path?: string;
}

/**
 * Throws `business-rule` where a Consent is revoked or deleted before its event: the one that is there, or the one that
 * is sent, says that this may not be. What was entered in error may be ended.
 */
export async function demandRevocable(
  { id, after, path = '' }: Ending,
  grant: Grant,
  context: Context,
): Promise<void> {
  if (after !== undefined && after.status !== 'inactive') return;
  if (after !== undefined && isIrrevocable(after as unknown as Consent)) throw refusal(path);
  if (after !== undefined && hasHappened(after)) return;
  const before = isId(id) ? await context.store.read('Consent', id, grant) : undefined;
  if (before === undefined || before.deleted) return;
  const consent = parseBody(before.body).resource as unknown as Consent;
  if (consent.status === 'active' && isIrrevocable(consent)) throw refusal(path);
}

/** Which Consent a conditional update is about, as far as can be known before its commit. */
export async function consentMatched(
  { type, query }: { type: string; query: string },
  grant: Grant,
  context: Context,
): Promise<{ id?: string }> {
  if (type !== 'Consent') return {};
  const { matches } = await context.store.search(criteriaPlan(type, query, context, grant), grant);
  return matches.length === 1 ? { id: matches[0]!.id } : {};
}

/** What is sent still is such a consent, and says when the event happened. */
function hasHappened(after: AnyResource): boolean {
  const consent = after as unknown as Consent;
  const { extension = [], ...rest } = consent;
  const undated = extension.filter(one => one.valueDate === undefined);
  return isIrrevocable({ ...rest, extension: undated });
}

const refusal = (path: string): FhirError =>
  new FhirError('business-rule', [
    {
      path: `${path}Consent.status`,
      message:
        'By 42 CFR 2.35(c) this consent may be revoked once the event that it names has happened. Where it has, the Consent ' +
        'says on what day (extension part2-event-on).',
    },
  ]);
