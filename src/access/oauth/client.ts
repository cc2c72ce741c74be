// What a client's entry must be like, and what it is where nothing is said.
import { FhirError } from '../../fhir/error.ts';
import { isId } from '../../fhir/id.ts';
import type { ClientEntry, PublicJwk, RecipientKind, Registry } from '../../store/registry.ts';
import { ROLES, type Role } from '../grant.ts';
import { parseScopes } from '../scope.ts';
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

const DEFAULT_RECIPIENT: Readonly<Record<Role, RecipientKind>> = {
  program: 'part2-program',
  ehr: 'covered-entity',
  payer: 'covered-entity',
  patient: 'other-lawful-holder',
  representative: 'other-lawful-holder',
  auditor: 'other-lawful-holder',
  admin: 'other-lawful-holder',
};

const RECIPIENTS: readonly RecipientKind[] = [
  'covered-entity',
  'business-associate',
  'other-lawful-holder',
  'part2-program',
];

/** v3-ActReason, PurposeOfUse: what a client may be registered for. Emergencies are claimed case by case. */
export const PURPOSES: ReadonlySet<string> = new Set(
  (
    'TREAT COC HPAYMT COVERAGE ELIGVER ELIGDTRM COVAUTH CLMATTCH REMITADV HOPERAT CAREMGT HQUALIMP HACCRED ' +
    'HCOMPL HDM HPRGRP HSYSADMIN HLEGAL PATRQT FAMRQT SUPNWK PWATRNY HRESCH HMARKT PUBHLTH'
  ).split(' '),
);

const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/;
export const isClientId = (text: unknown): text is string => typeof text === 'string' && CLIENT_ID.test(text);

const MEMBERS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'organization',
  'role',
  'scope',
  'purposes',
  'recipient',
  'patient',
  'practitioner',
  'keys',
  'issuer',
  'disabled',
]);

/**
 * Reads an entry that a person wrote (JSON). What is left out is what its role has. Throws `invalid-value`
 * with the path of each thing that is wrong; repeats no value.
 */
export function readClient(value: unknown): ClientEntry {
  const given = demandObject(value, 'client');
  const { id, name, organization, role, scope, purposes, recipient, patient, practitioner } = given;
  const wrong: string[] = Object.keys(given)
    .filter(member => !MEMBERS.has(member))
    .map(() => 'client: holds a member that is not known');
  const demand = (holds: boolean, what: string): void => {
    if (!holds) wrong.push(what);
  };
  demand(isClientId(id), 'id: expected letters, digits, and . _ ~ -, at most 64');
  demand(name === undefined || isLine(name), 'name: expected one line of at most 200 characters');
  demand(isId(organization), "organization: expected an Organization's logical id");
  demand(ROLES.includes(role as Role), `role: expected one of ${ROLES.join(', ')}`);
  demand(
    typeof scope === 'string' && isScope(scope),
    'scope: expected SMART scopes that name resource types',
  );
  demand(
    purposes === undefined || (Array.isArray(purposes) && purposes.every(one => PURPOSES.has(one as string))),
    'purposes: expected codes of v3-ActReason purposes of use; BTG and ETREAT are claimed case by case',
  );
  demand(
    recipient === undefined || RECIPIENTS.includes(recipient as RecipientKind),
    `recipient: expected one of ${RECIPIENTS.join(', ')}`,
  );
  const acts = role === 'patient' || role === 'representative';
  // One that an issuer vouches for may be many people's: then each token says whose.
  const many = acts && patient === undefined && given.issuer !== undefined;
  demand(
    many || (acts ? isId(patient) : patient === undefined),
    "patient: the Patient's logical id, for these roles alone: patient, representative",
  );
  demand(
    practitioner === undefined || isId(practitioner),
    "practitioner: expected a Practitioner's logical id",
  );
  demand(
    given.disabled === undefined || typeof given.disabled === 'boolean',
    'disabled: expected true or false',
  );
  if (wrong.length > 0)
    throw new FhirError(
      'invalid-value',
      wrong.map(message => ({ message })),
    );
  return {
    id: id as string,
    name: (name as string | undefined) ?? (id as string),
    organization: organization as string,
    role: role as Role,
    scope: scope as string,
    purposes: (purposes as string[] | undefined) ?? DEFAULT_PURPOSES[role as Role],
    recipient: (recipient as RecipientKind | undefined) ?? DEFAULT_RECIPIENT[role as Role],
    ...(patient === undefined ? {} : { patient: patient as string }),
    ...(practitioner === undefined ? {} : { practitioner: practitioner as string }),
    keys: readKeys(given.keys),
    ...(given.issuer === undefined ? {} : { issuer: readIssuer(given.issuer) }),
    disabled: given.disabled === true,
  };
}

