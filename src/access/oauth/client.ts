// What a client is where nothing is said of it.
import { FhirError } from '../../fhir/error.ts';
import type { ClientEntry, RecipientKind, Registry } from '../../store/registry.ts';
import type { Role } from '../grant.ts';
import type { TokenClaims } from './access-token.ts';

/** What a role calls for where nothing else is said (v3-ActReason). */
export const DEFAULT_PURPOSES: Readonly<Record<Role, readonly string[]>> = {
  program: ['TREAT'],
  ehr: ['TREAT'],
  payer: ['HPAYMT'],
  patient: [],
  representative: [],
  auditor: [],
  admin: [],
};

export const DEFAULT_RECIPIENT: Readonly<Record<Role, RecipientKind>> = {
  program: 'part2-program',
  ehr: 'covered-entity',
  payer: 'covered-entity',
  patient: 'other-lawful-holder',
  representative: 'other-lawful-holder',
  auditor: 'other-lawful-holder',
  admin: 'other-lawful-holder',
};

export const RECIPIENTS: readonly RecipientKind[] = [
  'covered-entity',
  'business-associate',
  'other-lawful-holder',
  'part2-program',
];

/** v3-ActReason, PurposeOfUse: what a client may be registered for, whatever its role. For emergencies see emergency.ts. */
export const PURPOSES: ReadonlySet<string> = new Set(
  (
    'TREAT COC HPAYMT COVERAGE ELIGVER ELIGDTRM COVAUTH CLMATTCH REMITADV HOPERAT CAREMGT HQUALIMP HACCRED ' +
    'HCOMPL HDM HPRGRP HSYSADMIN HLEGAL PATRQT FAMRQT SUPNWK PWATRNY HRESCH HMARKT PUBHLTH'
  ).split(' '),
);

const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/;
export const isClientId = (text: unknown): text is string => typeof text === 'string' && CLIENT_ID.test(text);

/**
 * The client that a token signed on the server's own command line names. One that is not registered yet is
 * registered without keys, so that it can be disabled like any other. Throws `conflict` where it is another
 * Organization's or has another role, `forbidden` where it is disabled.
 */
export async function knowClient(registry: Registry, claims: TokenClaims): Promise<ClientEntry> {
  const { client: id, organization, role, scope } = claims;
  const known = await registry.client(id);
  if (known === undefined) {
    const entry = keyless({ id, organization, role, scope });
    await registry.putClient(entry);
    return entry;
  }
  if (known.organization !== organization || known.role !== role)
    throw new FhirError('conflict', `The client ${id} is registered for another Organization or role.`);
  if (known.disabled) throw new FhirError('forbidden', `The client ${id} is disabled.`);
  return known;
}

const keyless = (parts: Pick<ClientEntry, 'id' | 'organization' | 'role' | 'scope'>): ClientEntry => ({
  ...parts,
  name: parts.id,
  purposes: DEFAULT_PURPOSES[parts.role],
  recipient: DEFAULT_RECIPIENT[parts.role],
  keys: { jwks: { keys: [] } },
  disabled: false,
});
