// The writing half of the access matrix. Each write that the rules allow is noted among the facts, so that
// the next expectation starts from what is there by then.
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import {
  type Asker,
  type Fact,
  hasScope,
  isDeleted,
  isOrganizational,
  lastLive,
  mayDelete,
  mayStillUpdate,
  mayUpdate,
  sees,
} from '../access/naive.ts';
import { nameOf } from './access-cells.ts';
import { type Asked, noteWrite, type World } from './access-world.ts';

type Outcome = 200 | 201 | 204 | 403 | 404 | 410 | 412;
export interface WriteCell {
  name: string;
  asked: Asked;
  expected: Outcome;
}

/** Told apart by what it may do, may see, or neither. */
function refusal(world: World, asker: Asker, fact: Fact): 403 | 404 {
  return hasScope(asker, fact.type, 'r') && sees(world.facts, asker, fact) ? 403 : 404;
}

function updateOutcome(world: World, asker: Asker, fact: Fact): Outcome {
  if (!mayUpdate(world.facts, asker, fact)) return refusal(world, asker, fact);
  if (!mayStillUpdate(world.facts, asker, fact)) return 403;
  return isDeleted(fact) ? 201 : 200;
}

const findable = (world: World, asker: Asker, fact: Fact) =>
  !isDeleted(fact) && sees(world.facts, asker, fact);

export function updateCell(world: World, asker: Asker, fact: Fact): WriteCell {
  const body = { ...lastLive(fact), language: 'en' };
  const expected = hasScope(asker, fact.type, 'u') ? updateOutcome(world, asker, fact) : 403;
  return { name: 'update', asked: { method: 'PUT', path: nameOf(fact), body }, expected };
}

export function staleUpdateCell(world: World, asker: Asker, fact: Fact): WriteCell {
  const { asked } = updateCell(world, asker, fact);
  const scoped = hasScope(asker, fact.type, 'u');
  const reached = mayUpdate(world.facts, asker, fact);
  return {
    name: 'update of another version',
    asked: { ...asked, headers: { 'if-match': 'W/"99"' } },
    expected: !scoped ? 403 : reached ? 412 : refusal(world, asker, fact),
  };
}

export function deleteCell(world: World, asker: Asker, fact: Fact): WriteCell {
  const expected = !hasScope(asker, fact.type, 'd')
    ? 403
    : mayDelete(asker, fact)
      ? 204
      : refusal(world, asker, fact);
  return { name: 'delete', asked: { method: 'DELETE', path: nameOf(fact) }, expected };
}

const withoutId = ({ id: _id, ...body }: AnyResource): JsonObject => body;
const creates = (asker: Asker, fact: Fact) =>
  isOrganizational(asker) && hasScope(asker, fact.type, 'c') ? 201 : 403;

export function conditionalUpdateCell(world: World, asker: Asker, fact: Fact): WriteCell {
  const scoped = hasScope(asker, fact.type, 'u') && hasScope(asker, fact.type, 's');
  const found = findable(world, asker, fact);
  return {
    name: 'conditional update',
    asked: { method: 'PUT', path: `${fact.type}?_id=${fact.id}`, body: withoutId(lastLive(fact)) },
    expected: !scoped ? 403 : found ? updateOutcome(world, asker, fact) : creates(asker, fact),
  };
}

export function conditionalCreateCell(world: World, asker: Asker, fact: Fact): WriteCell {
  const scoped = hasScope(asker, fact.type, 'c') && hasScope(asker, fact.type, 's');
  return {
    name: 'conditional create',
    asked: {
      method: 'POST',
      path: fact.type,
      body: withoutId(lastLive(fact)),
      headers: { 'if-none-exist': `_id=${fact.id}` },
    },
    expected: !scoped ? 403 : findable(world, asker, fact) ? 200 : creates(asker, fact),
  };
}

export const WRITE_CELLS = [
  staleUpdateCell,
  updateCell,
  conditionalUpdateCell,
  conditionalCreateCell,
  deleteCell,
];

const differing = (asker: Asker, cell: WriteCell, status: number): string[] =>
  status === cell.expected
    ? []
    : [
        `${asker.organization} (${asker.role}, ${asker.scope}): ${cell.name} ${cell.asked.path}: ${status}; by the rules ${cell.expected}`,
      ];

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
  const expected = sees(world.facts, asker, fact) ? (isDeleted(fact) ? 410 : 200) : 404;
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
