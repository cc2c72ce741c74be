// Is what a token says still so? Asked for every request: a client may be disabled, or a token revoked,
// between two of them, on whichever server.
import type { CallerEntry, ClientEntry, Registry } from '../../store/registry.ts';
import { EMERGENCY_PURPOSES } from '../emergency.ts';
import type { TokenPlace, VerifiedToken } from './access-token.ts';

export interface Standing extends Pick<CallerEntry, 'lines'> {
  client: ClientEntry;
}

/** Whose a token is, and lines of `members` (Registry.caller); undefined where it is no longer good. */
export async function standingClient(
  place: TokenPlace,
  registry: Registry,
  token: VerifiedToken,
  members: readonly string[] = [],
): Promise<Standing | undefined> {
  if (token.expires <= place.clock()) return undefined;
  if (token.kid !== undefined && (await place.keys.find(token.kid)) === undefined) return undefined;
  const { client, revoked, lines } = await registry.caller(token.client, token.jti, members);
  if (client === undefined || client.disabled || revoked) return undefined;
  // It became another's since: what was granted to the one is not the other's.
  if (client.organization !== token.organization || client.role !== token.role) return undefined;
  const { issuer } = token;
  if (issuer !== undefined && !(client.issuer?.iss === issuer.iss && client.issuer.sub === issuer.sub))
    return undefined;
  return { client, lines };
}

/**
 * Of the purposes that a token was given for, those that its client is still registered for. A token is for an
 * emergency where it names one, and then for nothing else.
 */
export const standingPurposes = (client: ClientEntry, token: VerifiedToken): readonly string[] =>
  client.purposes
    .filter(purpose => token.purposes?.includes(purpose) ?? true)
    .filter(purpose => EMERGENCY_PURPOSES.has(purpose) === (token.emergency !== undefined));
