// A conflict that a person decided: the record is imported again as it came, with what was decided of each field.
import type { Principal } from '../../access/grant.ts';
import { parseBody } from '../../fhir/body.ts';
import { FhirError } from '../../fhir/error.ts';
import type { Context } from '../context.ts';
import { importRecords } from '../import.ts';
import { sameJson } from './canonical.ts';
import { type DifferenceNote, isOpen, readNote } from './difference-note.ts';
import type { RecordOutcome } from './outcome.ts';
import type { Differing, Side } from './three-way.ts';

export interface Decision {
  /** Logical id of the Task that tells of the conflict. */
  id: string;
  /** By path, as the Task has it. */
  sides: ReadonlyMap<string, Side>;
  /** Of every path that `sides` does not have. */
  otherwise?: Side;
  request: string;
}

/**
 * Throws `not-found` where there is no such conflict, `invalid-value` where a path is not one of it or is left undecided.
 * Another value there by now is a conflict again, and the outcome tells it.
 */
export async function resolveConflict(
  { id, sides, otherwise, request }: Decision,
  context: Context,
  principal: Principal,
): Promise<RecordOutcome> {
  const version = await context.store.read('Task', id, context.decide(principal, []));
  const note =
    version === undefined || version.deleted ? undefined : readNote(parseBody(version.body).resource);
  if (note === undefined || !isOpen(note) || note.record === undefined)
    throw new FhirError('not-found', 'There is no open conflict with this id.');
  const paths = pathsOf(note);
  const unknown = [...sides.keys()].find(path => !paths.includes(path));
  if (unknown !== undefined)
    throw new FhirError('invalid-value', `${unknown}: is no field of this conflict.`);
  const left = paths.find(path => !sides.has(path) && otherwise === undefined);
  if (left !== undefined) throw new FhirError('invalid-value', `${left}: is left undecided.`);
  const decide = (clash: Differing): Side | undefined =>
    isAsListed(note, clash) ? (sides.get(clash.path) ?? otherwise) : undefined;
  const inputs = [{ index: 0, value: note.record }];
  for await (const outcome of importRecords(inputs, context, principal, { request, decide })) return outcome;
  throw new FhirError('internal', 'The import told nothing.');
}

/** Of the fields and elements of which one side can be chosen. */
export const pathsOf = (note: DifferenceNote): string[] =>
  [...note.open, ...note.problems].map(one => one.path).filter(path => path !== '');

/** What was decided is good for what was shown. */
function isAsListed({ open, problems }: DifferenceNote, clash: Differing): boolean {
  const listed = open.find(one => one.path === clash.path);
  if (listed === undefined) return problems.some(one => one.path === clash.path);
  return sameJson(listed.record, clash.record) && sameJson(listed.fhir, clash.fhir);
}
