// What a row at hand decides of a Predicate, so that the store need not be asked.
import type { Predicate } from '../../search/ast.ts';
import type { Row } from './unit.ts';

/** What is known of a row without asking the store. Organization ids. */
export interface RowFacts {
  owner: string;
  source: string;
  /** Only its source wrote it so far. */
  pure: boolean;
  /** Logical ids of Patients. */
  persons: readonly string[];
}

/** Decides what the row at hand decides; undefined where rules or index values have to be asked. */
export function holdsFor(predicate: Predicate, facts: RowFacts): boolean | undefined {
  switch (predicate.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'owner':
      return facts.owner === predicate.organization;
    case 'source':
      return facts.pure && facts.source === predicate.organization;
    case 'no-person':
      return facts.persons.length === 0;
    case 'person':
      return facts.persons.length > 0 && facts.persons.every(one => one === predicate.patient);
    case 'and':
      return combine(predicate.of, facts, false);
    case 'or':
      return combine(predicate.of, facts, true);
    default:
      return undefined;
  }
}

/** One `decisive` child decides; an unknown child leaves the whole unknown. */
function combine(of: readonly Predicate[], facts: RowFacts, decisive: boolean): boolean | undefined {
  let answer: boolean | undefined = !decisive;
  for (const one of of) {
    const held = holdsFor(one, facts);
    if (held === decisive) return decisive;
    if (held === undefined) answer = undefined;
  }
  return answer;
}

export const factsOf = ({ owner, source, foreignFrom, version, deleted, patients }: Row): RowFacts => ({
  owner,
  source,
  // A tombstone is judged as its last live version was.
  pure: foreignFrom === undefined || version - (deleted ? 1 : 0) < foreignFrom,
  persons: patients,
});
