// Purpose of use: what a token is asked for, by form field or by the assertion (UDAP's B2B extension).
import type { ClientEntry } from '../../store/registry.ts';
import { EMERGENCY_PURPOSES } from '../emergency.ts';
import { DEFAULT_PURPOSES } from './client.ts';
import { OAuthError } from './error.ts';
import type { Form } from './form.ts';

/** v3-ActReason as a prefix, by object identifier or by URL. */
const SYSTEM =
  /^(urn:oid:2\.16\.840\.1\.113883\.5\.8|http:\/\/terminology\.hl7\.org\/CodeSystem\/v3-ActReason)[#|]/;

/**
 * The purposes that a token is given for: those asked for, all of which the client must be registered for.
 * Where none is asked for: the one its role has by itself, or the only one it is registered for.
 */
export function cutPurposes(
  client: ClientEntry,
  form: Form,
  claims: Readonly<Record<string, unknown>>,
): string[] {
  const asked = [...(form.get('purpose_of_use') ?? []), ...claimedPurposes(claims)].map(text =>
    text.replace(SYSTEM, ''),
  );
  if (asked.length === 0) return impliedPurposes(client);
  if (asked.some(purpose => !client.purposes.includes(purpose)))
    throw new OAuthError(
      'invalid_request',
      'purpose_of_use names a purpose that the client is not registered for.',
    );
  return [...new Set(asked)];
}

/** What a token is for where nothing is said: never an emergency. */
export function impliedPurposes({ role, purposes: registered }: ClientEntry): string[] {
  const purposes = registered.filter(purpose => !EMERGENCY_PURPOSES.has(purpose));
  const usual = DEFAULT_PURPOSES[role].filter(purpose => purposes.includes(purpose));
  return usual.length === 0 && purposes.length === 1 ? [...purposes] : usual;
}

function claimedPurposes({ extensions }: Readonly<Record<string, unknown>>): string[] {
  const b2b = (extensions as Record<string, unknown> | undefined | null)?.['hl7-b2b'];
  const purposes = (b2b as Record<string, unknown> | undefined | null)?.purpose_of_use;
  if (purposes === undefined) return [];
  if (Array.isArray(purposes) && purposes.every(purpose => typeof purpose === 'string')) return purposes;
  throw new OAuthError('invalid_request', 'extensions.hl7-b2b.purpose_of_use: expected an array of codes.');
}
