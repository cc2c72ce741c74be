// Two units that look whether something is there, and create it where it is not, would each miss what the
// other creates: a transaction sees the moment it began. So each writes, for what it looked for, a document
// that the other writes too: of the two the later is done again, and then sees what the first one made.
import { hash } from 'node:crypto';
import { canonicalJson } from '../../audit/chain.ts';
import type { Clause } from '../../search/ast.ts';
import type { IndexValue } from '../port/derived.ts';
import type { Plan } from '../port.ts';
import type { Name } from './documents.ts';

/**
 * Locks for criteria: one for all of them, and one for each identifier they name, since one identifier may
 * be sought by different criteria.
 */
export function locksOf({ type, where }: Pick<Plan, 'type' | 'where'>): string[] {
  const codes = where.flatMap(identifiersIn);
  return [lockOf('criteria', type, canonicalJson(where)), ...codes.map(code => identifierLock(type, code))];
}

/** Locks for what is written by a unit that looked for its like: other criteria may mean the same resource. */
export function locksFor(type: string, values: readonly IndexValue[]): string[] {
  return values.flatMap(value =>
    value.type === 'token' && value.key === `${type}.identifier` ? [identifierLock(type, value.code)] : [],
  );
}

/**
 * Lock for a deleted resource that comes back to life, or that a business key passes on from: each would
 * miss the other, and two live resources think the key theirs.
 */
export const revivalLock = (name: Name): string => lockOf('revival', name);

/** Lock for what one unit at a time does under this name. */
export const lockFor = (name: string): string => lockOf('alone', name);

function identifiersIn(clause: Clause): string[] {
  if (clause.kind !== 'param' || clause.param.code !== 'identifier') return [];
  return clause.values.flatMap(value =>
    value.kind === 'token' && value.code !== undefined ? [value.code] : [],
  );
}

/** The system is left out: criteria may leave it open. */
const identifierLock = (type: string, code: string): string => lockOf('identifier', type, code);

const lockOf = (...parts: readonly string[]): string => hash('sha256', parts.join('\n'));
