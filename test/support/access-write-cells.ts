// The writing half of the access matrix. Each write that the rules allow is noted among the facts, so that
// the next expectation starts from what is there by then.
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import {
  type Asker,
  type Fact,
  type Letter,
  mayCreate,
  mayDelete,
  mayStillUpdate,
  mayUpdate,
} from '../access/naive.ts';
import { isDeleted, lastLive } from '../access/naive-resource.ts';
import { covers, coversNew, hasScope, reaches } from '../access/naive-scope.ts';
import { isOutOfBounds } from '../access/naive-staff.ts';
import { nameOf, saidOf } from './access-cells.ts';
import { type Asked, noteWrite, type World } from './access-world.ts';

type Outcome = 200 | 201 | 204 | 403 | 404 | 410 | 412;
export interface WriteCell {
  name: string;
  asked: Asked;
  expected: Outcome;
}

const mayAsk = ({ facts }: World, asker: Asker, { type }: Fact, letter: Letter): boolean =>
  hasScope(asker, type, letter) && !('cud'.includes(letter) && isOutOfBounds(facts, asker, type));

/** Told apart by what it may do, may see, or neither. */
function refusal(world: World, asker: Asker, fact: Fact): 403 | 404 {
  return reaches(world.facts, asker, 'r', fact) ? 403 : 404;
}

const mayChange = ({ facts }: World, asker: Asker, fact: Fact): boolean =>
  mayUpdate(facts, asker, fact) && covers(asker, 'u', fact);

function updateOutcome(world: World, asker: Asker, fact: Fact, next: AnyResource): Outcome {
  if (!mayChange(world, asker, fact)) return refusal(world, asker, fact);
  if (!mayStillUpdate(world.facts, asker, fact) || !coversNew(asker, 'u', next)) return 403;
  return isDeleted(fact) ? 201 : 200;
}

const findable = (world: World, asker: Asker, fact: Fact) =>
  !isDeleted(fact) && reaches(world.facts, asker, 's', fact);

export function updateCell(world: World, asker: Asker, fact: Fact): WriteCell {
  return updateTo(world, asker, fact, { ...lastLive(fact), language: 'en' });
}

/** To what many a scope does not cover: without what it may ask for. */
export function plainUpdateCell(world: World, asker: Asker, fact: Fact): WriteCell {
  const { category: _category, effectiveDateTime: _date, meta: _meta, ...body } = lastLive(fact);
  const kept = fact.type === 'Consent' ? lastLive(fact) : (body as AnyResource);
  return updateTo(world, asker, fact, kept);
}

function updateTo(world: World, asker: Asker, fact: Fact, body: AnyResource): WriteCell {
  const expected = mayAsk(world, asker, fact, 'u') ? updateOutcome(world, asker, fact, body) : 403;
  return { name: 'update', asked: { method: 'PUT', path: nameOf(fact), body }, expected };
}

export function staleUpdateCell(world: World, asker: Asker, fact: Fact): WriteCell {
  const { asked } = updateCell(world, asker, fact);
  const scoped = mayAsk(world, asker, fact, 'u');
  const reached = mayChange(world, asker, fact);
  return {
    name: 'update of another version',
    asked: { ...asked, headers: { 'if-match': 'W/"99"' } },
    expected: !scoped ? 403 : reached ? 412 : refusal(world, asker, fact),
  };
}

export function deleteCell(world: World, asker: Asker, fact: Fact): WriteCell {
  const expected = !mayAsk(world, asker, fact, 'd')
    ? 403
    : mayDelete(world.facts, asker, fact) && covers(asker, 'd', fact)
      ? 204
      : refusal(world, asker, fact);
  return { name: 'delete', asked: { method: 'DELETE', path: nameOf(fact) }, expected };
}

const withoutId = ({ id: _id, ...body }: AnyResource): JsonObject => body;
function creates({ facts }: World, asker: Asker, fact: Fact): Outcome {
  const body = withoutId(lastLive(fact)) as AnyResource;
  return mayCreate(facts, asker, body) && coversNew(asker, 'c', body) ? 201 : 403;
}

export function conditionalUpdateCell(world: World, asker: Asker, fact: Fact): WriteCell {
  const scoped = mayAsk(world, asker, fact, 'u') && hasScope(asker, fact.type, 's');
  const found = findable(world, asker, fact);
  return {
    name: 'conditional update',
    asked: { method: 'PUT', path: `${fact.type}?_id=${fact.id}`, body: withoutId(lastLive(fact)) },
    expected: !scoped
      ? 403
      : found
        ? updateOutcome(world, asker, fact, lastLive(fact))
        : creates(world, asker, fact),
  };
}

export function conditionalCreateCell(world: World, asker: Asker, fact: Fact): WriteCell {
  const scoped = mayAsk(world, asker, fact, 'c') && hasScope(asker, fact.type, 's');
  return {
    name: 'conditional create',
    asked: {
      method: 'POST',
      path: fact.type,
      body: withoutId(lastLive(fact)),
      headers: { 'if-none-exist': `_id=${fact.id}` },
    },
    expected: !scoped ? 403 : findable(world, asker, fact) ? 200 : creates(world, asker, fact),
  };
}

export const WRITE_CELLS = [
  staleUpdateCell,
  updateCell,
  conditionalUpdateCell,
  conditionalCreateCell,
  plainUpdateCell,
  deleteCell,
];

const differing = (asker: Asker, cell: WriteCell, status: number): string[] =>
  status === cell.expected
    ? []
    : [`${saidOf(asker)}: ${cell.name} ${cell.asked.path}: ${status}; by the rules ${cell.expected}`];

/** Every write to one resource, one after the other; the last deletes it, twice. */
export async function writeDifferences(world: World, asker: Asker, fact: Fact): Promise<string[]> {
  const found: string[] = [];
  for (const make of [...WRITE_CELLS, goneCell, deleteCell]) {
    const cell = make(world, asker, fact);
    const { status, headers } = await world.ask(asker, cell.asked);
    found.push(...differing(asker, cell, status));
    if (status >= 300) continue;
    const [, made] = /\/fhir\/(\w+\/[\w.-]+)\/_history\/1$/.exec(headers.get('location') ?? '') ?? [];
    const body = cell.asked.body as AnyResource | undefined;
    if (made !== undefined) noteWrite(world.facts, asker, made, { ...body!, id: made.split('/')[1]! });
    else if (cell.name.endsWith('update'))
      noteWrite(world.facts, asker, nameOf(fact), { ...body!, id: fact.id });
    else if (cell.name === 'delete' && !isDeleted(fact)) noteWrite(world.facts, asker, nameOf(fact));
  }
  return found;
}

/** After a deletion: gone for whom it was there. */
function goneCell(world: World, asker: Asker, fact: Fact): WriteCell {
  const told = reaches(world.facts, asker, 'r', fact) ? (isDeleted(fact) ? 410 : 200) : 404;
  const expected = hasScope(asker, fact.type, 'r') ? told : 403;
  return { name: 'read', asked: { path: nameOf(fact) }, expected };
}

/** Writes that the rules refuse, whatever was asked before: they change nothing. */
export async function refusedDifferences(world: World, asker: Asker, fact: Fact): Promise<string[]> {
  const found: string[] = [];
  for (const make of WRITE_CELLS) {
    const cell = make(world, asker, fact);
    if (cell.expected < 300) continue;
    found.push(...differing(asker, cell, (await world.ask(asker, cell.asked)).status));
  }
  return found;
}
