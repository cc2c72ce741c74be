// A Plan answered for resources in memory: what every clause and predicate means, written once without a
// database. The stores compile the same Plan and are tested against this.
import type { ConsentRule, IndexValue } from '../store/port/derived.ts';
import type { Version } from '../store/port.ts';
import type { Clause, Cursor, Plan, Predicate, SortKey } from './ast.ts';
import { compareRanges } from './param/date.ts';
import { KINDS } from './param/kinds.ts';
import { UNKNOWN_PERSON } from './persons.ts';
import { asksOf, asksOwner, type Described, holds, type Known, knownOf, rankOf } from './terms.ts';

/** A rule as the store holds it: with the resource that says it, and whose record that is. */
export interface HeldRule extends ConsentRule {
  /** Organization id: a rule counts for resources of this owner only. */
  owner: string;
  /** `Type/id` of the resource that says it. */
  by: string;
}

/** Everything that is known of one resource. */
export interface Facts {
  version: Version;
  /** Derived.values. */
  values: readonly IndexValue[];
  /** Derived.marks. */
  marks?: readonly string[];
  /** What terms ask of it, where that is known without all of its values. */
  known?: Described;
  /** Every rule of the store (of Consents that are live and last written by their owner). */
  rules: readonly HeldRule[];
  /** No version up to this one was written by another than its source. */
  pure: boolean;
}

/** Does the resource answer all criteria, and may it be reached? */
export const match = (where: readonly Clause[], narrow: Predicate, facts: Facts): boolean =>
  where.every(clause => matchesClause(clause, facts)) && allows(narrow, facts);

/**
 * A clause holds where one index value answers one alternative. `:not` holds where none does, so also
 * for a resource without the element; `ne` holds where one value is not equal.
 */
export function matchesClause(clause: Clause, facts: Facts): boolean {
  switch (clause.kind) {
    case 'id':
      return clause.ids.includes(facts.version.id);
    case 'updated': {
      const { seq } = facts.version;
      return clause.values.some(value => compareRanges(value.prefix, value, { low: seq, high: seq + 1 }));
    }
    case 'missing':
      return facts.values.some(index => index.key === clause.param.key) !== clause.missing;
    case 'param': {
      const { param, modifier } = clause;
      const { matches } = KINDS[param.type];
      const some = facts.values.some(
        index => index.key === param.key && clause.values.some(value => matches(value, index, modifier)),
      );
      return modifier === 'not' ? !some : some;
    }
  }
}

/** See Predicate in ast.ts. */
export function allows(predicate: Predicate, facts: Facts): boolean {
  const { version } = facts;
  switch (predicate.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'and':
      return predicate.of.every(one => allows(one, facts));
    case 'or':
      return predicate.of.some(one => allows(one, facts));
    case 'owner':
      return version.owner === predicate.organization;
    case 'source':
      return version.source === predicate.organization && facts.pure;
    case 'consent':
      return (
        version.patients.length > 0 && version.patients.every(patient => consents(predicate, patient, facts))
      );
    case 'names':
      return (
        version.type === 'Consent' &&
        facts.rules.some(rule => rule.by === `Consent/${version.id}` && rule.actor === predicate.actor)
      );
    case 'no-person':
      return version.patients.length === 0;
    case 'person':
      return version.patients.length > 0 && version.patients.every(patient => patient === predicate.patient);
    case 'clause':
      return matchesClause(predicate.clause, facts);
  }
}

type ConsentPredicate = Extract<Predicate, { kind: 'consent' }>;

/** Everybody it names is permitted by what `decidingRules` says of them. */
function consents(predicate: ConsentPredicate, patient: string, facts: Facts): boolean {
  const [first] = decidingRules(predicate, patient, facts);
  return patient !== UNKNOWN_PERSON && first?.effect === 'permit';
}

/**
 * Of the rules about a person that hold for what is asked and for this resource, those of the highest rank; of these
 * the denies, where there are any. Whose rule it is, and about whom, stands before its terms. Of a roster permits alone
 * are asked.
 */
