// May a document at hand be reached? What it means is said once, in search/match.ts; here the document is
// laid before it. The rules about the persons it names are asked for only where nothing else decides.
import type { Clause, Param, Predicate } from '../../search/ast.ts';
import { allows, type Facts, type HeldRule } from '../../search/match.ts';
import { UNKNOWN_PERSON } from '../../search/persons.ts';
import { CLINICAL_DATES, referenceMark, selfMark, typeMark } from '../../search/terms.ts';
import type { IndexValue } from '../port/derived.ts';
import { consentPredicates } from './consents.ts';
import { type ResourceDocument, toVersion, type ValueDocument, valueKey } from './documents.ts';
import { type Reading, within } from './reading.ts';

type Leaf = Exclude<Predicate, { kind: 'and' | 'or' }>;
type Rules = readonly HeldRule[];
/** Undefined: rules have to be asked for. */
type Judge = (leaf: Leaf, rules: Rules | undefined) => boolean | undefined;

/**
 * A current document; a tombstone is judged by its last live version. `values` are needed only where
 * `asksValues` says so.
 */
export function reaches(
  reading: Reading,
  document: ResourceDocument,
  predicate: Predicate,
): Promise<boolean> {
  let now = document;
  const complete = async (): Promise<void> => {
    now = await withValues(reading, 'resource', now);
  };
  return decide(reading, predicate, { named: document, complete }, (leaf, rules) =>
    holdsNow(now, leaf, rules),
  );
}

/**
 * A version of the past: it is reached where both it and what the resource is now allow it, so that
 * persons named by either must permit. Only the source rule looks at the version alone; of a tombstone in
 * the past nobody can say what it answers.
 */
export function reachesPast(
  reading: Reading,
  given: { now: ResourceDocument; past: ResourceDocument },
  predicate: Predicate,
): Promise<boolean> {
  let { now, past } = given;
  const named = { owner: now.owner, patients: [...now.patients, ...past.patients] };
  const complete = async (): Promise<void> => {
    now = await withValues(reading, 'resource', now);
    past = await withValues(reading, 'history', past);
  };
  return decide(reading, predicate, { named, complete }, (leaf, rules) => {
    if (leaf.kind === 'source') return holdsNow(past, leaf, rules);
    if (past.deleted && (leaf.kind === 'clause' || leaf.kind === 'names')) return false;
    const held = holdsNow(now, leaf, rules);
    return held === true ? holdsNow(past, leaf, rules) : held;
  });
}

/** Index values are not always read with a document: see `neededFor` in version.ts. */
async function withValues(
  reading: Reading,
  collection: 'resource' | 'history',
  document: ResourceDocument,
): Promise<ResourceDocument> {
  if ((document.values as ValueDocument[] | undefined) !== undefined) return document;
  const { _id, partition } = document;
  const options = { ...within(reading), projection: { values: 1 } };
  const found = await reading.collections[collection].findOne({ _id, partition }, options);
  return { ...document, values: found?.values ?? [] };
}

/** Does it take index values to decide? */
export const asksValues = (predicate: Predicate): boolean =>
  predicate.kind === 'and' || predicate.kind === 'or'
    ? predicate.of.some(asksValues)
    : predicate.kind === 'clause' &&
      (predicate.clause.kind === 'param' || predicate.clause.kind === 'missing');

interface Subject {
  named: Pick<ResourceDocument, 'owner' | 'patients'>;
  /** Reads what terms ask. */
  complete(): Promise<void>;
}

async function decide(
  reading: Reading,
  predicate: Predicate,
  { named, complete }: Subject,
  judge: Judge,
): Promise<boolean> {
  const known = judged(predicate, leaf => judge(leaf, undefined));
  if (known !== undefined) return known;
  const rules = await rulesAbout(reading, named, predicate);
  if (rules.some(rule => rule.terms !== undefined)) await complete();
  return judged(predicate, leaf => judge(leaf, rules)) === true;
}

