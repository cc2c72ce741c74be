// A Grant is the answer of access/decide: what this caller may reach in this request. Every call that
// reaches a resource takes one. The brand keeps anybody else from writing one down; test/architecture
// keeps `sealGrant` to access/decide.ts.
import type { Clause, Predicate } from '../search/ast.ts';
import type { AgreementEntry, CourtOrderEntry, RecipientKind } from '../store/registry.ts';
import type { Redaction } from './redaction.ts';

export type Role = 'program' | 'ehr' | 'payer' | 'patient' | 'representative' | 'auditor' | 'admin';
export const ROLES: readonly Role[] = [
  'program',
  'ehr',
  'payer',
  'patient',
  'representative',
  'auditor',
  'admin',
];

/**
 * Whom the staff of a program see: `program`, everybody whose record it owns; `careteam`, the people on whose
 * CareTeam they are.
 */
export type StaffAccess = 'program' | 'careteam';

/** What is done with a resource once it is reached. `history` covers vread and history. */
export type Use = 'read' | 'search' | 'history' | 'create' | 'update' | 'delete';

/** `system/Observation.rs?category=laboratory`: one parsed SMART v2 scope. type `*` is any type. */
export interface Scope {
  /** As it is written. */
  text: string;
  context: 'system' | 'user' | 'patient';
  type: string;
  create: boolean;
  read: boolean;
  update: boolean;
  delete: boolean;
  search: boolean;
  /** What its query asks of a resource, all of it; with type `*` only parameters of every resource. */
  where?: readonly Clause[];
}

/** What a caller belongs to, as an owner of records has written it down (access/membership.ts). */
export interface Membership {
  /** Organization id: the names hold for the Consents in its records alone. */
  owner: string;
  /** What the caller goes by besides: an Organization id, `CareTeam/id`, ... */
  names: readonly string[];
}

/** Who calls: made by access/authenticate from a verified token, by cli for local commands. */
export interface Principal {
  /** Client id (`sub`, `client_id` of the token). */
  client: string;
  /** Logical id of the caller's Organization. */
  organization: string;
  role: Role;
  scopes: readonly Scope[];
  /** v3-ActReason codes that it calls for. */
  purposes: readonly string[];
  /**
   * Logical id of the Patient that it is or acts for (roles patient and representative), whom `patient/` scopes
   * are about.
   */
  patient?: string;
  /** Logical id of the RelatedPerson that it is: role representative. */
  relatedPerson?: string;
  /** Age from which a minor alone may consent to treatment in its program; absent: nobody knows. */
  consentAge?: number;
  /** Logical id of the Practitioner that it is: staff. */
  practitioner?: string;
  /** At most one of each owner; absent: it belongs to nothing. */
  memberships?: readonly Membership[];
  /** Under which rule of 42 CFR 2.33(b) it may pass on what it gets; absent for a command on the store itself. */
  recipient?: RecipientKind;
  /** What it leaves out of meta.security of its own program's records is taken off them. */
  declassify?: true;
  /** Logical ids of the Organizations that are Part 2 programs. */
  part2Programs?: ReadonlySet<string>;
  /**
   * The emergency that its token was given for (42 CFR 2.51): the token is for this and for nothing else.
   * `id`: of the entry; `program`: whose record the Patient is in, absent where nobody has registered one.
   */
  emergency?: { id: string; patient: string; program?: string };
  /** Agreements on an audit that are in force for it (42 CFR 2.53). */
  agreements?: readonly AgreementEntry[];
  /** Court orders by which records go to its Organization (42 CFR 2.61-2.67), in force. */
  orders?: readonly CourtOrderEntry[];
  /** `jti` of its access token; absent for a command on the store itself. */
  token?: string;
  /** Prefix of the ids this Organization may choose; '' where it has every id that is nobody else's. */
  idSpace: { prefix: string; others: readonly string[] };
}

export type Reason =
  | 'own'
  | 'consent'
  | 'roster'
  | 'care-team'
  | 'source'
  | 'patient'
  | 'representative'
  | 'emergency'
  | 'audit-agreement'
  | 'court-order'
  | 'directory';

/** Which rows of the audit trail may be read. */
export type AuditReach =
  | { kind: 'none' }
  /** Of what this Organization's clients did (`withoutNotes`: nothing of counselling notes), and those in which something of its own went out or was written. */
  | { kind: 'organization'; organization: string; withoutNotes?: true }
  /** Of what went out through this intermediary; no events, but what can be listed of them (42 CFR 2.24). */
  | { kind: 'through'; organization: string }
  /** Those that name this person. */
  | { kind: 'patient'; patient: string };

/** What a rule reaches by itself. */
export interface Rule {
  reason: Reason;
  where: Predicate;
}

/** Why a Grant reaches what it does of a type for a use: what its scope does and any of these rules. */
export interface Because {
  scope: Predicate;
  /** And of types that may be counselling notes (access/notes.ts) nothing but this. */
  notes?: Predicate;
  rules: readonly Rule[];
}

declare const sealed: unique symbol;

export interface Grant {
  readonly [sealed]: true;
  /** Unique per request; a Plan carries it. */
  readonly id: string;
  readonly principal: Principal;
  /** Which resources of a type may be reached for a use; `none` where scope or role exclude it. */
  readonly narrow: (type: string, use: Use) => Predicate;
  /** Of what `narrow` is made: for explanation. */
  readonly because: (type: string, use: Use) => Because;
  /**
   * The Patients whose record a new resource that names them joins (owner = the Patient's owner): those
   * the caller may see and may write about. Compiled against Patient rows.
   */
  readonly adopt: Predicate;
  /** The rules hide nothing of what its Organization owns from the caller; scopes may. */
  readonly whole: boolean;
  /**
   * May the caller choose this logical id for a resource that does not exist? Not where its own
   * Organization may hold one that it is not to know of.
   */
  readonly mayName: (type: string, id: string) => boolean;
  /** What is dropped of a type on its way out (access/redact.ts); undefined: nothing. */
  readonly redact: (type: string) => Redaction | undefined;
  /**
   * Where it may be asked by what is dropped, too: in what nothing is dropped of. `none`: such a criterion is
   * refused, since what it finds would tell.
   */
  readonly unredacted: Predicate;
  /** Compiled into the query of `Store.audit`, and what a row is cut to before it is shown (audit/part.ts). */
  readonly audit: AuditReach;
  /** The rules that took part, for audit and explanation. */
  readonly reasons: readonly Reason[];
}

/** For access/decide.ts alone. */
export function sealGrant(parts: Omit<Grant, typeof sealed>): Grant {
  return Object.freeze(parts) as Grant;
}
