// The store's contract, the same for every adapter; test/contract holds each adapter to it.
//
// A resource is a line of versions. Each committed version has a `seq`: microseconds since the epoch,
// taken inside the commit, strictly increasing over the whole store. It is the version's lastUpdated
// and its place in the log at once, so that the two can never disagree; ordering by seq is the only
// order of events. The log of versions by seq is also the outbox: whoever follows the store (jobs,
// subscriptions) reads `outbox(after)` and keeps its own place.
//
// Bodies are minified JSON text that starts `{"resourceType":"T","id":"I","meta":{...}` whose meta
// holds neither versionId nor lastUpdated; fhir/body.ts splices these in when a version is served.

import type { Grant } from '../access/grant.ts';
import type { Clause, Cursor, ParamType, Plan, Predicate } from '../search/ast.ts';
import type { AuditDraft, AuditEnd, AuditPage, AuditQuery, AuditRow } from './port/audit.ts';
import type { ConsentRule } from './port/derived.ts';

/** One version of one resource as it is handed out. */
export interface Version {
  type: string;
  id: string;
  /** 1, 2, 3, ... */
  version: number;
  /** Microseconds since the epoch; lastUpdated. */
  seq: number;
  /** seq of version 1: the page order without _sort. */
  created: number;
  /** Organization ids. owner: whose record; source: who created it; writer: who wrote this version. */
  owner: string;
  source: string;
  writer: string;
  /** Logical ids of the Patients it names (see Derived.patients). */
  patients: readonly string[];
  /** A tombstone has an empty body. */
  deleted: boolean;
  body: string;
}

/**
 * A place in a body that is known only inside the commit. `marker` is a string found nowhere else; every
 * occurrence in the bodies of the plan is replaced as text.
 */
export type Lookup =
  /** A conditional reference: replaced by `Type/id` of the one visible match; none: `invalid-value`, several: `ambiguous`. */
  | { kind: 'match'; marker: string; plan: Plan; path: string }
  /** A business key: replaced by `Type/id` of what claims it; `missing` is the issue text where nothing does. */
  | { kind: 'claim'; marker: string; key: string; missing: string };

export type WriteOp =
  | {
      kind: 'create';
      type: string;
      id: string;
      body: string;
      /** If-None-Exist: one visible match = that resource instead; several = `ambiguous`. */
      unless?: Plan;
      /** Where other bodies of this plan refer to it (`Type/id` is put there): its urn:uuid's marker. */
      marker?: string;
      /**
       * Number of an earlier op. Made only where that op wrote into another owner's record, and then part
       * of that record: the owner is its source, so that the writer can neither change nor delete it.
       * Otherwise the result is `absent`.
       */
      witness?: number;
      /** With `witness`: made only where that op took a label off, whosever record it is. */
      lowered?: true;
    }
  | {
      kind: 'update';
      type: string;
      /** Absent with `match`: the id is then the match's, or `fallback` where nothing matches. */
      id: string;
      body: string;
      ifMatch?: number;
      /** Conditional update: one visible match is updated (the body's id is rewritten), none creates `id`, several = `ambiguous`. */
      match?: Plan;
      /** With `match`: the body named an id itself; a match with another id is `invalid-value`. */
      strictId?: boolean;
      marker?: string;
      /** Refuse to create: `not-found` where it does not exist. */
      mustExist?: boolean;
    }
  | { kind: 'delete'; type: string; id: string; ifMatch?: number }
  /** Reads inside the unit, after all writes before it: a transaction's GET entries. */
  | { kind: 'read'; type: string; id: string; version?: number }
  | { kind: 'search'; plan: Plan };

/** A business key that belongs to one resource: unique in the store. Held in the same commit. */
export interface Claim {
  /** `program|kind|record id|role`. */
  key: string;
  type: string;
  /** The id, or the marker of an op of this plan. */
  id: string;
}

/** Bookkeeping of an imported record, written in the same commit. See registry.ts, ImportEntry. */
export interface ImportMark {
  key: string;
  /** sha-256 of the canonical record. */
  digest: string;
  /** Claim keys of the resources the record made or changed; their current versions are marked as imported. */
  parts: readonly string[];
  /** The digest that planning saw, undefined for a first import: another one now = `conflict`. */
  seen: string | undefined;
  /**
   * Versions, by claim key, of those parts that planning compared and that no op of this plan writes:
   * another current one now = `stale`. Without it an edit between planning and commit would be marked as
   * imported unseen.
   */
  relied?: Readonly<Record<string, number>>;
}

/** A unit of change, as data: the adapter can group it with others and retry it. All of it or nothing. */
export interface WritePlan {
  ops: readonly WriteOp[];
  lookups: readonly Lookup[];
  claims: readonly Claim[];
  marks: readonly ImportMark[];
}

