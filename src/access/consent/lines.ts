// The tree of a Consent as lines. A line holds for what its provision applies to; a deny not for what a permit
// further in takes out of it. (A permit needs no such exception: what is denied further in has lines of its own,
// of a rank that is not lower, and what is permitted further in it permits itself.)
import { actorMark } from '../../search/terms.ts';
import type { ConsentRule, Criteria, Terms } from '../../store/port/derived.ts';
import { overlapOf, type Stretch } from '../period.ts';
import type { Effect } from './data.ts';
import { type Condition, type Node, purposeSet } from './provision.ts';

export type Line = Omit<ConsentRule, 'patient'> & { path: string };

/**
 * Those of one effect, of a node and all that is nested in it. `trusted`: what the Consent permits counts; where it
 * does not, nothing is taken out of what it denies.
 */
export const linesOf = (root: Node, effect: Effect, trusted: boolean): Line[] =>
  under(trusted ? root : withoutExceptions(root), [], effect);

function under(node: Node, around: readonly Condition[], effect: Effect): Line[] {
  const condition = effect === 'permit' ? node.condition : node.outline;
  if (condition === undefined) return [];
  const along = [...around, condition];
  const own = node.effect === effect ? ownLines(node, along) : [];
  return [...own, ...node.nested.flatMap(one => under(one, along, effect))];
}

/** Its denies stay, also those within a permit. */
const withoutExceptions = (node: Node): Node => ({
  ...node,
  nested: node.nested.filter(one => one.effect === 'deny' || node.effect === 'permit').map(withoutExceptions),
});

/** One for each recipient and purpose. */
function ownLines(node: Node, along: readonly Condition[]): Line[] {
  const { effect, path } = node;
  const { actors, purposes, around } = effect === 'permit' ? permitted(along) : denied(along);
  const period = along.reduce<Stretch | undefined>(
    (all, one) => all && overlapOf(all, one.period),
    along[0]!.period,
  );
  // Whom and what for, a consent has to say: 42 CFR 2.31(a)(4) and (5).
  if (period === undefined || (effect === 'permit' && (!actors || !purposes))) return [];
  const unless = effect === 'deny' ? node.nested.filter(permitsSomething).flatMap(exceptionOf) : [];
  const criteria = criteriaOf({
    all: [...along.flatMap(one => one.all), ...around],
    made: along.flatMap(one => one.made),
  });
  const terms: Terms = unless.length === 0 ? criteria : { ...criteria, unless };
  const bound = Object.keys(terms).length === 0 ? {} : { terms };
  return (actors ?? ['']).flatMap(actor =>
    (purposes ?? ['']).map(purpose => ({ effect, actor, purpose, ...period, path, ...bound })),
  );
}

interface Whom {
  /** Undefined: everybody; every purpose. */
  actors: readonly string[] | undefined;
  purposes: readonly string[] | undefined;
  /** What provisions around it name besides, as sets of marks. */
  around: readonly (readonly string[])[];
}

/** Those of the innermost provision that names any; what others around it name is asked besides. */
function permitted(along: readonly Condition[]): Whom {
  const actors = innermost(along.map(one => one.actors));
  const purposes = innermost(along.map(one => one.purposes));
  return {
    actors: actors.found,
    purposes: purposes.found,
    around: [...actors.others.map(set => set.map(actorMark)), ...purposes.others.map(purposeSet)],
  };
}

/** Whom a deny names itself it denies, whomever and whatever for what is around it permits. */
function denied(along: readonly Condition[]): Whom {
  const own = along.at(-1)!;
  const purposes = own.actors === undefined ? innermost(along.map(one => one.purposes)).found : own.purposes;
  return { actors: innermost(along.map(one => one.actors)).found, purposes, around: [] };
}

interface Innermost {
  found: readonly string[] | undefined;
  /** Of those around it. */
  others: readonly (readonly string[])[];
}

function innermost(lists: readonly (readonly string[] | undefined)[]): Innermost {
  const named = lists.filter(list => list !== undefined);
  return { found: named.at(-1), others: named.slice(0, -1) };
}

/** Is there a permit in it that could apply? */
const permitsSomething = ({ effect, condition, nested }: Node): boolean =>
  condition !== undefined && (effect === 'permit' || nested.some(permitsSomething));

/** Where a nested provision applies, it decides, and not the one around it. */
function exceptionOf({ condition }: Node): Criteria[] {
  if (condition === undefined) return [];
  const { actors, purposes, period, all, made } = condition;
  return [
    {
      ...criteriaOf({
        all: [
          ...all,
          ...(actors === undefined ? [] : [actors.map(actorMark)]),
          ...(purposes === undefined ? [] : [purposeSet(purposes)]),
        ],
        made,
      }),
      from: period.from,
      to: period.to,
    },
  ];
}

/** Without what asks nothing. */
function criteriaOf({ all, made }: Required<Pick<Criteria, 'all' | 'made'>>): Criteria {
  return { ...(all.length === 0 ? {} : { all }), ...(made.length === 0 ? {} : { made }) };
}
