// Whom the consent rules in a predicate permit, read once before a query is made: where these are few, the
// query names them, and an index finds them.
import type { Predicate } from '../../search/ast.ts';
import type { RuleDocument } from './documents.ts';
import { LIMITS, type Reading, within } from './reading.ts';

export type ConsentPredicate = Extract<Predicate, { kind: 'consent' }>;

/** Persons by owner: permitted, and not denied. */
export type Permitted = ReadonlyMap<string, readonly string[]>;

/**
 * By `consentKey`; undefined: more than can be named in a query. Where it was resolved for some persons
 * alone it is right for the resources that name nobody else.
 */
export type Consents = ReadonlyMap<string, Permitted | undefined>;

export const consentKey = ({ actor, purposes, at, roster }: ConsentPredicate): string =>
  JSON.stringify([actor, at, roster === true, ...purposes]);

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

/** Rules that hold at the predicate's moment, permits and denies alike; of a roster permits alone. */
export function rulesOf({ actor, purposes, at, roster }: ConsentPredicate): {
  permits: Record<string, unknown>;
  denies?: Record<string, unknown>;
} {
  const inForce = { live: true, from: { $lte: at }, to: { $gt: at } };
  const permits = { permit: true, actor, purpose: { $in: [...purposes] }, ...inForce };
  if (roster === true) return { permits };
  return {
    permits,
    denies: { permit: false, actor: { $in: [actor, ''] }, purpose: { $in: ['', ...purposes] }, ...inForce },
  };
}

type Pair = Pick<RuleDocument, 'owner' | 'person'>;
const PAIR = { _id: 0, owner: 1, person: 1 };

const permittedBy = (
  reading: Reading,
  predicate: ConsentPredicate,
  persons: readonly string[] | undefined,
): Promise<Permitted | undefined> =>
  persons === undefined ? permittedOfAll(reading, predicate) : permittedAmong(reading, predicate, persons);

/** In one question: what is said about some persons is little. */
async function permittedAmong(
  reading: Reading,
  { actor, purposes, at, roster }: ConsentPredicate,
  persons: readonly string[],
): Promise<Permitted> {
  if (persons.length === 0) return new Map();
  const found = await reading.collections.rule
    .find(
      {
        actor: { $in: [actor, ''] },
        permit: { $in: [true, false] },
        person: { $in: [...persons] },
        purpose: { $in: ['', ...purposes] },
        live: true,
        from: { $lte: at },
        to: { $gt: at },
      },
      { ...within(reading), hint: 'actor' },
    )
    .toArray();
  const permits = found.filter(rule => rule.permit && rule.actor === actor && rule.purpose !== '');
  return without(
    permits,
    found.filter(rule => !rule.permit && roster !== true),
  );
}

/** Undefined where there are more than can be named. */
async function permittedOfAll(reading: Reading, predicate: ConsentPredicate): Promise<Permitted | undefined> {
  const { permits, denies } = rulesOf(predicate);
  const permitted = await pairsOf(reading, permits);
  if (permitted === undefined || permitted.length === 0) return permitted && new Map();
  if (denies === undefined) return without(permitted, []);
  const about = {
    owner: { $in: [...new Set(permitted.map(({ owner }) => owner))] },
    person: { $in: [...new Set(permitted.map(({ person }) => person))] },
  };
  const denied = await reading.collections.rule
    .find<Pair>({ ...denies, ...about }, { ...within(reading), projection: PAIR, hint: 'person' })
    .toArray();
  return without(permitted, denied);
}

/** Undefined where there are too many persons, or so many lines about them that counting them is work. */
async function pairsOf(reading: Reading, filter: Record<string, unknown>): Promise<Pair[] | undefined> {
  const most = (reading.limits ?? LIMITS).persons;
  const lines = most + 20;
  const options = { ...within(reading), projection: PAIR, hint: 'actor', limit: lines, batchSize: lines };
  const found = await reading.collections.rule.find<Pair>(filter, options).toArray();
  const count = new Set(found.map(textOf)).size;
  return count > most || found.length === lines ? undefined : found;
}

const textOf = ({ owner, person }: Pair): string => JSON.stringify([owner, person]);

function without(permitted: readonly Pair[], denied: readonly Pair[]): Permitted {
  const out = new Set(denied.map(textOf));
  const left = new Map<string, Set<string>>();
  for (const pair of permitted) {
    if (out.has(textOf(pair))) continue;
    const persons = left.get(pair.owner) ?? new Set<string>();
    left.set(pair.owner, persons.add(pair.person));
  }
  return new Map([...left].map(([owner, persons]) => [owner, [...persons]]));
}
