// The client that is explained, as a request of its would come: what it is registered for by now.
import { callerOf, principalOf } from '../../../access/authenticate.ts';
import { EMERGENCY_PURPOSES } from '../../../access/emergency.ts';
import { withExceptions } from '../../../access/exceptions.ts';
import type { Principal } from '../../../access/grant.ts';
import { withMemberships } from '../../../access/membership.ts';
import { impliedPurposes } from '../../../access/oauth/purpose.ts';
import { parseScopes } from '../../../access/scope.ts';
import type { Context } from '../../context.ts';
import { bad } from '../parameters.ts';

export interface Subject {
  principal: Principal;
  /** Its requests are refused before anything is decided. */
  disabled: boolean;
}

/** `client`: who asks, unless told. Throws `invalid-value` where there is none, or it may not claim a purpose. */
export async function subjectOf(
  client: string | undefined,
  asked: readonly string[],
  { registry, base, clock }: Context,
  asker: Principal,
): Promise<Subject> {
  if (client === undefined || client === asker.client) {
    if (asked.length > 0) throw bad('It is that of your own token.', 'purpose');
    return { principal: asker, disabled: false };
  }
  const entry = await registry.client(client);
  if (entry === undefined) throw bad('No client of this id is registered.', 'client');
  if (asked.some(purpose => !entry.purposes.includes(purpose)))
    throw bad('The client is not registered for it.', 'purpose');
  if (asked.some(purpose => EMERGENCY_PURPOSES.has(purpose)))
    throw bad(
      'An emergency is stated for one token, and shows what names one person: 42 CFR 2.51.',
      'purpose',
    );
  const granted = {
    scopes: parseScopes(entry.scope, base),
    purposes: asked.length === 0 ? impliedPurposes(entry) : [...new Set(asked)],
  };
  const caller = principalOf(callerOf(entry, {}, granted), await registry.organizations());
  const member = await withMemberships(caller, registry, clock());
  const principal = await withExceptions(member, registry, {}, clock());
  return { principal, disabled: entry.disabled };
}
