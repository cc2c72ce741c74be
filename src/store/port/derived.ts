// What is computed from a resource when it is written, and kept beside it: what it is found by, whom it names, what
// lines it lays down and how it is labelled. Adapters know nothing of FHIR elements: they are given a Derive.
import type { Principal } from '../../access/grant.ts';
import type { Param } from '../../search/ast.ts';
import type { Version } from '../port.ts';
import type { Seating } from './seating.ts';

/** Index values of one parameter, by its type. Bounds of dates are ms since the epoch, half open. */
export type IndexValue =
  | { type: 'token'; key: string; system: string; code: string }
  | { type: 'string'; key: string; norm: string; exact: string }
  | { type: 'date'; key: string; low: number; high: number }
  | { type: 'reference'; key: string; target: string }
  | { type: 'number'; key: string; low: number; high: number }
  | { type: 'quantity'; key: string; low: number; high: number; system: string; code: string }
  | { type: 'uri'; key: string; uri: string };

/**
 * One line of what an active Consent says, or of a roster (access/roster.ts), compiled when it is written. It
 * counts only while the owner of what says it is also its last writer, and only for resources of that owner.
 */
export interface ConsentRule {
  /** Logical id of the Patient whose Consent it is, or who is on the roster; what somebody belongs to (access/membership.ts). */
  patient: string;
  effect: 'permit' | 'deny';
  /** Organization id; '' on a deny: everybody. */
  actor: string;
  /** v3-ActReason code, or that of a roster; '' on a deny: every purpose. */
  purpose: string;
  /** Organizations that may disclose by it: it counts for their records alone. Absent: for those of its owner. */
  disclosers?: readonly string[];
  /** In force from <= t < to, ms since the epoch. */
  from: number;
  to: number;
  /**
   * Of lines that hold for the same, the one of the highest rank decides, a deny where ranks are equal: the signature's
   * moment, ms since the epoch. Absent: below all for a permit, above all for a deny.
   */
  rank?: number;
  /** It holds only where these do. */
  terms?: Terms;
}

/** What a line asks besides of a resource and of who asks. */
export interface Criteria {
  /** Of each of these sets at least one mark has to be there: of the resource (search/terms.ts) or of the question. */
  all?: readonly (readonly string[])[];
  /** Of now: from <= t < to, ms since the epoch. */
  from?: number;
  to?: number;
  /** Of when the data are from: CLINICAL_DATES in search/terms.ts. */
  made?: readonly Made[];
}

/** `within`: it says when it is from, and all of that lies in it. `touches`: some of it does, or it says nothing. */
export interface Made {
  how: 'within' | 'touches';
  /** low <= t < high, ms since the epoch. */
  low: number;
  high: number;
}

/** All that Criteria ask, and none of what is asked in `unless`. */
export interface Terms extends Criteria {
  unless?: readonly Criteria[];
}

/** What is computed from a resource when it is written. */
export interface Derived {
  values: readonly IndexValue[];
  /**
   * Logical ids of the people it names: every literal reference to a Patient, wherever it stands, and
   * whom the R4 Patient compartment and the reference parameters `patient` and `subject` name otherwise;
   * a Patient names itself. A person that cannot be told (contained, on another server, an identifier or
   * a display only) is the entry `?`, whom no Consent can ever permit.
   */
  patients: readonly string[];
  rules: readonly ConsentRule[];
  /**
   * What terms of Consents may ask of it beyond its index values: `label|sud`, `code|http://loinc.org|19261-7`, codes
   * folded, `author|Practitioner/anna`. Of what names nobody there are none.
   */
  marks?: readonly string[];
}
/** Given to an adapter when it is opened: adapters know nothing of FHIR elements. */
export interface Derive {
  (resource: Record<string, unknown>): Derived;
  /** What meta.security is to hold, settled before the rest is derived; absent: what was written. */
  labels?: Labelling;
  /** Seats of Slots; absent: nobody counts them. */
  seating?: Seating;
}

/** Security labels. An item is the text of one coding in meta.security. */
export interface Labelling {
  /** Resources here whose labels this one takes on. */
  sources(resource: Record<string, unknown>): readonly { type: string; id: string }[];
  /** The items that a resource is stored with. */
  settle(resource: Record<string, unknown>, from: LabelSources): readonly string[];
  /** Is a label of those before not among those now? */
  lowered(before: readonly string[], now: readonly string[]): boolean;
  /** Who may refer to a resource of this type and take on its labels: by which parameter it is found. */
  dependents(type: string): readonly { type: string; param: Param }[];
}

export interface LabelSources {
  /** As the body holds them. */
  given: readonly string[];
  /** The last live version before; absent where there is none, or the body was settled against it already. */
  before?: Version;
  /** Of its sources. */
  inherited: readonly string[];
  /** Who sends it; absent where nobody does. */
  by?: Principal;
}
