// A unit of writing in a transaction. Rows come from a working set; what changes is sent when a search
// needs to find it, and at the end.
import type { Grant } from '../../access/grant.ts';
import type { Predicate } from '../../search/ast.ts';
import type { Derive, Derived } from '../port/derived.ts';
import type { Version } from '../port.ts';
import { factsOf, holdsFor } from '../unit/holds.ts';
import { RULED_TYPES } from '../unit/rules.ts';
import type { Expected, Row, Unit } from '../unit/unit.ts';
import type { Answer } from '../unit/work.ts';
import {
  claimsOn,
  claimsUnder,
  dropClaim,
  holderOf,
  markDigest,
  putClaim,
  putMark,
  runsProgram,
} from './claims.ts';
import { type Name, type ResourceDocument, toVersion } from './documents.ts';
import { asTransient, isDuplicate } from './errors.ts';
import { keepFound, put } from './identity.ts';
import { lockFor, locksFor, locksOf, revivalLock } from './locks.ts';
import { reaches as reachesInStore } from './reaches.ts';
import { documentOf, nameOf, pastOf, rowOf, rulesOf, tiesOf, tombstoneOf } from './rows.ts';
import { searchPage } from './search.ts';
import type { Turn } from './turn.ts';
import { findLastLive, readVersion } from './version.ts';
import {
  addLocks,
  flush,
  hasRules,
  loadClaims,
  loadMarks,
  loadResources,
  newWorkingSet,
  type WorkingSet,
} from './working-set.ts';

export interface MongoUnit extends Unit {
  /**
   * Sends what is pending; at the end of the work too. A name or key that another unit took since this
   * transaction began rejects as a transient error of it: done again, the unit sees who has it.
   */
  flush(): Promise<void>;
}

/** `set`: shared by the units of several callers in one transaction, one after the other. */
export function openUnit(
  turn: Turn,
  grant: Grant,
  derive: Derive,
  set: WorkingSet = newWorkingSet(turn.reading),
): MongoUnit {
  const { reading } = turn;
  const send = (): Promise<void> => sendAll(set);
  const reach = makeReach(set, send);
  const settled = new Set<string>();
  return {
    grant,
    derive,
    writer: grant.principal.organization,
    nextSeq: () => turn.nextSeq(),
    expect: expected => fetchAll(set, expected),
    ...keepRows(set, settled),
    reaches: (row, predicate) => holdsFor(predicate, factsOf(row)) ?? reach(row, predicate),
    search: async plan => {
      if (plan.grant !== grant.id) throw new Error('A plan was narrowed by another grant.');
      await send();
      return searchPage(reading, plan);
    },
    version: async asked => {
      await send();
      return readVersion(reading, grant, asked);
    },
    settleAlone: plan => {
      settled.add(plan.type);
      addLocks(set, locksOf(plan));
    },
    claimHolder: key => holderOf(set, key),
    putClaim: (key, type, id) => putClaim(set, key, nameOf({ type, id })),
    dropClaim: key => dropClaim(set, key),
    claimsUnder: prefix => claimsUnder(set, prefix),
    claimsOn: (type, id) => claimsOn(set, nameOf({ type, id })),
    alone: name => addLocks(set, [lockFor(name)]),
    runsProgram: organization => runsProgram(set, organization),
    markDigest: key => markDigest(set, key),
    putMark: (key, digest, parts) => putMark(set, key, digest, parts),
    flush: send,
  };
}

