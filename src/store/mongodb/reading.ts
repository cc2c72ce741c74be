// The collections of a store, and one caller's moment in them.
import type { ClientSession, Collection, Db } from 'mongodb';
import type {
  AuditDocument,
  ClaimDocument,
  ClientDocument,
  ExceptionDocument,
  FactDocument,
  HolderDocument,
  JtiDocument,
  LaneDocument,
  LockDocument,
  MarkDocument,
  OrganizationDocument,
  PlaceDocument,
  RateDocument,
  ResourceDocument,
  RevocationDocument,
  RuleDocument,
  SyncDocument,
  TieDocument,
} from './documents.ts';

export interface Collections {
  resource: Collection<ResourceDocument>;
  history: Collection<ResourceDocument>;
  place: Collection<PlaceDocument>;
  rule: Collection<RuleDocument>;
  tie: Collection<TieDocument>;
  claim: Collection<ClaimDocument>;
  mark: Collection<MarkDocument>;
  lock: Collection<LockDocument>;
  rate: Collection<RateDocument>;
  organization: Collection<OrganizationDocument>;
  client: Collection<ClientDocument>;
  jti: Collection<JtiDocument>;
  revocation: Collection<RevocationDocument>;
  exception: Collection<ExceptionDocument>;
  sync: Collection<SyncDocument>;
  fact: Collection<FactDocument>;
  audit: Collection<AuditDocument>;
  lane: Collection<LaneDocument>;
  holder: Collection<HolderDocument>;
}

export function collectionsOf(db: Db): Collections {
  return {
    resource: db.collection('resource'),
    history: db.collection('history'),
    place: db.collection('place'),
    rule: db.collection('rule'),
    tie: db.collection('tie'),
    claim: db.collection('claim'),
    mark: db.collection('mark'),
    lock: db.collection('lock'),
    rate: db.collection('rate'),
    organization: db.collection('organization'),
    client: db.collection('client'),
    jti: db.collection('jti'),
    revocation: db.collection('revocation'),
    exception: db.collection('exception'),
    sync: db.collection('sync'),
    fact: db.collection('fact'),
    audit: db.collection('audit'),
    lane: db.collection('lane'),
    holder: db.collection('holder'),
  };
}

/**
 * Everything read through one of these is of one moment: the session is a snapshot, or a transaction, in
 * which what was written before is seen too. Without a session each question is answered for itself.
 */
export interface Reading {
  readonly collections: Collections;
  readonly session: ClientSession | undefined;
  /** The cluster is sharded: a resource asked for by name is looked up in `place` first. */
  readonly sharded: boolean;
  readonly limits?: Limits;
  /** Inside a unit: its lane, and the last seq it has given, for it sees what it wrote itself. */
  readonly own?: { readonly slot: number; readonly last: number };
}

/** Where one way of searching gives way to another: the answer is the same. */
export interface Limits {
  /** Persons that a query names; more are asked for by `$lookup`. */
  persons: number;
  /** Matches that are collected to be put in order: no more, and no more than some pages. */
  collected: number;
  /** Matches that a server sorts for a page before it rather goes through all in the order of the page. */
  sorted: number;
  /** Ranges of an index that one query reads, merged in order. */
  ranges: number;
}

export const LIMITS: Limits = { persons: 200, collected: 500, sorted: 5000, ranges: 100 };

interface Within {
  session?: ClientSession;
  readConcern?: { level: 'snapshot' };
}

/**
 * The options of every call: `collection.find(filter, { ...within(reading) })`. A snapshot has to be asked
 * for by name: with the client's own read concern the driver would silently read each call as of its own
 * moment.
 */
export function within({ session }: Reading): Within {
  if (session === undefined) return {};
  return session.snapshotEnabled ? { session, readConcern: { level: 'snapshot' } } : { session };
}
