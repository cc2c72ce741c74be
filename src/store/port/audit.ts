// Rows of the audit trail: what is written, how rows are asked for, and what is given back.

/**
 * What an audit row says. Compact, no value of a query and nothing of a record but ids.
 * The adapter adds writer, number, time, previous hash, and for writes the versions that came out.
 * What is hashed is the canonical JSON, in which absent members are left out: a member may be added, never
 * made to be there, or the rows that stand could not be verified any more.
 */
export interface AuditDraft {
  /** X-Request-Id. */
  request: string;
  client: string;
  organization: string;
  role: string;
  /** read, vread, search, history, create, update, delete, transaction, batch, import, token, ... */
  action: string;
  type?: string;
  id?: string;
  /** Names of the search parameters, never their values. */
  params?: readonly string[];
  /** ok, or the error code. */
  outcome: string;
  /** Reasons of the Grant. */
  reasons: readonly string[];
  /** Patients named by what went out. */
  patients: readonly string[];
  /** `Type/id/version` of what went out or was written. */
  versions: readonly string[];
  /** Purposes of use that the caller acts for: v3-ActReason codes. */
  purpose?: readonly string[];
  /** Who acts through the client, where that is known: `Practitioner/id`, `Patient/id` or `RelatedPerson/id`. */
  user?: string;
  /** Organizations whose records went out or were written; one that did not ask: it is a disclosure. */
  owners?: readonly string[];
  /** For each version: which of `owners` it is of. Absent: all are of the one there is. */
  owned?: readonly number[];
  /** For each version: which of `patients` it names. Absent, where there are owners: each names all of them. */
  named?: readonly (readonly number[])[];
  /** Which of `versions` are counselling notes, or may be: see fhir/counselling-note.ts. */
  notes?: readonly number[];
  /** Of a row of writes: which of `versions` it read only. Absent: it wrote them all. */
  read?: readonly number[];
  /** Logical id of the Organization through which it went out: see interactions/intermediary.ts. */
  intermediary?: string;
  /** The row stands for so many requests: see audit/strangers.ts. */
  count?: number;
}

export interface AuditRow extends AuditDraft {
  writer: string;
  number: number;
  /** Microseconds since the epoch. */
  at: number;
  /** Hex sha-256 of the row before, and of this one (over prev and the canonical JSON of the rest). */
  prev: string;
  hash: string;
}

/** A row as it is read: where it stands and what it says. */
export type AuditEntry = Omit<AuditRow, 'prev' | 'hash'>;

/** A place in the order in which rows are read: by time, then by chain, newest first. */
export interface AuditPlace {
  at: number;
  writer: string;
  number: number;
}

/** All that is given has to hold. */
export interface AuditQuery {
  /** Rows that name this person. */
  patient?: string;
  client?: string;
  /** Rows of what this member of a staff did: `Practitioner/id`. */
  user?: string;
  /** Rows of what this Organization's clients did, and those in which something of its own went out. */
  organization?: string;
  /** since <= at < until, microseconds. */
  since?: number;
  until?: number;
  /** This one row. */
  row?: { writer: string; number: number };
  /** From this place on, it included. */
  from?: AuditPlace;
  limit: number;
}

export interface AuditPage {
  entries: readonly AuditEntry[];
  /** Where to go on. There may be fewer entries than `limit` before it, or none: a call looks so far and no further. */
  next?: AuditPlace;
}

/** Where a chain ends. */
export interface AuditEnd {
  writer: string;
  number: number;
  hash: string;
}
