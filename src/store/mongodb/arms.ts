// Where what a predicate allows can be at most: partitions, and persons in them. Places to look, nothing
// more: the predicate itself is part of every query.
import type { Clause, Predicate } from '../../search/ast.ts';
import { type ConsentPredicate, type Consents, consentKey } from './consents.ts';
import { NOBODY, SEVERAL } from './documents.ts';
import { allOf, type ResourceFilter } from './filter.ts';
import { LIMITS, type Reading, within } from './reading.ts';

export interface Arm {
  /** Not empty. `others`: all but NOBODY, where no partition is known. */
  partitions: readonly string[] | 'others';
  /** Values of `who`; absent: any. */
  who?: readonly string[];
  /** Only what this Organization wrote into the records of others. */
  source?: string;
}

/** Organization -> owners in whose records something of it may be. */
export type Ties = ReadonlyMap<string, readonly string[]>;

export interface Known {
  consents: Consents;
  ties: Ties;
  /** Only what names one of these is sought. */
  persons: readonly string[] | undefined;
  /** Ranges of an index that one query reads. */
  ranges: number;
}

/** Disjoint arms for a predicate. */
export async function armsOf(reading: Reading, predicate: Predicate, consents: Consents): Promise<Arm[]> {
  const ties = await readTies(reading, organizationsOf(predicate));
  const { ranges } = reading.limits ?? LIMITS;
  return armsFor(predicate, { consents, ties, persons: undefined, ranges });
}

/** All of them at once, where an index by id finds what is sought in any of them. */
export function anyOfArms(arms: readonly Arm[]): Arm[] {
  if (arms.length === 0) return [];
  if (arms.some(arm => arm.partitions === 'others')) return [...ANYWHERE];
  return [{ partitions: [...new Set(arms.flatMap(arm => arm.partitions as readonly string[]))] }];
}

/** The same, where the ties are known. */
export const armsFor = (predicate: Predicate, { consents, ties, persons, ranges }: Known): Arm[] =>
  disjoint(narrowed(placesOf(predicate, consents, ties), persons), ranges);

export async function readTies(reading: Reading, organizations: readonly string[]): Promise<Ties> {
  if (organizations.length === 0) return new Map();
  const found = await reading.collections.tie
    .find({ organization: { $in: [...organizations] } }, { ...within(reading), hint: 'organization' })
    .toArray();
  const ties = new Map<string, string[]>();
  for (const { organization, owner } of found)
    ties.set(organization, [...(ties.get(organization) ?? []), owner]);
  return ties;
}

/** Those whose ties say where to look. */
export function organizationsOf(predicate: Predicate): string[] {
  switch (predicate.kind) {
    case 'source':
      return [predicate.organization];
    case 'consent':
      return namesOf(predicate);
    case 'and':
    case 'or':
      return [...new Set(predicate.of.flatMap(organizationsOf))];
    default:
      return [];
  }
}

/** What a caller goes by. */
export const namesOf = ({ actor, also = [] }: ConsentPredicate): string[] => [actor, ...also];

const EVERYWHERE: Arm = { partitions: 'others' };
const ANYWHERE: readonly Arm[] = [{ partitions: [NOBODY] }, EVERYWHERE];

export const placesOf = (predicate: Predicate, consents: Consents, ties: Ties): readonly Arm[] =>
  places(predicate, consents, ties) ?? ANYWHERE;

/** Undefined where they can be anywhere. */
function places(predicate: Predicate, consents: Consents, ties: Ties): readonly Arm[] | undefined {
  switch (predicate.kind) {
    case 'none':
      return [];
    case 'all':
    case 'clause':
    case 'names':
      return undefined;
    case 'no-person':
      return [{ partitions: [NOBODY] }];
    case 'owner':
      return [{ partitions: [predicate.organization, NOBODY] }];
    case 'source': {
      const { organization } = predicate;
      const foreign = (ties.get(organization) ?? []).filter(owner => owner !== organization);
      const own: Arm = { partitions: [organization, NOBODY] };
      return foreign.length === 0 ? [own] : [own, { partitions: foreign, source: organization }];
    }
    case 'consent': {
      const permitted = consents.get(consentKey(predicate));
      if (permitted === undefined)
        return [{ partitions: [...namesOf(predicate).flatMap(one => ties.get(one) ?? []), predicate.actor] }];
      return [...permitted.persons].map(([owner, persons]) => ({
        partitions: [owner],
        who: [...persons, SEVERAL],
      }));
    }
    case 'person':
      return aboutPersons([EVERYWHERE], [predicate.patient]);
    case 'and': {
      const persons = predicate.of.flatMap(one => (one.kind === 'person' ? [one.patient] : []));
      const others = predicate.of.filter(one => one.kind !== 'person');
      const least = leastOf(others.map(one => places(one, consents, ties)));
      return persons.length === 0 ? least : aboutPersons(least ?? [EVERYWHERE], persons);
    }
    case 'or': {
      const all = predicate.of.map(one => places(one, consents, ties));
      return all.every(one => one !== undefined) ? all.flat() : undefined;
    }
  }
}

