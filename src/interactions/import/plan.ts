// Plans the import of one record: pure, given the facts. What comes out is data that can be printed.
import { planAgain } from './again.ts';
import { type AmendedResource, applyAmendments, findAmended } from './amend.ts';
import {
  addCreate,
  finish,
  newPart,
  noChanges,
  type Planned,
  type Planner,
  referenceOf,
  resolver,
} from './changes.ts';
import type { Draft } from './draft.ts';

export function planImport(draft: Draft, planner: Planner): Planned {
  const amended = findAmended(draft, planner.facts);
  if (amended.kind !== 'found') return amended;
  const entry = planner.facts.entry(draft.key);
  return entry === undefined
    ? planFirst(draft, amended.resources, planner)
    : planAgain(draft, { entry, amended: amended.resources }, planner);
}

function planFirst(draft: Draft, amended: readonly AmendedResource[], planner: Planner): Planned {
  const made = draft.parts.map(part => newPart(draft, part, planner.ids()));
  const own = new Map(made.map(one => [one.key, referenceOf(one)]));
  const resolve = resolver(draft, planner.facts, own);
  const changes = noChanges();
  for (const one of made) addCreate(one, resolve, changes);
  const refused = applyAmendments(amended, resolve, changes);
  return refused ?? finish(draft, changes, undefined, planner);
}