export function decidingRules(predicate: ConsentPredicate, patient: string, facts: Facts): HeldRule[] {
  const { actor, also = [], purposes, at, roster } = predicate;
  const actors = [actor, ...also];
  if (!asksOwner(predicate, facts.version.owner)) return [];
  const known = lazily(() => knownFor(predicate, facts));
  const holding = facts.rules
    .filter(rule => rule.patient === patient && rule.owner === facts.version.owner)
    .filter(rule => rule.effect === 'permit' || roster !== true)
    .filter(rule => rule.from <= at && at < rule.to)
    .filter(rule => actors.includes(rule.actor) || (rule.effect === 'deny' && rule.actor === ''))
    .filter(rule => purposes.includes(rule.purpose) || (rule.effect === 'deny' && rule.purpose === ''))
    .filter(rule => rule.terms === undefined || holds(rule.terms, known()));
  const rank = Math.max(...holding.map(rankOf));
  const highest = holding.filter(rule => rankOf(rule) === rank);
  const denies = highest.filter(rule => rule.effect === 'deny');
  return denies.length > 0 ? denies : highest;
}

function knownFor(predicate: ConsentPredicate, facts: Facts): Known {
  const { marks, dates } = facts.known ?? knownOf(facts.version, facts);
  return { marks: new Set([...marks, ...asksOf(predicate)]), dates, at: predicate.at };
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

export type SortValue = string | number | null;

/** The value a resource sorts by: the least ascending, the greatest descending, null where it has none. */
export function sortValue(key: SortKey, facts: Facts): SortValue {
  if (key.by !== 'param') return key.by === 'updated' ? facts.version.seq : facts.version.id;
  let best: SortValue = null;
  for (const index of facts.values) {
    if (index.key !== key.param.key) continue;
    const value = sortable(index);
    if (best === null || (key.descending ? compareValues(value, best) > 0 : compareValues(value, best) < 0))
      best = value;
  }
  return best;
}

function sortable(index: IndexValue): string | number {
  switch (index.type) {
    case 'token':
      return index.code;
    case 'string':
      return index.norm;
    case 'reference':
      return index.target;
    case 'uri':
      return index.uri;
    default:
      return index.low;
  }
}

/** Texts by code point, as databases order UTF-8; JavaScript's own order is by UTF-16 unit. */
function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

/**
 * Order of two rows: by the keys, absent last both ways, then by creation: the newest first where the first
 * key is descending, so that an index read backwards gives the order.
 */
function compareRows(a: Row, b: Row, sort: readonly SortKey[]): number {
  for (const [at, key] of sort.entries()) {
    const left = a.values[at] ?? null;
    const right = b.values[at] ?? null;
    if (left === null && right === null) continue;
    if (left === null) return 1;
    if (right === null) return -1;
    const order = compareValues(left, right);
    if (order !== 0) return key.descending ? -order : order;
  }
  const order = a.created - b.created;
  return sort[0]?.descending ? -order : order;
}

interface Row {
  id: string;
  values: readonly SortValue[];
  created: number;
}

export interface MemoryPage {
  ids: string[];
  /** All matches, whatever the page. */
  total: number;
  next?: Cursor;
}

/**
 * One page of a plan over all current versions, includes left out. Pages after the first leave out what
 * was created after the cursor's snapshot and, with a sort or a criterion on lastUpdated, what changed
 * after it.
 */
export function searchMemory(plan: Plan, all: readonly Facts[]): MemoryPage {
  const matches = all.filter(
    facts =>
      facts.version.type === plan.type && !facts.version.deleted && match(plan.where, plan.narrow, facts),
  );
  const { cursor } = plan;
  const moves = plan.sort.length > 0 || plan.where.some(clause => clause.kind === 'updated');
  const onLater = matches.filter(
    ({ version }) => cursor === undefined || (moves ? version.seq : version.created) <= cursor.snapshot,
  );
  const rows = onLater
    .map(facts => rowOf(plan, facts))
    .filter(row => cursor === undefined || isBehind(row, cursor, plan.sort))
    .sort((a, b) => compareRows(a, b, plan.sort));
  const page = rows.slice(0, plan.limit);
  const last = page.at(-1);
  const snapshot = cursor?.snapshot ?? Math.max(0, ...all.map(facts => facts.version.seq));
  return {
    ids: page.map(row => row.id),
    total: matches.length,
    ...(last !== undefined && rows.length > page.length
      ? { next: { snapshot, values: last.values, after: last.created } }
      : {}),
  };
}

const rowOf = (plan: Plan, facts: Facts): Row => ({
  id: facts.version.id,
  values: plan.sort.map(key => sortValue(key, facts)),
  created: facts.version.created,
});

const isBehind = (row: Row, cursor: Cursor, sort: readonly SortKey[]): boolean =>
  sort.length === 0
    ? row.created > cursor.after
    : compareRows(row, { id: '', values: cursor.values, created: cursor.after }, sort) > 0;
