// The one place where access is decided. A few rules, each a predicate that the store compiles into the
// query, so that what a caller may not see does not exist for it on any path:
//   own        an Organization sees and writes the records it owns;
//   consent    another Organization sees of a person what that person's active Consents allow, and
//              writes little: see WRITABLE_BY_CONSENT; a payer only of people on its roster besides;
//   source     a caller sees, updates and deletes what it created, as long as nobody else wrote it;
//   care team  where a program wants it so, its staff see and write, instead of all this, its own records of
//              the people whom they treat: see staff.ts;
//   patient    the person sees what in the record of its program names it and nobody else (42 CFR 2.23), and
//              writes nothing yet.
//   emergency  medical personnel see of the one person whom their token is for what names it and nobody else,
//              instead of all this, and write nothing (42 CFR 2.51): see emergency.ts.
//   audit-agreement  an auditor reads the record of a program while both have agreed on it (42 CFR 2.53): see
//              audit-agreement.ts;
//   court-order  those whom an order with a subpoena names read what it names (42 CFR 2.61-2.67): see
//              court-order.ts.
//   representative  who acts for a person sees what that person would (42 CFR 2.14, 2.15): see
//              representative.ts.
// Beside them the directory: data that identify no client are readable by everybody with the scope;
// administrators see that alone.
// All of it only as far as the token's scopes go, which narrow every type and use and widen nothing; and counselling
// notes for their author alone, whatever else would show them (notes.ts). How much of a resource goes out is the
// Grant's `redact` (redaction-table.ts): who gets but a part of a type does not ask by the rest, nor write it.
// Decide reads nothing of a person. A Grant is made per request and never kept: a Consent may be
// revoked between two requests.
import { FhirError } from '../fhir/error.ts';
import { isId, isTrailId } from '../fhir/id.ts';
import type { Predicate } from '../search/ast.ts';
import { isWithheld } from '../search/withheld.ts';
import { relatedActor } from './actor.ts';
import { agreementRule } from './audit-agreement.ts';
import { auditReach } from './audit-reach.ts';
import { orderRule } from './court-order.ts';
import { DIRECTORY_TYPES, directory } from './directory.ts';
import { emergencyRules } from './emergency.ts';
import {
  type Because,
  type Grant,
  type Principal,
  type Reason,
  type Role,
  type Rule,
  type Scope,
  type StaffAccess,
  sealGrant,
  type Use,
} from './grant.ts';
import { noteByConsent, notesReach } from './notes.ts';
import { consentRule, noteConsentRule, ROSTERED, relatedConsentRule } from './recipient.ts';
import { cutOf, redactionOf } from './redaction.ts';
import { representativeRule } from './representative.ts';
import { ALL, allOf, anyOf, NONE, READING } from './rule.ts';
import { scopesAllow, scopesAllowAny, scopesReach } from './scope.ts';
import { careTeamRules, demandNoWidening, isNarrowed } from './staff.ts';

/** What is asked: a type and what is done with it; no type = the whole server. */
export interface Asked {
  type?: string;
  use: Use;
}

/** Roles that act for an Organization. */
const ORGANIZATIONAL: ReadonlySet<Role> = new Set<Role>(['program', 'ehr', 'payer']);

/** A person's record that another Organization may change, besides what it is the source of. */
const WRITABLE_BY_CONSENT: ReadonlySet<string> = new Set(['Appointment', 'Goal']);

/** Never by Consent: a Group tells of several people at once, an AuditEvent of who looked. */
const NEVER_BY_CONSENT: ReadonlySet<string> = new Set(['Group', 'AuditEvent']);

/**
 * Decides. `at`: now, ms since the epoch; `staff`: as the server is configured. Throws `forbidden` where scope
 * or role put a type or an interaction as such out of reach; what is hidden of single resources is in the
 * Grant's predicates.
 */
