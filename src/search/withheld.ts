// What may not be asked by: a criterion, an order or an include reads elements, and what is found by one that is
// dropped for the caller tells what it holds. Told by names alone, before anything is looked up: the answer is the
// same whatever there is.
import type { Grant } from '../access/grant.ts';
import { FhirError } from '../fhir/error.ts';
import type { Clause, Include, Param, Predicate, Search } from './ast.ts';

type Redacting = Pick<Grant, 'redact'>;

export function isWithheld(clause: Clause, grant: Redacting): boolean {
  switch (clause.kind) {
    case 'id':
    case 'updated':
      return false;
    case 'missing':
      return isDropped(clause.param, grant);
    case 'param':
      return isDropped(clause.param, grant, clause.modifier);
  }
}

export const isUnfollowed = ({ param }: Include, grant: Redacting): boolean => isDropped(param, grant);

function isDropped(param: Param, { redact }: Redacting, modifier?: string): boolean {
  const type = param.key.slice(0, param.key.indexOf('.'));
  return redact(type)?.withholds(type, param, modifier) === true;
}

/**
 * Where a Search may look: everywhere, or, where it asks by what is dropped, in what nothing is dropped of. Throws
 * `forbidden` where the Grant has no such place; lenient handling makes no difference.
 */
export function askable(search: Search, grant: Redacting & Pick<Grant, 'unredacted'>): Predicate {
  const params = [
    ...search.clauses.filter(clause => isWithheld(clause, grant)).map(paramOf),
    ...search.sort.map(key => (key.by === 'param' && isDropped(key.param, grant) ? key.param : undefined)),
    ...search.includes.filter(one => isUnfollowed(one, grant)).map(one => one.param),
  ].filter(param => param !== undefined);
  if (params.length === 0) return { kind: 'all' };
  if (grant.unredacted.kind !== 'none') return grant.unredacted;
  const names = [...new Set(params.map(param => param.key))];
  throw new FhirError(
    'forbidden',
    names.map(name => ({
      message: `${name} reads what is withheld from this caller: it cannot be asked by it.`,
    })),
  );
}

const paramOf = (clause: Clause): Param | undefined =>
  clause.kind === 'param' || clause.kind === 'missing' ? clause.param : undefined;
