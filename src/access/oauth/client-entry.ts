// Reads what a person wrote of a client: by options, or as JSON.
import { FhirError } from '../../fhir/error.ts';
import { isId } from '../../fhir/id.ts';
import type { ClientEntry, PublicJwk, RecipientKind } from '../../store/registry.ts';
import { EMERGENCY_PURPOSES } from '../emergency.ts';
import { ROLES, type Role } from '../grant.ts';
import { parseScopes } from '../scope.ts';
import { DEFAULT_PURPOSES, DEFAULT_RECIPIENT, isClientId, PURPOSES, RECIPIENTS } from './client.ts';

type Given = Readonly<Record<string, unknown>>;

interface Member {
  holds(value: unknown, given: Given): boolean;
  is: string;
}

const optional = (holds: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || holds(value);

/** keys and issuer are read by functions of their own. */
const MEMBERS: Readonly<Record<string, Member>> = {
  id: { holds: isClientId, is: 'letters, digits, and . _ ~ -, at most 64' },
  name: { holds: optional(isLine), is: 'one line of at most 200 characters' },
  organization: { holds: isId, is: "an Organization's logical id" },
  role: { holds: value => ROLES.includes(value as Role), is: `one of ${ROLES.join(', ')}` },
  scope: { holds: isScope, is: 'SMART scopes that name resource types' },
  purposes: {
    holds: fitsPurposes,
    is: 'codes of v3-ActReason purposes of use; of these BTG and ETREAT are for the role ehr',
  },
  recipient: {
    holds: optional(listed => RECIPIENTS.includes(listed as RecipientKind)),
    is: `one of ${RECIPIENTS.join(', ')}`,
  },
  patient: {
    holds: fitsRole,
    is: "a Patient's logical id for the roles patient and representative, and for no other",
  },
  relatedPerson: {
    holds: (value, { role }) => value === undefined || (role === 'representative' && isId(value)),
    is: "a RelatedPerson's logical id for the role representative, and for no other",
  },
  practitioner: { holds: optional(isId), is: "a Practitioner's logical id" },
  keys: { holds: () => true, is: '' },
  issuer: { holds: () => true, is: '' },
  declassify: {
    holds: (value, { role }) => value === undefined || (typeof value === 'boolean' && role === 'program'),
    is: 'true or false, for the role program and for no other',
  },
  disabled: { holds: optional(value => typeof value === 'boolean'), is: 'true or false' },
};

/** An emergency is for medical personnel. */
function fitsPurposes(purposes: unknown, { role }: Given): boolean {
  if (purposes === undefined) return true;
  if (!Array.isArray(purposes)) return false;
  return purposes.every(one => PURPOSES.has(one) || (role === 'ehr' && EMERGENCY_PURPOSES.has(one)));
}

/** One that an issuer vouches for may be many people's: then each token says whose. */
function fitsRole(patient: unknown, { role, issuer }: Given): boolean {
  if (role !== 'patient' && role !== 'representative') return patient === undefined;
  return isId(patient) || (patient === undefined && issuer !== undefined);
}

/**
 * What is left out is what its role has. Throws `invalid-value` that names each member that is wrong; repeats no
 * value.
 */
export function readClient(value: unknown): ClientEntry {
  const given = demandObject(value, 'client');
  const wrong = Object.entries(MEMBERS)
    .filter(([name, { holds }]) => !holds(given[name], given))
    .map(([name, { is }]) => `${name}: expected ${is}`);
  if (Object.keys(given).some(name => !Object.hasOwn(MEMBERS, name)))
    wrong.push('client: holds a member that is not known');
  if (wrong.length > 0)
    throw new FhirError(
      'invalid-value',
      wrong.map(message => ({ message })),
    );
  const { keys, issuer, ...said } = given as Omit<Partial<ClientEntry>, 'keys' | 'issuer'> & Given;
  const role = said.role as Role;
  const usual = {
    name: said.id,
    purposes: DEFAULT_PURPOSES[role],
    recipient: DEFAULT_RECIPIENT[role],
    disabled: false,
  };
  const all = Object.entries({ ...usual, ...withoutAbsent(said) });
  return {
    ...(Object.fromEntries(all) as Omit<ClientEntry, 'keys' | 'issuer'>),
    keys: readKeys(keys),
    ...(issuer === undefined ? {} : { issuer: readIssuer(issuer) }),
  };
}

const withoutAbsent = (given: Given): Given =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

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

function isLine(text: unknown): boolean {
  return typeof text === 'string' && /^[^\p{Cc}]{1,200}$/u.test(text);
}

/** What may be fetched is judged where it is fetched. */
const isUrl = (text: string): boolean =>
  text.length <= 2000 && /^https?:\/\/[^\s@#]+$/.test(text) && URL.canParse(text);

function isScope(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  try {
    return parseScopes(text).length > 0;
  } catch {
    return false;
  }
}