/** Three-valued: what is undefined may still be decided by what stands beside it. */
export function judged(
  predicate: Predicate,
  judge: (leaf: Leaf) => boolean | undefined,
): boolean | undefined {
  if (predicate.kind !== 'and' && predicate.kind !== 'or') return judge(predicate);
  const decisive = predicate.kind === 'or';
  let answer: boolean | undefined = !decisive;
  for (const one of predicate.of) {
    const held = judged(one, judge);
    if (held === decisive) return decisive;
    if (held === undefined) answer = undefined;
  }
  return answer;
}

function holdsNow(document: ResourceDocument, leaf: Leaf, rules: Rules | undefined): boolean | undefined {
  if (leaf.kind === 'consent' && rules === undefined)
    return document.patients.length === 0 ? false : undefined;
  if (leaf.kind === 'names')
    return document.type === 'Consent' && document.names?.includes(leaf.actor) === true;
  return allows(leaf, factsOf(document, leaf, rules ?? []));
}

/** Of the values only those that the leaf asks for. */
function factsOf(document: ResourceDocument, leaf: Leaf, rules: Rules): Facts {
  const { version, deleted, foreignFrom } = document;
  return {
    version: toVersion(document),
    values: leaf.kind === 'clause' ? valuesFor(document, leaf.clause) : [],
    rules,
    ...(rules.some(rule => rule.terms !== undefined) ? { known: knownFor(document) } : {}),
    // A tombstone is seen by whom the last live version was seen, so it may be the first foreign version.
    pure: foreignFrom === undefined || version - (deleted ? 1 : 0) < foreignFrom,
  };
}

/** As `knownOf` in search/terms.ts tells it of index values. */
const knownFor = ({ type, id, values, marks = [] }: ResourceDocument): Facts['known'] & object => ({
  marks: new Set([
    typeMark(type),
    selfMark(`${type}/${id}`),
    ...values.flatMap(({ v }) => (typeof v === 'string' ? [referenceMark(v)] : [])),
    ...marks,
  ]),
  dates: values
    .filter(({ k, v }) => CLINICAL_DATES.includes(k) && typeof v === 'number')
    .map(({ v, w }) => ({ low: Number(v), high: Number(w) })),
});

function valuesFor({ type, values }: ResourceDocument, clause: Clause): IndexValue[] {
  if (clause.kind !== 'param' && clause.kind !== 'missing') return [];
  const { param } = clause;
  const k = valueKey(type, param.key);
  return values.filter(value => value.k === k).map(value => toIndexValue(param, value));
}

/** The reverse of toValueDocument. */
function toIndexValue({ key, type }: Param, { v, w, s = '', u = '' }: ValueDocument): IndexValue {
  switch (type) {
    case 'token':
      return { type, key, system: String(w ?? ''), code: String(v) };
    case 'string':
      return { type, key, norm: String(v), exact: String(w ?? v) };
    case 'date':
    case 'number':
      return { type, key, low: Number(v), high: Number(w) };
    case 'quantity':
      return { type, key, low: Number(v), high: Number(w), system: s, code: u };
    case 'reference':
      return { type, key, target: String(v) };
    case 'uri':
      return { type, key, uri: String(v) };
  }
}

/** What Consents of the owner's say about these persons to those who ask. */
async function rulesAbout(
  reading: Reading,
  { owner, patients }: Pick<ResourceDocument, 'owner' | 'patients'>,
  predicate: Predicate,
): Promise<HeldRule[]> {
  const persons = [...new Set(patients)].filter(person => person !== UNKNOWN_PERSON);
  if (persons.length === 0) return [];
  const asked = consentPredicates([predicate]).flatMap(({ actor, also = [] }) => [actor, ...also]);
  const actors = [...new Set(asked), ''];
  const found = await reading.collections.rule
    .find(
      { owner, person: { $in: persons }, permit: { $in: [true, false] }, actor: { $in: actors }, live: true },
      { ...within(reading), hint: 'person' },
    )
    .toArray();
  return found.map(({ consent, person, permit, actor, purpose, from, to, rank, terms }) => ({
    by: consent,
    owner,
    patient: person,
    effect: permit ? 'permit' : 'deny',
    actor,
    purpose,
    from,
    to,
    rank,
    ...(terms === undefined ? {} : { terms }),
  }));
}
