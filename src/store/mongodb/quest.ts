// A plan made ready to be asked: where its matches can be, and what they have to be there.
import type { Plan, Predicate } from '../../search/ast.ts';
import {
  type Arm,
  anyOfArms,
  armFilter,
  armsFor,
  namesOf,
  organizationsOf,
  personsSought,
  readTies,
  type Ties,
} from './arms.ts';
import { type Question, questionOf, type Way } from './choose.ts';
import {
  type ConsentPredicate,
  type Consents,
  consentKey,
  consentPredicates,
  NOBODY_PERMITTED,
  resolveConsents,
} from './consents.ts';
import { SEVERAL } from './documents.ts';
import { allOf, aside, clauseFilter, conjuncts, type ResourceFilter, textOf } from './filter.ts';
import { predicateFilter } from './predicate.ts';
import { LIMITS, type Reading } from './reading.ts';

/** A place to look, with the Consents that are right there. */
export interface Field {
  arm: Arm;
  earlier: readonly Arm[];
  consents: Consents;
}

export interface Quest {
  reading: Reading;
  plan: Plan;
  question: Question;
  /** What a match has to be besides: of this moment, and of this page or a later one. */
  besides: ResourceFilter;
  fields: readonly Field[];
  /** Includes need the index values of the matches. */
  values: boolean;
}

export async function questOf(reading: Reading, plan: Plan, besides: ResourceFilter): Promise<Quest> {
  return {
    reading,
    plan,
    question: questionOf(plan, reading.limits ?? LIMITS),
    besides,
    fields: await fieldsOf(reading, plan),
    values: plan.includes.some(include => include.direction === 'forward'),
  };
}

async function fieldsOf(reading: Reading, { type, where, narrow }: Plan): Promise<Field[]> {
  const { ranges } = reading.limits ?? LIMITS;
  const persons = personsSought(type, where);
  const ties = await readTies(reading, organizationsOf(narrow));
  const none = idleConsents(narrow, ties);
  if (where.some(clause => clause.kind === 'id')) {
    const known = { consents: none, ties, persons: undefined, ranges };
    return anyOfArms(armsFor(narrow, known)).map(arm => ({ arm, earlier: [], consents: none }));
  }
  const asked = consentPredicates([narrow]).filter(one => !none.has(consentKey(one)));
  const consents = new Map([...none, ...(await resolveConsents(reading, asked, persons))]);
  const arms = armsFor(narrow, { consents, ties, persons, ranges });
  const fields =
    persons === undefined
      ? arms.map(arm => ({ arm, consents }))
      : arms.flatMap(arm => soleAndSeveral(arm, { sole: consents, several: none }));
  return fields.map((field, at) => ({ ...field, earlier: fields.slice(0, at).map(other => other.arm) }));
}

/**
 * Of whom nothing is asked: whom nobody else has ever permitted anything, where its own records are its own anyway;
 * and what is asked beside a class of recipients that no Consent names, and nowhere else.
 */
function idleConsents(narrow: Predicate, ties: Ties): Consents {
  const busy = new Set(besideNoIdleClass(narrow, ties).map(consentKey));
  const idle = consentPredicates([narrow]).filter(
    one =>
      !busy.has(consentKey(one)) || (!namesOf(one).some(name => ties.has(name)) && owns(narrow, one.actor)),
  );
  return new Map(idle.map(one => [consentKey(one), NOBODY_PERMITTED]));
}

function besideNoIdleClass(predicate: Predicate, ties: Ties): ConsentPredicate[] {
  if (predicate.kind === 'consent') return [predicate];
  if (predicate.kind !== 'or' && predicate.kind !== 'and') return [];
  const isIdle = (one: Predicate): boolean => {
    const asked = consentPredicates([one]);
    return (
      asked.length > 0 &&
      asked.every(each => isClass(each.actor) && !classesOf(each).some(name => ties.has(name)))
    );
  };
  if (predicate.kind === 'and' && predicate.of.some(isIdle)) return [];
  return predicate.of.flatMap(one => besideNoIdleClass(one, ties));
}

/** See access/actor.ts. */
const isClass = (actor: string): boolean => actor.startsWith('class:');
const classesOf = (predicate: ConsentPredicate): string[] => namesOf(predicate).filter(isClass);

/** All that it says of consent stands beside this owner. */
const owns = (predicate: Predicate, organization: string): boolean =>
  predicate.kind === 'and'
    ? predicate.of.every(one => consentPredicates([one]).length === 0 || owns(one, organization))
    : predicate.kind === 'or' &&
      predicate.of.some(one => one.kind === 'owner' && one.organization === organization);

/**
 * What was resolved for the persons that are sought says nothing of others who are named beside them; and
 * what names one person is found by the person, what names several by the reference.
 */
function soleAndSeveral(arm: Arm, consents: { sole: Consents; several: Consents }): Omit<Field, 'earlier'>[] {
  const { who = [] } = arm;
  const sole = who.filter(one => one !== SEVERAL);
  return [
    ...(sole.length === 0 ? [] : [{ arm: { ...arm, who: sole }, consents: consents.sole }]),
    ...(who.includes(SEVERAL) ? [{ arm: { ...arm, who: [SEVERAL] }, consents: consents.several }] : []),
  ];
}

const BY_VALUE: ReadonlySet<Way['hint']> = new Set(['value', 'personValue']);

export interface Match {
  filter: ResourceFilter;
  /** Nothing is left to say; otherwise who is permitted by consent, for that takes more persons than can be named. */
  whole: boolean;
}

/** All that a match has to be. `known`: where it is for some documents that these Consents are right. */
export function matchOf(
  { plan, besides }: Pick<Quest, 'plan' | 'besides'>,
  { arm, earlier, consents }: Field,
  { hint, bounds }: Way,
  known = consents,
): Match {
  const { type, where, narrow } = plan;
  const driving = new Set(conjuncts(bounds).map(textOf));
  const checked = (filter: ResourceFilter): ResourceFilter =>
    BY_VALUE.has(hint) && filter.values !== undefined && !driving.has(textOf(filter))
      ? aside(filter)
      : filter;
  const allowed = predicateFilter(type, narrow, known);
  const filter = allOf([
    bounds,
    armFilter(arm, earlier),
    { type, deleted: false },
    besides,
    ...where.map(clause => checked(clauseFilter(type, clause))),
    allowed ?? {},
  ]);
  return { filter, whole: allowed !== undefined };
}
