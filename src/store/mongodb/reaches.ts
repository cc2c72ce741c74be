// May a document at hand be reached? What it means is said once, in search/match.ts; here the document is
// laid before it. The rules about the persons it names are asked for only where nothing else decides.
import type { Clause, Param, Predicate } from '../../search/ast.ts';
import { allows, type Facts, type HeldRule } from '../../search/match.ts';
import { UNKNOWN_PERSON } from '../../search/persons.ts';
import type { IndexValue } from '../port.ts';
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
  return decide(reading, predicate, document, (leaf, rules) => holdsNow(document, leaf, rules));
}

/**
 * A version of the past: it is reached where both it and what the resource is now allow it, so that
 * persons named by either must permit. Only the source rule looks at the version alone; of a tombstone in
 * the past nobody can say what it answers.
 */
export function reachesPast(
  reading: Reading,
  { now, past }: { now: ResourceDocument; past: ResourceDocument },
  predicate: Predicate,
): Promise<boolean> {
  const named = { owner: now.owner, patients: [...now.patients, ...past.patients] };
  return decide(reading, predicate, named, (leaf, rules) => {
    if (leaf.kind === 'source') return holdsNow(past, leaf, rules);
    if (past.deleted && (leaf.kind === 'clause' || leaf.kind === 'names')) return false;
    const held = holdsNow(now, leaf, rules);
    return held === true ? holdsNow(past, leaf, rules) : held;
  });
}

/** Does it take index values to decide? */
export const asksValues = (predicate: Predicate): boolean =>
  predicate.kind === 'and' || predicate.kind === 'or'
    ? predicate.of.some(asksValues)
    : predicate.kind === 'clause' &&
      (predicate.clause.kind === 'param' || predicate.clause.kind === 'missing');

async function decide(
  reading: Reading,
  predicate: Predicate,
  named: Pick<ResourceDocument, 'owner' | 'patients'>,
  judge: Judge,
): Promise<boolean> {
  const known = judged(predicate, leaf => judge(leaf, undefined));
  if (known !== undefined) return known;
  const rules = await rulesAbout(reading, named, predicate);
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
    // A tombstone is seen by whom the last live version was seen, so it may be the first foreign version.
    pure: foreignFrom === undefined || version - (deleted ? 1 : 0) < foreignFrom,
  };
}

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
  const actors = [...new Set(consentPredicates([predicate]).map(one => one.actor)), ''];
  const found = await reading.collections.rule
    .find(
      { owner, person: { $in: persons }, permit: { $in: [true, false] }, actor: { $in: actors }, live: true },
      { ...within(reading), hint: 'person' },
    )
    .toArray();
  return found.map(({ consent, person, permit, actor, purpose, from, to }) => ({
    by: consent,
    owner,
    patient: person,
    effect: permit ? 'permit' : 'deny',
    actor,
    purpose,
    from,
    to,
  }));
}