export function decide(principal: Principal, asked: readonly Asked[], at: number, staff: StaffAccess): Grant {
  const cut = cutOf(principal);
  const redact = (type: string) => redactionOf(cut, type);
  const scoped = { ...principal, scopes: principal.scopes.filter(scope => !asksWithheld(scope, redact)) };
  for (const { type, use } of asked) demandScope(scoped, type, use);
  if (isNarrowed(principal, staff)) demandNoWidening(asked);
  const rules = rulesFor(principal, at, staff, redact);
  const because = remembered(
    (type, use): Because => ({
      scope: scopesReach(scoped, type, use),
      notes: notesReach(principal, { type, use }, rules.notes(type)),
      rules: rules.reach(type, use).filter(rule => rule.where.kind !== 'none'),
    }),
  );
  const narrow = remembered((type, use) => reachOf(because(type, use)));
  return sealGrant({
    id: nextId(),
    principal,
    narrow,
    because,
    adopt: rules.adopt,
    whole: rules.whole,
    mayName: (type, id) => rules.whole && isOwnName(principal, id) && !scopesHide(scoped, type),
    redact,
    unredacted: rules.unredacted,
    audit: auditReach(scoped, rules.whole),
    reasons: rules.reasons,
  });
}

/** A Grant is asked the same several times. */
function remembered<T>(answer: (type: string, use: Use) => T): (type: string, use: Use) => T {
  const known = new Map<string, T>();
  return (type, use) => {
    const key = `${use} ${type}`;
    const found = known.get(key) ?? answer(type, use);
    known.set(key, found);
    return found;
  };
}

const reachOf = ({ scope, notes = ALL, rules }: Because): Predicate =>
  allOf(scope, anyOf(...rules.map(one => one.where)), notes);

/**
 * What a Grant reaches of what another reaches too: never more than either. To look at what somebody else would
 * see, without seeing more oneself.
 */
export function restrict(grant: Grant, narrow: Grant['narrow']): Grant {
  return sealGrant({
    ...grant,
    id: nextId(),
    narrow: (type, use) => allOf(grant.narrow(type, use), narrow(type, use)),
    adopt: NONE,
    whole: false,
    mayName: () => false,
    because: (type, use) => {
      const { scope, ...more } = grant.because(type, use);
      return { scope: allOf(scope, narrow(type, use)), ...more };
    },
  });
}

const nextId = (): string => `grant-${(made++).toString(36)}`;

/** Grants are told apart by number: a Plan that was narrowed by another one is refused. */
let made = 0;

/**
 * A scope that asks by what is dropped for the caller would tell of it, by what it reaches, and a client may ask for
 * any that is narrower than its own: it reaches nothing.
 */
const asksWithheld = ({ where = [] }: Scope, redact: Grant['redact']): boolean =>
  where.some(clause => isWithheld(clause, { redact }));

function demandScope(principal: Principal, type: string | undefined, use: Use): void {
  const allowed = type === undefined ? scopesAllowAny(principal, use) : scopesAllow(principal, type, use);
  if (allowed) return;
  throw new FhirError('forbidden', `The token's scope does not include ${use} of ${type ?? 'any type'}.`);
}

interface Rules {
  reach(type: string, use: Use): readonly Rule[];
  /** Counselling notes that others than their author see. */
  notes(type: string): Predicate;
  adopt: Predicate;
  /** See Grant. */
  whole: boolean;
  unredacted: Predicate;
  reasons: readonly Reason[];
}

