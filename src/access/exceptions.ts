// What of the exceptions of 42 CFR Part 2 stands for a caller, asked for every request: an entry may be ended
// between two of them, on whichever server.
import type { Registry } from '../store/registry.ts';
import { agreementsOf } from './audit-agreement.ts';
import { ordersOf } from './court-order.ts';
import type { Principal } from './grant.ts';
import { refused, type VerifiedToken } from './oauth/access-token.ts';
import { LEGAL } from './purpose.ts';

/**
 * The caller with what is written down for it; the very same object where there is nothing. `at`: ms. Throws
 * `unauthenticated` where its token is for an emergency that nobody has stated.
 */
export async function withExceptions(
  principal: Principal,
  registry: Registry,
  token: Pick<VerifiedToken, 'emergency'>,
  at: number,
): Promise<Principal> {
  if (token.emergency !== undefined) return inEmergency(principal, registry, token.emergency.id);
  const { role, purposes } = principal;
  const agreements =
    role === 'auditor' && purposes.length > 0
      ? agreementsOf(principal, await registry.exceptions('agreement'), at)
      : [];
  const orders = purposes.includes(LEGAL)
    ? ordersOf(principal, await registry.exceptions('court-order'), at)
    : [];
  if (agreements.length === 0 && orders.length === 0) return principal;
  return {
    ...principal,
    ...(agreements.length === 0 ? {} : { agreements }),
    ...(orders.length === 0 ? {} : { orders }),
  };
}

async function inEmergency(principal: Principal, registry: Registry, id: string): Promise<Principal> {
  const entry = await registry.exception('emergency', id);
  if (entry === undefined || entry.client !== principal.client) throw refused();
  const { patient, program } = entry;
  return { ...principal, emergency: { id, patient, ...(program === undefined ? {} : { program }) } };
}
