// A consent of a criminal justice referral that is not to be revoked yet stays: 42 CFR 2.35(c).
import { endsTooEarly, TOO_EARLY } from '../access/criminal-justice.ts';
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
 * Throws `business-rule` where a Consent is revoked, deleted or made revocable before its event: the one that is there, or the one that
 * is sent, says that this may not be. What was entered in error may be ended.
 */
export async function demandRevocable(
  { id, after, path = '' }: Ending,
  grant: Grant,
  context: Context,
): Promise<void> {
  if (after?.status === 'entered-in-error') return;
  const before = isId(id) ? await context.store.read('Consent', id, grant) : undefined;
  const standing = before === undefined || before.deleted ? undefined : parseBody(before.body).resource;
  if (endsTooEarly(asConsent(standing), asConsent(after)))
    throw new FhirError('business-rule', [{ path: `${path}Consent.status`, message: TOO_EARLY }]);
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

const asConsent = (resource: AnyResource | undefined): Consent | undefined =>
  resource as unknown as Consent | undefined;
