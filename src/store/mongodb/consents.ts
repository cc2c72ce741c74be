// Whom the consent rules in a predicate permit, read once before a query is made: where these are few, the
// query names them, and an index finds them.
import type { Predicate } from '../../search/ast.ts';
import type { RuleDocument } from './documents.ts';
import { LIMITS, type Reading, within } from './reading.ts';
import type { BoundLine } from './terms.ts';

export type ConsentPredicate = Extract<Predicate, { kind: 'consent' }>;

/** Whom lines permit, by owner. */
export interface Permitted {
  /** Everybody for whom there is a permit that may decide. */
  persons: ReadonlyMap<string, readonly string[]>;
  /** Of these, for whom it depends on the resource: the others are permitted whatever it is. */
  bound: ReadonlyMap<string, readonly Bound[]>;
}

/** Persons of whom the same lines are in force. */
export interface Bound {
  persons: readonly string[];
  lines: readonly BoundLine[];
}

export const NOBODY_PERMITTED: Permitted = { persons: new Map(), bound: new Map() };

/**
 * By `consentKey`; undefined: more than can be named in a query. Where it was resolved for some persons
 * alone it is right for the resources that name nobody else.
 */
export type Consents = ReadonlyMap<string, Permitted | undefined>;

export const consentKey = ({
  actor,
  also = [],
  purposes,
  action,
  at,
  roster,
  only,
  except = [],
}: ConsentPredicate): string =>
  JSON.stringify([[actor, ...also], at, roster === true, action, only, except, ...purposes]);

/** All different ones, wherever they stand. */
export function consentPredicates(predicates: readonly Predicate[]): ConsentPredicate[] {
  const found = new Map<string, ConsentPredicate>();
  const visit = (predicate: Predicate): void => {
    if (predicate.kind === 'consent') found.set(consentKey(predicate), predicate);
    if (predicate.kind === 'and' || predicate.kind === 'or') predicate.of.forEach(visit);
  };
  predicates.forEach(visit);
  return [...found.values()];
}

/** One question for each consent predicate (there is seldom more than one). `persons`: only these. */
export async function resolveConsents(
  reading: Reading,
  predicates: readonly Predicate[],
  persons?: readonly string[],
): Promise<Consents> {
  const resolved = new Map<string, Permitted | undefined>();
  // One after the other: a session does one thing at a time.
  for (const predicate of consentPredicates(predicates))
    resolved.set(consentKey(predicate), await permittedBy(reading, predicate, persons));
  return resolved;
}

/** Lines in force at the predicate's moment, permits and denies alike; of a roster permits alone. */
export function rulesOf(predicate: ConsentPredicate): {
  permits: Record<string, unknown>;
  denies?: Record<string, unknown>;
} {
  const { actor, also = [], purposes, at, roster } = predicate;
  const inForce = { live: true, from: { $lte: at }, to: { $gt: at }, ...ownersAsked(predicate) };
  const actors = [actor, ...also];
  const permits = {
    permit: true,
    actor: also.length === 0 ? actor : { $in: actors },
    purpose: { $in: [...purposes] },
    ...inForce,
  };
  if (roster === true) return { permits };
  return {
    permits,
    denies: {
      permit: false,
      actor: { $in: [...actors, ''] },
      purpose: { $in: ['', ...purposes] },
      ...inForce,
    },
  };
}

/** Of the owner of lines. */
export function ownersAsked({ only, except = [] }: ConsentPredicate): { owner?: object } {
  if (only === undefined) return except.length === 0 ? {} : { owner: { $nin: [...except] } };
  return { owner: { $in: except.includes(only) ? [] : [only] } };
}

type Pair = Pick<RuleDocument, 'owner' | 'person'>;
type Found = Pair & BoundLine;
const FOUND = { _id: 0, owner: 1, person: 1, permit: 1, rank: 1, terms: 1 };

const permittedBy = (
  reading: Reading,
  predicate: ConsentPredicate,
  persons: readonly string[] | undefined,
): Promise<Permitted | undefined> =>
  persons === undefined ? permittedOfAll(reading, predicate) : permittedAmong(reading, predicate, persons);