/** Two ways to say which keys: by value, or where they are published. Without either it has none. */
export function readKeys(value: unknown): ClientEntry['keys'] {
  if (value === undefined) return { jwks: { keys: [] } };
  const { jwks, jwksUrl } = demandObject(value, 'keys');
  if (jwks !== undefined && jwksUrl === undefined) return { jwks: readJwks(jwks) };
  if (jwks === undefined && typeof jwksUrl === 'string' && isUrl(jwksUrl)) return { jwksUrl };
  throw new FhirError('invalid-value', 'keys: expected jwks (a key set) or jwksUrl (an https URL)');
}

/** A key set with public keys only; a single key is a set of one. */
export function readJwks(value: unknown): { keys: PublicJwk[] } {
  const given = demandObject(value, 'jwks');
  const keys = given.keys === undefined && given.kty !== undefined ? [given] : given.keys;
  if (!Array.isArray(keys) || keys.length > MOST_KEYS)
    throw new FhirError('invalid-value', `jwks: expected an object with at most ${MOST_KEYS} keys`);
  const read = keys.map((key, at) => readJwk(key, `jwks.keys[${at}]`));
  if (new Set(read.map(({ kid }) => kid)).size < read.length)
    throw new FhirError('invalid-value', 'jwks: two keys have the same kid');
  return { keys: read };
}

const MOST_KEYS = 20;
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

function readJwk(value: unknown, where: string): PublicJwk {
  const jwk = demandObject(value, where);
  const bad = (what: string) => new FhirError('invalid-value', `${where}: ${what}`);
  if (PRIVATE.some(member => member in jwk))
    throw bad('is a private key: give the public part alone, and use another key from now on');
  if (typeof jwk.kid !== 'string' || jwk.kid === '') throw bad('has no kid');
  const fits = jwk.kty === 'RSA' ? isRsa(jwk) : jwk.kty === 'EC' && jwk.crv === 'P-384';
  if (!fits) throw bad('expected an RSA key of 2048 bits or more (RS384) or an EC key on P-384 (ES384)');
  return jwk;
}

const isRsa = ({ n }: Readonly<Record<string, unknown>>): boolean =>
  typeof n === 'string' && Buffer.from(n, 'base64url').length >= 256;

function readIssuer(value: unknown): { iss: string; sub: string } {
  const { iss, sub } = demandObject(value, 'issuer');
  if (typeof iss === 'string' && isUrl(iss) && typeof sub === 'string' && sub !== '') return { iss, sub };
  throw new FhirError('invalid-value', 'issuer: expected iss (an https URL) and sub');
}

function demandObject(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new FhirError('invalid-value', `${where}: expected an object`);
}

const isLine = (text: unknown): boolean => typeof text === 'string' && /^[^\p{Cc}]{1,200}$/u.test(text);

/** What may be fetched is judged where it is fetched. */
const isUrl = (text: string): boolean =>
  text.length <= 2000 && /^https?:\/\/[^\s@#]+$/.test(text) && URL.canParse(text);

function isScope(text: string): boolean {
  try {
    return parseScopes(text).length > 0;
  } catch {
    return false;
  }
}

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
