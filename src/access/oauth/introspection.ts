// What has become of a token (RFC 7662), and ending one before its time (RFC 7009). Both for clients that prove
// who they are, as at the token endpoint, and about tokens of their own Organization or their own.

import { FhirError } from '../../fhir/error.ts';
import type { ClientEntry } from '../../store/registry.ts';
import { audienceOf, type VerifiedToken, verifyToken } from './access-token.ts';
import { verifyAssertion } from './assertion.ts';
import { audited, type OAuthRequest } from './audited.ts';
import { OAuthError } from './error.ts';
import { demand } from './form.ts';
import type { OAuthPlace } from './place.ts';
import { standingClient } from './standing.ts';

export type Introspection =
  | { active: false }
  | {
      active: true;
      scope: string;
      client_id: string;
      token_type: 'bearer';
      /** Seconds since the epoch. */
      exp: number;
      iat: number;
      sub: string;
      aud: string;
      iss: string;
      jti: string;
    };

/** A token that is not good, or not of the asker's Organization, is answered alike. Throws OAuthError. */
export function introspectToken(place: OAuthPlace, request: OAuthRequest): Promise<Introspection> {
  return audited(place, 'introspect', request, async (form, claimed) => {
    const { client } = await verifyAssertion(place, form, claimed);
    const token = await goodToken(place, demand(form, 'token'));
    return token !== undefined && token.organization === client.organization
      ? description(place, token)
      : { active: false };
  });
}

/** Ends a token of the client itself. One that is over, or never was one, needs no ending. Throws OAuthError. */
export function revokeToken(place: OAuthPlace, request: OAuthRequest): Promise<undefined> {
  return audited(place, 'revoke', request, async (form, claimed) => {
    const { client } = await verifyAssertion(place, form, claimed);
    const token = await readToken(place, demand(form, 'token'));
    if (token === undefined) return undefined;
    demandOwn(client, token);
    await place.registry.revokeToken(token.jti, token.expires);
    return undefined;
  });
}

function demandOwn(client: ClientEntry, token: VerifiedToken): void {
  if (token.client !== client.id)
    throw new OAuthError('unauthorized_client', 'The token was not issued to this client.');
}

async function goodToken(place: OAuthPlace, text: string): Promise<VerifiedToken | undefined> {
  const token = await readToken(place, text);
  if (token === undefined) return undefined;
  return (await standingClient(place, place.registry, token)) === undefined ? undefined : token;
}

async function readToken(place: OAuthPlace, text: string): Promise<VerifiedToken | undefined> {
  try {
    return await verifyToken(place, text);
  } catch (error) {
    if (error instanceof FhirError && error.code === 'unauthenticated') return undefined;
    throw error;
  }
}

const description = (place: OAuthPlace, token: VerifiedToken): Introspection => ({
  active: true,
  scope: token.scope,
  client_id: token.client,
  token_type: 'bearer',
  exp: token.expires / 1000,
  iat: token.issued / 1000,
  sub: token.client,
  aud: audienceOf(place),
  iss: audienceOf(place),
  jti: token.jti,
});