function rulesFor(principal: Principal, at: number, staff: StaffAccess, redact: Grant['redact']): Rules {
  if (principal.emergency !== undefined)
    return {
      ...emergencyRules(principal),
      notes: () => NONE,
      whole: false,
      unredacted: NONE,
      reasons: ['emergency', 'directory'],
    };
  if (!ORGANIZATIONAL.has(principal.role)) return personalRules(principal, at);
  if (isNarrowed(principal, staff))
    return {
      ...careTeamRules(principal, at),
      notes: () => NONE,
      whole: false,
      unredacted: { kind: 'owner', organization: principal.organization },
      reasons: ['own', 'care-team', 'directory'],
    };
  const organization = principal.organization;
  const own: Rule = { reason: 'own', where: { kind: 'owner', organization } };
  const source: Rule = { reason: 'source', where: { kind: 'source', organization } };
  const consent = consentRule(principal, at);
  const writing = consentRule(principal, at, 'write');
  const released = noteConsentRule(principal, at);
  const notes = (type: string): Predicate => noteByConsent(type, released);
  const permitted = (where: Predicate): Rule => ({ reason: 'consent', where });
  const reach = (type: string, use: Use): Rule[] => {
    switch (use) {
      case 'delete':
        return [own, source];
      case 'update':
        return [own, source, permitted(isWritable(type, redact) ? writing : NONE)];
      case 'create':
        return [own, source, permitted(writing)];
      default:
        return [
          own,
          source,
          permitted(anyOf(byConsent(type, consent, organization), notes(type))),
          { reason: 'court-order', where: orderRule(principal, type) },
          directoryRule(type),
        ];
    }
  };
  const reasons: Reason[] = ['own', 'consent', 'source', 'directory'];
  if (ROSTERED.has(principal.role)) reasons.push('roster');
  const unredacted = principal.role === 'program' ? anyOf(own.where, source.where) : NONE;
  if (principal.orders !== undefined) reasons.push('court-order');
  return { reach, notes, adopt: anyOf(own.where, writing), whole: true, unredacted, reasons };
}

/** Who gets but a part of a resource would write the rest away: an update holds the whole of it. */
const isWritable = (type: string, redact: Grant['redact']): boolean =>
  WRITABLE_BY_CONSENT.has(type) && redact(type) === undefined;

const directoryRule = (type: string): Rule => ({ reason: 'directory', where: directory(type) });

/** Of those who act for no Organization. */
function personalRules(principal: Principal, at: number): Rules {
  const { role, organization, patient } = principal;
  const known = role === 'patient' && patient !== undefined && isId(patient);
  // In the record of the program that registered the client: what others say under that id is somebody else.
  const own = known ? allOf({ kind: 'owner', organization }, { kind: 'person', patient }) : NONE;
  const rules: Rule[] = [
    { reason: 'patient', where: own },
    { reason: 'representative', where: representativeRule(principal, at) },
    { reason: 'audit-agreement', where: agreementRule(principal) },
  ];
  const related = relatedConsentRule(principal, at);
  const permitted = (type: string): Rule => ({
    reason: 'consent',
    where: byConsent(type, related, relatedActor(principal.relatedPerson ?? '')),
  });
  const real = rules.filter(({ where }) => where.kind !== 'none');
  return {
    reach: (type, use) => (READING.has(use) ? [...rules, permitted(type), directoryRule(type)] : []),
    notes: () => NONE,
    adopt: NONE,
    whole: false,
    unredacted: NONE,
    reasons: [
      ...real.map(({ reason }) => reason),
      ...(related.kind === 'none' ? [] : ['consent' as const]),
      'directory',
    ],
  };
}

/** Which Consents a person gave to whom is told to nobody but the one it names. */
function byConsent(type: string, consent: Predicate, actor: string): Predicate {
  if (NEVER_BY_CONSENT.has(type) || DIRECTORY_TYPES.has(type)) return NONE;
  return type === 'Consent' ? { kind: 'and', of: [consent, { kind: 'names', actor }] } : consent;
}

/** In its id space lies what its Organization owns: what rules or scopes hide of that is not to be found out. */
const scopesHide = (principal: Principal, type: string): boolean =>
  (['read', 'update'] as const).every(use => scopesReach(principal, type, use).kind !== 'all');

function isOwnName(principal: Principal, id: string): boolean {
  if (isTrailId(id)) return false;
  const { prefix, others } = principal.idSpace;
  return prefix === '' ? !others.some(other => id.startsWith(other)) : id.startsWith(prefix);
}
