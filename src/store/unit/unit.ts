// What a WritePlan needs of a store inside one commit. The rules of writing stand once, in this folder;
// an adapter says how rows are found and kept. SQLite answers at once, MongoDB later: see work.ts.
import type { Grant } from '../../access/grant.ts';
import type { Predicate } from '../../search/ast.ts';
import type { Derive, Derived } from '../port/derived.ts';
import type { Page, Plan, Version } from '../port.ts';
import type { Answer } from './work.ts';

/** A version with what only writing asks of it. */
export interface Row extends Version {
  /** The first version that another than the source wrote. */
  foreignFrom: number | undefined;
  /** The adapter's own note of where it is kept; carried along from the row it was read as. */
  place?: unknown;
}

/** Who holds a business key. */
export interface ClaimHolder {
  type: string;
  id: string;
  deleted: boolean;
  /** Its current version. */
  version: number;
}

export interface HeldClaim {
  key: string;
  type: string;
  id: string;
}

/** What a plan will ask for, as far as it can be told beforehand. Any of it may not exist. */
export interface Expected {
  names: readonly { type: string; id: string }[];
  /** Claim keys. */
  claims: readonly string[];
  /** Keys of import marks. */
  marks: readonly string[];
}

/** One commit of one caller. Rows it wrote are found by its own later reads and searches. */
export interface Unit {
  readonly grant: Grant;
  readonly derive: Derive;
  /** Organization id of the caller. */
  readonly writer: string;
  /** Greater than every seq that this unit can see or has given. */
  nextSeq(): number;

  /** A hint, for a store to which every question is a way to go: it may fetch all of this at once. */
  expect?(expected: Expected): Answer<void>;
  /** The current version, tombstones too, whoever may see it. */
  current(type: string, id: string): Answer<Row | undefined>;
  /** The same without a promise that `body` is filled. */
  bare(type: string, id: string): Answer<Row | undefined>;
  /** The last live version of what is deleted. */
  lastLive(tombstone: Row): Answer<Version | undefined>;
  /** False where surely nothing refers to `Type/id`: for a store that can tell sooner than by a search. */
  mayBeReferredTo?(reference: string): boolean;
  /** Does a predicate hold for a current row (a tombstone: for its last live version)? */
  reaches(row: Row, predicate: Predicate): Answer<boolean>;
  search(plan: Plan): Answer<Page>;
  /** A version as the grant shows it; without `version` the current one. */
  version(asked: { type: string; id: string; version?: number }): Answer<Version | undefined>;
  /** No other unit that settles equal criteria commits beside this one. */
  settleAlone(plan: Plan): Answer<void>;

  // Of `derived` the rules are only those that count (see rules.ts). `held` may be a bare row.

  /** Version 1 under a name that is free. */
  insert(row: Row, derived: Derived): Answer<Row>;
  /** A new version; `held` becomes part of the history. */
  replace(held: Row, row: Row, derived: Derived): Answer<Row>;
  /** A tombstone: what was derived from `held` stays and says who may know of it, its rules no longer count. */
  bury(held: Row, row: Row): Answer<Row>;
  /** The same version with another body; its history is untouched. */
  amend(held: Row, row: Row, derived: Derived): Answer<Row>;

  claimHolder(key: string): Answer<ClaimHolder | undefined>;
  /** Gives a resource that is there a key, whoever held it. */
  putClaim(key: string, type: string, id: string): Answer<void>;
  /** Frees a key; nothing where nobody holds it. */
  dropClaim(key: string): Answer<void>;
  /** Keys that start so, in order, and who holds them. */
  claimsUnder(prefix: string): Answer<readonly HeldClaim[]>;
  /** Keys that name a resource. */
  claimsOn(type: string, id: string): Answer<readonly string[]>;
  /** No other unit that says the same commits beside this one. */
  alone(name: string): Answer<void>;
  /** Does this Organization run an Intensive Outpatient Program here? */
  runsProgram(organization: string): Answer<boolean>;
  /** Digest of an imported record. */
  markDigest(key: string): Answer<string | undefined>;
  /** Keeps a mark and notes for every part (a claim key) the current version as the imported one. */
  putMark(key: string, digest: string, parts: readonly string[]): Answer<void>;
}
