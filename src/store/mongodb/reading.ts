// The collections of a store, and one caller's moment in them.
import type { ClientSession, Collection, Db } from 'mongodb';
import type {
  AuditDocument,
  ClaimDocument,
  FactDocument,
  LaneDocument,
  LockDocument,
  MarkDocument,
  OrganizationDocument,
  PlaceDocument,
  ResourceDocument,
  RuleDocument,
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
  organization: Collection<OrganizationDocument>;
  fact: Collection<FactDocument>;
  audit: Collection<AuditDocument>;
  lane: Collection<LaneDocument>;
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
    organization: db.collection('organization'),
    fact: db.collection('fact'),
    audit: db.collection('audit'),
    lane: db.collection('lane'),
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
}

/** The options of every call: `collection.find(filter, { ...within(reading) })`. */
export const within = ({ session }: Reading): { session?: ClientSession } =>
  session === undefined ? {} : { session };