/** In one question: what is said about some persons is little. */
async function permittedAmong(
  reading: Reading,
  predicate: ConsentPredicate,
  persons: readonly string[],
): Promise<Permitted> {
  if (persons.length === 0) return NOBODY_PERMITTED;
  const { actor, also = [], purposes, at, roster } = predicate;
  const found = await reading.collections.rule
    .find(
      {
        actor: { $in: [actor, ...also, ''] },
        permit: { $in: [true, false] },
        person: { $in: [...persons] },
        purpose: { $in: ['', ...purposes] },
        live: true,
        from: { $lte: at },
        to: { $gt: at },
        ...ownersAsked(predicate),
      },
      { ...within(reading), hint: 'actor' },
    )
    .toArray();
  return permittedOf(
    found.filter(line => (line.permit ? line.actor !== '' && line.purpose !== '' : roster !== true)),
  );
}

/** Undefined where there are more than can be named. */
async function permittedOfAll(reading: Reading, predicate: ConsentPredicate): Promise<Permitted | undefined> {
  const { permits, denies } = rulesOf(predicate);
  const permitted = await permitsOf(reading, permits);
  if (permitted === undefined || permitted.length === 0) return permitted && NOBODY_PERMITTED;
  if (denies === undefined) return permittedOf(permitted);
  const about = {
    owner: { $in: [...new Set(permitted.map(({ owner }) => owner))] },
    person: { $in: [...new Set(permitted.map(({ person }) => person))] },
  };
  const denied = await reading.collections.rule
    .find<Found>({ ...denies, ...about }, { ...within(reading), projection: FOUND, hint: 'person' })
    .toArray();
  return permittedOf([...permitted, ...denied]);
}

/** Undefined where there are too many persons, or so many lines about them that counting them is work. */
async function permitsOf(reading: Reading, filter: Record<string, unknown>): Promise<Found[] | undefined> {
  const most = (reading.limits ?? LIMITS).persons;
  const lines = most + 20;
  const options = { ...within(reading), projection: FOUND, hint: 'actor', limit: lines, batchSize: lines };
  const found = await reading.collections.rule.find<Found>(filter, options).toArray();
  const count = new Set(found.map(textOf)).size;
  return count > most || found.length === lines ? undefined : found;
}

const textOf = ({ owner, person }: Pair): string => JSON.stringify([owner, person]);

/** Lines of one person of one owner's decide among themselves. */
function permittedOf(found: readonly Found[]): Permitted {
  const persons = new Map<string, string[]>();
  const bound = new Map<string, Map<string, { persons: string[]; lines: BoundLine[] }>>();
  for (const all of Map.groupBy(found, textOf).values()) {
    const { owner, person } = all[0]!;
    const lines = decisive(all);
    if (!lines.some(({ permit }) => permit)) continue;
    persons.set(owner, [...(persons.get(owner) ?? []), person]);
    if (lines.length === 1 && lines[0]!.terms === undefined) continue;
    const groups = bound.get(owner) ?? new Map<string, { persons: string[]; lines: BoundLine[] }>();
    const key = JSON.stringify(lines);
    const group = groups.get(key) ?? { persons: [], lines };
    group.persons.push(person);
    bound.set(owner, groups.set(key, group));
  }
  return {
    persons,
    bound: new Map([...bound].map(([owner, groups]) => [owner, [...groups.values()]])),
  };
}

/**
 * Without the lines that one without terms outranks, each once, the highest first. Where nothing else is left than a
 * permit without terms, everything is permitted.
 */
function decisive(all: readonly Found[]): BoundLine[] {
  const sorted = all
    .map(({ permit, rank, terms }) => ({ permit, rank, ...(terms === undefined ? {} : { terms }) }))
    .sort((a, b) => b.rank - a.rank || Number(a.permit) - Number(b.permit));
  const last = sorted.findIndex(({ terms }) => terms === undefined);
  const lines = last === -1 ? sorted : sorted.slice(0, last + 1);
  return [...new Map(lines.map(line => [JSON.stringify(line), line])).values()];
}
