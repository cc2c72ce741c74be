// The token endpoint: SMART Backend Services.
// https://hl7.org/fhir/smart-app-launch/backend-services.html, RFC 6749 section 4.4, RFC 7523
import { EMERGENCY_LIFETIME } from '../emergency.ts';
import { signToken } from './access-token.ts';
import { verifyAssertion } from './assertion.ts';
import { audited, type OAuthRequest } from './audited.ts';
import { openEmergency } from './emergency.ts';
import { OAuthError } from './error.ts';
import { demand, type Form, one } from './form.ts';
import { cutScope } from './granted-scope.ts';
import type { OAuthPlace } from './place.ts';
import { cutPurposes } from './purpose.ts';

/** RFC 6749, section 5.1. */
export interface TokenAnswer {
  access_token: string;
  token_type: 'bearer';
  /** Seconds. */
  expires_in: number;
  scope: string;
}

/** Without a scope (RFC 6749, section 3.3): all that the client is registered for. Throws OAuthError. */
export function issueToken(place: OAuthPlace, request: OAuthRequest): Promise<TokenAnswer> {
  return audited(place, 'token', request, async (form, claimed) => {
    demandGrantType(form);
    const { client, claims } = await verifyAssertion(place, form, claimed);
    const scope = cutScope(one(form, 'scope') ?? client.scope, client.scope);
    const purposes = cutPurposes(client, form, claims);
    const { id, organization, role } = client;
    const stated = await openEmergency(place, client, form, purposes);
    const emergency = stated && { id: stated.id, patient: stated.patient };
    const granted = { client: id, organization, role, scope, purposes, ...(emergency && { emergency }) };
    const lifetime = emergency === undefined ? place.lifetime : EMERGENCY_LIFETIME;
    return {
      access_token: await signToken(place, granted, lifetime),
      token_type: 'bearer',
      expires_in: lifetime,
      scope,
    };
  });
}

function demandGrantType(form: Form): void {
  if (demand(form, 'grant_type') !== 'client_credentials')
    throw new OAuthError('unsupported_grant_type', 'grant_type: expected client_credentials.');
}