/** How rows are found and kept, whoever asks. `settled`: types of which criteria were settled in this unit. */
export function keepRows(
  set: WorkingSet,
  settled: Set<string> = new Set(),
): Pick<Unit, 'current' | 'bare' | 'lastLive' | 'insert' | 'replace' | 'bury' | 'amend'> {
  return {
    current: (type, id) => rowFor(set, nameOf({ type, id })),
    bare: (type, id) => rowFor(set, nameOf({ type, id })),
    lastLive: tombstone => lastLiveOf(set, documentAt(set, tombstone)),
    insert: (row, derived) => {
      const name = nameOf(row);
      // Ids that the server made are not looked up: that they are free comes out when they are sent.
      if (!set.resources.has(name)) keepFound(set.resources, [name], []);
      return rowOf(keep(row, derived));
    },
    replace: (held, row, derived) => {
      set.past.push(pastOf(documentAt(set, held)));
      if (held.deleted) addLocks(set, [revivalLock(nameOf(held))]);
      return rowOf(keep(row, derived));
    },
    bury: (held, row) => {
      const document = documentAt(set, held);
      set.past.push(pastOf(document));
      endRules(set, document);
      const tombstone = tombstoneOf(document, row);
      put(set.resources, tombstone);
      return rowOf(tombstone);
    },
    amend: (held, row, derived) => {
      documentAt(set, held);
      return rowOf(keep(row, derived));
    },
  };

  function keep(row: Row, derived: Derived): ResourceDocument {
    const document = documentOf(row, derived);
    if (settled.has(row.type)) addLocks(set, locksFor(row.type, derived.values));
    keepRules(set, document, derived);
    put(set.resources, document);
    return document;
  }
}

export async function fetchAll(set: WorkingSet, { names, claims, marks }: Expected): Promise<void> {
  await loadMarks(set, marks);
  await loadClaims(set, claims);
  const holders = claims.flatMap(key => set.claims.get(key)?.now?.name ?? []);
  await loadResources(set, [...names.map(nameOf), ...holders]);
}

/** At once where it was read before. */
function rowFor(set: WorkingSet, name: Name): Answer<Row | undefined> {
  const found = () => {
    const document = set.resources.get(name)?.now;
    return document === undefined ? undefined : rowOf(document);
  };
  return set.resources.has(name) ? found() : loadResources(set, [name]).then(found);
}

/** Among what is to be sent, or in the store. */
function lastLiveOf(set: WorkingSet, { type, id, owner }: ResourceDocument): Answer<Version | undefined> {
  const pending = set.past.findLast(one => one.type === type && one.id === id && !one.deleted);
  if (pending !== undefined) return toVersion(pending);
  return findLastLive(set.reading, { type, id, owner });
}

/** The document that a row was read from. */
function documentAt(set: WorkingSet, { type, id, version }: Row): ResourceDocument {
  const document = set.resources.get(nameOf({ type, id }))?.now;
  if (document?.version !== version) throw new Error('A row is not the current one of its unit.');
  return document;
}

/** Asks the store, once for each predicate and resource while no rule changes. */
function makeReach(set: WorkingSet, send: () => Promise<void>) {
  let known = new WeakMap<ResourceDocument, Map<Predicate, boolean>>();
  return async (row: Row, predicate: Predicate): Promise<boolean> => {
    if (hasRules(set)) {
      known = new WeakMap();
      await send();
    }
    const document = documentAt(set, row);
    const answers = known.get(document) ?? new Map<Predicate, boolean>();
    const answer = answers.get(predicate) ?? (await reachesInStore(set.reading, document, predicate));
    known.set(document, answers.set(predicate, answer));
    return answer;
  };
}

function keepRules(set: WorkingSet, document: ResourceDocument, derived: Derived): void {
  const rules = rulesOf(document, derived.rules);
  for (const tie of tiesOf(document, rules)) set.ties.set(tie._id, tie);
  if (!RULED_TYPES.has(document.type)) return;
  set.rules.set(document._id, rules);
  set.ended.delete(document._id);
}

function endRules(set: WorkingSet, { _id, type }: ResourceDocument): void {
  if (!RULED_TYPES.has(type)) return;
  const pending = set.rules.get(_id);
  if (pending === undefined) set.ended.add(_id);
  else
    set.rules.set(
      _id,
      pending.map(rule => ({ ...rule, live: false })),
    );
}

/** See MongoUnit.flush. */
export const sendAll = (set: WorkingSet): Promise<void> => flush(set).catch(retryTaken);

function retryTaken(error: unknown): never {
  throw isDuplicate(error) ? asTransient(error) : error;
}
