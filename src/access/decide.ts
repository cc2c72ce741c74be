// The one place where access is decided. Three rules, each a predicate that the store compiles into the
// query, so that what a caller may not see does not exist for it on any path:
//   own        an Organization sees and writes the records it owns;
//   consent    another Organization sees of a person what that person's active Consents allow, and
//              writes little: see WRITABLE_BY_CONSENT;
//   source     a caller sees, updates and deletes what it created, as long as nobody else wrote it.
// Beside them the directory: data that identify no client are readable by everybody with the scope.
// Decide reads nothing of a person. A Grant is made per request and never kept: a Consent may be
// revoked between two requests.
import { FhirError } from '../fhir/error.ts';
import { isTrailId } from '../fhir/id.ts';
import type { Predicate } from '../search/ast.ts';
import { DIRECTORY_TYPES, directory } from './directory.ts';
import {
  type AuditReach,
  type Grant,
  type Principal,
  type Reason,
  type Role,
  sealGrant,
  type Use,
} from './grant.ts';
import { scopesAllow, scopesAllowAny } from './scope.ts';

/** What is asked: a type and what is done with it; no type = the whole server. */
export interface Asked {
  type?: string;
  use: Use;
}

/** The purpose of use (v3-ActReason) that a Consent must name for a role. A role that is not here has none. */
const PURPOSES: Readonly<Partial<Record<Role, readonly string[]>>> = {
  program: ['TREAT'],
  ehr: ['TREAT'],
  payer: ['HPAYMT'],
};

/** Roles that act for an Organization. The others see the directory until rules of their own exist. */
const ORGANIZATIONAL: ReadonlySet<Role> = new Set<Role>(['program', 'ehr', 'payer']);

/** A person's record that another Organization may change, besides what it is the source of. */
const WRITABLE_BY_CONSENT: ReadonlySet<string> = new Set(['Appointment', 'Goal']);

/** Never by Consent: a Group tells of several people at once, an AuditEvent of who looked. */
const NEVER_BY_CONSENT: ReadonlySet<string> = new Set(['Group', 'AuditEvent']);

const NONE: Predicate = { kind: 'none' };

/**
 * Decides. `at`: now, ms since the epoch. Throws `forbidden` where scope or role put a type or an
 * interaction as such out of reach; what is hidden of single resources is in the Grant's predicates.
 */
export function decide(principal: Principal, asked: readonly Asked[], at: number): Grant {
  for (const { type, use } of asked) demandScope(principal, type, use);
  const rules = rulesFor(principal, at);
  const known = new Map<string, Predicate>();
  const narrow = (type: string, use: Use): Predicate => {
    const key = `${use} ${type}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = scopesAllow(principal.scopes, type, use) ? rules.reach(type, use) : NONE;
    known.set(key, made);
    return made;
  };
  return sealGrant({
    id: `grant-${(made++).toString(36)}`,
    principal,
    narrow,
    adopt: rules.adopt,
    mayName: id => mayName(principal, id),
    audit: auditReach(principal),
    reasons: rules.reasons,
  });
}

/** Grants are told apart by number: a Plan that was narrowed by another one is refused. */
let made = 0;

function demandScope(principal: Principal, type: string | undefined, use: Use): void {
  const allowed =
    type === undefined ? scopesAllowAny(principal.scopes, use) : scopesAllow(principal.scopes, type, use);
  if (allowed) return;
  throw new FhirError('forbidden', `The token's scope does not include ${use} of ${type ?? 'any type'}.`);
}

interface Rules {
  reach(type: string, use: Use): Predicate;
  adopt: Predicate;
  reasons: readonly Reason[];
}

function rulesFor(principal: Principal, at: number): Rules {
  if (!ORGANIZATIONAL.has(principal.role)) {
    return {
      reach: (type, use) => (READING.has(use) ? directory(type) : NONE),
      adopt: NONE,
      reasons: ['directory'],
    };
  }
  const organization = principal.organization;
  const own: Predicate = { kind: 'owner', organization };
  const source: Predicate = { kind: 'source', organization };
  const consent = consentRule(principal, at);
  const reach = (type: string, use: Use): Predicate => {
    switch (use) {
      case 'delete':
        return anyOf(own, source);
      case 'update':
        return anyOf(own, source, WRITABLE_BY_CONSENT.has(type) ? consent : NONE);
      case 'create':
        return anyOf(own, source, consent);
      default:
        return anyOf(own, source, byConsent(type, consent, organization), directory(type));
    }
  };
  return { reach, adopt: anyOf(own, consent), reasons: ['own', 'consent', 'source', 'directory'] };
}

const READING: ReadonlySet<Use> = new Set<Use>(['read', 'search', 'history']);

function consentRule(principal: Principal, at: number): Predicate {
  const purposes = PURPOSES[principal.role];
  return purposes === undefined ? NONE : { kind: 'consent', actor: principal.organization, purposes, at };
}

/** Which Consents a person gave to whom is told to nobody but the one it names. */
function byConsent(type: string, consent: Predicate, actor: string): Predicate {
  if (NEVER_BY_CONSENT.has(type) || DIRECTORY_TYPES.has(type)) return NONE;
  return type === 'Consent' ? { kind: 'and', of: [consent, { kind: 'names', actor }] } : consent;
}

function anyOf(...of: Predicate[]): Predicate {
  const real = of.filter(one => one.kind !== 'none');
  return real.length === 0 ? NONE : real.length === 1 ? real[0]! : { kind: 'or', of: real };
}

function mayName(principal: Principal, id: string): boolean {
  if (isTrailId(id)) return false;
  const { prefix, others } = principal.idSpace;
  return prefix === '' ? !others.some(other => id.startsWith(other)) : id.startsWith(prefix);
}

/**
 * The audit trail tells who looked at whom, so it has a rule of its own, beside scopes for AuditEvent:
 *   program   what went out of its records, whoever asked, and what its own clients did;
 *   auditor   the same of the Organization that it audits, and nothing but this: no record, no other trail;
 *   patient   what names that person.
 * Everybody else, outside Organizations among them, reads no row, not even of what they did themselves.
 */
function auditReach({ role, organization, patient, scopes }: Principal): AuditReach {
  const asks = scopesAllow(scopes, 'AuditEvent', 'read') || scopesAllow(scopes, 'AuditEvent', 'search');
  if (!asks) return NO_ROWS;
  if (role === 'program' || role === 'auditor') return { kind: 'organization', organization };
  return role === 'patient' && patient !== undefined ? { kind: 'patient', patient } : NO_ROWS;
}

const NO_ROWS: AuditReach = { kind: 'none' };