export type WriteResult =
  | {
      kind: 'created' | 'updated' | 'deleted' | 'matched' | 'unchanged' | 'read';
      version: Version;
      seq: number;
    }
  | { kind: 'absent' }
  | { kind: 'found'; page: Page };

export interface Page {
  matches: readonly Version[];
  /** Reached through includes; none of them is among the matches. */
  included: readonly Version[];
  /** Present where the plan asked, or where it costs nothing. */
  total?: number;
  /** Where the next page starts; absent on the last. */
  next?: Cursor;
}

export interface HistoryQuery {
  type?: string;
  id?: string;
  /** Only versions with seq > since / seq <= until (microseconds). */
  since?: number;
  until?: number;
  /** Newest first, starting below this seq. */
  before?: number;
  limit: number;
  /** Count all, whatever the page. */
  total: boolean;
}

export interface HistoryPage {
  versions: readonly Version[];
  total?: number;
  /** `before` of the next page. */
  next?: number;
}

/** A person in the record of an owner. */
export interface Chart {
  owner: string;
  /** Logical id of the Patient. */
  person: string;
}

export interface LinesQuery {
  /** The id of the Grant whose rules ask this. */
  grant: string;
  asked: readonly Extract<Predicate, { kind: 'consent' }>[];
  charts: readonly Chart[];
}

/** A line of a Consent that is in force, about a chart and for what one of those asks. */
export interface ConsentLine extends Chart, Pick<ConsentRule, 'effect' | 'actor' | 'purpose'> {
  /** Logical id of the Consent. */
  consent: string;
  rank: number;
  /** It has terms, so that it may hold for some of the chart alone. */
  bound: boolean;
  /** Its Consent names somebody else besides, so that whom it permits may not read it. */
  shared: boolean;
}

export interface OutboxRow {
  seq: number;
  type: string;
  id: string;
  version: number;
  kind: 'create' | 'update' | 'delete';
}

/**
 * Adapter failures reach callers as FhirError: `unavailable` (busy, disk full, closed), `conflict`
 * (a claim held by another resource, a mark that moved), `stale`, `not-found`, `gone`, `ambiguous`.
 *
 * Visibility, for every call: a resource the Grant does not reach is answered exactly as one that does
 * not exist. A write checks the Grant on the image before (else `not-found`) and on the image after
 * (else `forbidden`); where the image before is visible but `narrow(type, 'update')` does not hold for
 * it the answer is `forbidden`.
 */
export interface Store {
  /** Current version. Tombstone: returned with deleted = true if the last live version was visible. */
  read(type: string, id: string, grant: Grant): Promise<Version | undefined>;
  vread(type: string, id: string, version: number, grant: Grant): Promise<Version | undefined>;
  /**
   * One page. Without `sort`: in order of `created`; a resource that keeps matching appears exactly once
   * over all pages, what is created after page 1 stays out. With `sort`: by the values (least for
   * ascending, greatest for descending, absent last), then `created` (the newest first where the first
   * key is descending); a resource that changes after page 1 appears at most once. With a criterion on
   * lastUpdated what changes after page 1 stays out: who polls finds it by the next poll.
   */
  search(plan: Plan, grant: Grant): Promise<Page>;
  history(query: HistoryQuery, grant: Grant): Promise<HistoryPage>;
  /** What Consents say of charts of which something was shown to the Grant's caller: by whose consent it was. */
  consentLines(query: LinesQuery, grant: Grant): Promise<readonly ConsentLine[]>;
  /**
   * Runs a plan and its audit row in one durable commit (shared with others that wait). Refused plans
   * leave their audit row (outcome = the error's code) and nothing else.
   */
  transact(plan: WritePlan, grant: Grant, audit: AuditDraft): Promise<readonly WriteResult[]>;
  /** Makes an audit row durable. Rejects with `unavailable` where it cannot. */
  record(audit: AuditDraft): Promise<void>;
  /** Committed versions with seq > after, oldest first. Holds ids only. */
  outbox(after: number, limit: number): Promise<readonly OutboxRow[]>;
  /** Who wrote audit rows here, in order: each has a chain of its own. A store may have several. */
  auditWriters(): Promise<readonly string[]>;
  /** Audit rows of a writer with number > after, in order, for verification. */
  auditRows(writer: string, after: number, limit: number): Promise<readonly AuditRow[]>;
  /** The last row of every chain, in order of the writers. */
  auditEnds(): Promise<readonly AuditEnd[]>;
  /** Rows that the Grant's `audit` reaches, newest first. Goes by indexes, whatever is asked. */
  audit(query: AuditQuery, grant: Grant): Promise<AuditPage>;
  /** Computes every index value, patient and rule afresh; `progress(done, total)`. */
  reindex(progress?: (done: number, total: number) => void): Promise<void>;
  close(): Promise<void>;
}

export type { Clause, Cursor, ParamType, Plan, Predicate };