/** The one that names the fewest persons, or else the first that is known. */
function leastOf(all: readonly (readonly Arm[] | undefined)[]): readonly Arm[] | undefined {
  const known = all.filter(one => one !== undefined);
  const count = (arms: readonly Arm[]): number =>
    arms.reduce((sum, { who }) => sum + (who?.length ?? Number.POSITIVE_INFINITY), 0);
  const [least] = known.toSorted((a, b) => (count(a) < count(b) ? -1 : count(a) > count(b) ? 1 : 0));
  return least;
}

/** Where one of these persons is named: not where nobody is. */
function aboutPersons(arms: readonly Arm[], persons: readonly string[]): Arm[] {
  return narrowed(arms, persons).flatMap((arm): Arm[] => {
    if (arm.partitions === 'others') return [arm];
    const partitions = arm.partitions.filter(one => one !== NOBODY);
    return partitions.length === 0 ? [] : [{ ...arm, partitions }];
  });
}

function narrowed(arms: readonly Arm[], persons: readonly string[] | undefined): Arm[] {
  if (persons === undefined) return [...arms];
  const sought = [...persons, SEVERAL];
  return arms.map(({ partitions, who }) => ({
    partitions,
    who: who === undefined ? sought : sought.filter(one => who.includes(one)),
  }));
}

/**
 * No document is in two of them, and none has more than `most` index ranges where that can be helped: a
 * server merges so many in order and would sort what comes out of more.
 */
export function disjoint(arms: readonly Arm[], most: number): Arm[] {
  const whole = merged(arms.filter(arm => arm.who === undefined && arm.source === undefined));
  const left = (arm: Arm): Arm[] => {
    if (arm.partitions === 'others') return whole.others ? [] : [arm];
    const partitions = arm.partitions.filter(one => !whole.has(one));
    return partitions.length === 0 ? [] : [{ ...arm, partitions }];
  };
  const named = byPersons(
    arms.filter(arm => arm.who !== undefined && arm.who.length > 0).flatMap(left),
    most,
  );
  const foreign = arms.filter(arm => arm.source !== undefined).flatMap(left);
  return [
    ...chunks(whole.listed, most).map(partitions => ({ partitions })),
    ...(whole.others ? [{ partitions: 'others' as const }] : []),
    ...named.flatMap(arm => split(arm, most)),
    ...bySource(foreign).flatMap(arm => split(arm, most)),
  ];
}

interface Whole {
  listed: readonly string[];
  others: boolean;
  has(partition: string): boolean;
}

function merged(arms: readonly Arm[]): Whole {
  const others = arms.some(arm => arm.partitions === 'others');
  const all = new Set(arms.flatMap(arm => (arm.partitions === 'others' ? [] : arm.partitions)));
  const listed = [...all].filter(one => !others || one === NOBODY);
  return { listed, others, has: one => listed.includes(one) || (others && one !== NOBODY) };
}

/**
 * Persons by partition; partitions go together while they have no more than `most` ranges. Where somebody is
 * sought in any partition everybody is.
 */
