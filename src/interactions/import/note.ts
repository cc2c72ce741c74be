// The plans by which a record's differences from FHIR are remembered: see difference-note.ts. A note changes nothing of the
// record; where one is written beside the record, it is in the record's own commit.
import { composeBody, fromResource, parseBody } from '../../fhir/body.ts';
import type { JsonObject } from '../../fhir/types.ts';
import type { Claim, WriteOp, WritePlan } from '../../store/port.ts';
import { sameJson } from './canonical.ts';
import type { Planned, Planner } from './changes.ts';
import { type DifferenceNote, isOpen, noteKey, noteTask, readNote } from './difference-note.ts';
import type { Draft } from './draft.ts';
import type { Differing } from './three-way.ts';

const NOTHING: DifferenceNote = { open: [], problems: [], kept: [] };

/** What is remembered of this record. */
export function standingNote(draft: Draft, { facts }: Planner): DifferenceNote {
  const version = facts.note(draft);
  if (version === undefined || version.deleted) return NOTHING;
  return readNote(parseBody(version.body).resource) ?? NOTHING;
}

/** The write that makes it so; undefined where it is so already, or the caller may not write it. */
export function planNote(draft: Draft, note: DifferenceNote, planner: Planner): WritePlan | undefined {
  const ops = noteOps(draft, note, planner);
  return ops === undefined ? undefined : { ...ops, lookups: [], marks: [] };
}

function noteOps(
  draft: Draft,
  note: DifferenceNote,
  { facts, ids, notes }: Planner,
): { ops: WriteOp[]; claims: Claim[] } | undefined {
  if (notes !== true) return undefined;
  const task = noteTask(draft.record, note);
  const standing = facts.note(draft);
  if (standing === undefined) {
    if (!isOpen(note) && note.kept.length === 0) return undefined;
    const id = ids();
    const body = composeBody(fromResource(task), id);
    return {
      ops: [{ kind: 'create', type: 'Task', id, body }],
      claims: [{ key: noteKey(draft.record), type: 'Task', id }],
    };
  }
  const { id } = standing;
  if (!standing.deleted) {
    const { id: _id, meta: _meta, ...before } = parseBody(standing.body).resource;
    if (sameJson(before as JsonObject, task)) return undefined;
  }
  const op: WriteOp = { kind: 'update', type: 'Task', id, body: composeBody(fromResource(task), id) };
  return {
    ops: [standing.deleted ? op : { ...op, ifMatch: standing.version, mustExist: true }],
    claims: [],
  };
}

/** A conflict is written down; what is written or is as it was leaves nothing open. */
export function withNote(
  draft: Draft,
  planned: Planned,
  planner: Planner,
  open: readonly Differing[] = [],
): Planned {
  const { kept } = standingNote(draft, planner);
  if (planned.kind === 'bad') return planned;
  if (planned.kind === 'write') return withKept(planned, draft, kept, planner);
  if (planned.kind === 'unchanged') return planned;
  const record = draft.record as unknown as JsonObject;
  const note = planNote(draft, { record, open, problems: planned.issues, kept }, planner);
  return note === undefined ? planned : { ...planned, note };
}

/** In the commit of the record: from then on its values there are known not to be FHIR's. */
export function withKept(
  planned: Extract<Planned, { kind: 'write' }>,
  draft: Draft,
  kept: DifferenceNote['kept'],
  planner: Planner,
): Planned {
  const added = noteOps(draft, { open: [], problems: [], kept }, planner);
  const { kept: told, ...rest } = planned;
  const result = told === undefined || told.length === 0 ? rest : { ...rest, kept: told };
  if (added === undefined) return result;
  const { ops, claims } = planned.plan;
  return {
    ...result,
    plan: { ...planned.plan, ops: [...ops, ...added.ops], claims: [...claims, ...added.claims] },
  };
}