function byPersons(arms: readonly Arm[], most: number): Arm[] {
  const anywhere = arms.some(arm => arm.partitions === 'others');
  const everywhere = new Set<string>();
  const persons = new Map<string, Set<string>>();
  for (const { partitions, who = [] } of arms) {
    for (const partition of partitions === 'others' ? [undefined] : partitions) {
      if (partition === undefined || (anywhere && partition !== NOBODY)) {
        for (const one of who) everywhere.add(one);
        continue;
      }
      const known = persons.get(partition) ?? new Set<string>();
      for (const one of who) known.add(one);
      persons.set(partition, known);
    }
  }
  const found: { partitions: string[]; who: Set<string> }[] = [];
  for (const [partition, who] of persons) {
    const last = found.at(-1);
    const together = new Set([...(last?.who ?? []), ...who]);
    if (last !== undefined && (last.partitions.length + 1) * together.size <= most) {
      last.partitions.push(partition);
      last.who = together;
    } else found.push({ partitions: [partition], who });
  }
  const named = found.map(({ partitions, who }) => ({ partitions, who: [...who].sort() }));
  return anywhere ? [{ partitions: 'others', who: [...everywhere].sort() }, ...named] : named;
}

/** Foreign arms of one source are one; of several sources none of them names the same document. */
function bySource(arms: readonly Arm[]): Arm[] {
  const sources = new Map<string, Set<string>>();
  for (const { source = '', partitions } of arms) {
    const known = sources.get(source) ?? new Set<string>();
    for (const one of partitions === 'others' ? [] : partitions) known.add(one);
    sources.set(source, known);
  }
  return [...sources].map(([source, partitions]) => ({ source, partitions: [...partitions] }));
}

function split(arm: Arm, most: number): Arm[] {
  const { partitions, who } = arm;
  if (partitions === 'others') return [arm];
  if (who === undefined) return chunks(partitions, most).map(some => ({ ...arm, partitions: some }));
  const few = Math.max(1, Math.floor(most / Math.min(who.length, most)));
  return chunks(partitions, few).flatMap(some =>
    chunks(who, most).map(one => ({ partitions: some, who: one })),
  );
}

function chunks(all: readonly string[], most: number): string[][] {
  const found: string[][] = [];
  for (let at = 0; at < all.length; at += most) found.push(all.slice(at, at + most));
  return found;
}

/** `earlier`: arms whose documents are found by queries of their own. */
export function armFilter(arm: Arm, earlier: readonly Arm[] = []): ResourceFilter {
  const overlapping = earlier.filter(other => mayShare(arm, other)).map(other => armFilter(other));
  return allOf([placeFilter(arm), ...(overlapping.length === 0 ? [] : [{ $nor: overlapping }])]);
}

const placeFilter = ({ partitions, who, source }: Arm): ResourceFilter => ({
  ...(source === undefined ? {} : { source, foreign: true }),
  partition: partitions === 'others' ? { $gt: NOBODY } : oneOf(partitions),
  ...(who === undefined ? {} : { who: oneOf(who) }),
});

const oneOf = (all: readonly string[]): { $in: string[] } | string =>
  all.length === 1 ? all[0]! : { $in: [...all] };

/** Arms of a source can, and persons sought anywhere with partitions sought whole: all others were cut to be disjoint. */
function mayShare(arm: Arm, other: Arm): boolean {
  if (arm.partitions === 'others' && arm.who !== undefined) return other.partitions !== 'others';
  if (arm.source === undefined || arm.source === other.source) return false;
  if (arm.partitions === 'others' || other.partitions === 'others') return other.source === undefined;
  const { partitions } = arm;
  return other.source === undefined && other.partitions.some(one => partitions.includes(one));
}

/**
 * Persons one of whom every match names: where a criterion asks for a reference to a Patient, and where
 * Patients are asked for by id. Undefined where anybody may be named.
 */
export function personsSought(type: string, clauses: readonly Clause[]): string[] | undefined {
  const lists = clauses.map(clause => personsOf(type, clause)).filter(list => list !== undefined);
  return lists.reduce<string[] | undefined>(
    (least, list) => (least === undefined || list.length < least.length ? list : least),
    undefined,
  );
}

const PATIENT = 'Patient/';

function personsOf(type: string, clause: Clause): string[] | undefined {
  if (clause.kind === 'id') return type === 'Patient' ? [...clause.ids] : undefined;
  if (clause.kind !== 'param' || clause.param.type !== 'reference' || clause.modifier !== undefined)
    return undefined;
  const keys = clause.values.flatMap(value => (value.kind === 'reference' ? value.keys : ['']));
  if (!keys.every(key => key.startsWith(PATIENT))) return undefined;
  return [...new Set(keys.map(key => key.slice(PATIENT.length)))];
}
