// What is remembered of a record that says otherwise than FHIR: a Task of the program, for a person to see to. It names no
// Patient, so that nobody outside of the program is ever told of it (access/decide: what names nobody and is no directory
// is its owner's alone).
//
//   status `requested`   both sides changed a field: `input` has the record as it came (`record`) and, for each such field,
//                        what the record says (`record-value`) and what FHIR said (`fhir-value`), as JSON
//   status `completed`   nothing is open
//   `output`             fields where FHIR's value stands and the record says otherwise (`record-value`): so that the record,
//                        imported again, does not take them back
import type { AnyResource, Json, JsonObject, Task } from '../../fhir/types.ts';
import { IMPORT_TASK, IMPORT_VALUE } from '../../iop/codes.ts';
import type { Problem, RecordEnvelope } from '../../iop/concept.ts';
import { businessIdentifier } from '../../iop/element.ts';
import { type CodeOf, localCode, localCoding, localConcept } from '../../iop/vocabulary.ts';
import { canonicalJson } from './canonical.ts';
import { partKey } from './key.ts';
import type { Differing } from './three-way.ts';

export interface DifferenceNote {
  /** Present where fields are open: the record as it came. */
  record?: JsonObject;
  open: readonly Differing[];
  /** What cannot be told by fields: FHIR elements that both changed, resources that are gone. */
  problems: readonly Problem[];
  kept: readonly Pick<Differing, 'path' | 'record'>[];
}

/** The claim key of a record's note; no kind of record is called so. */
export const noteKey = ({ program, kind, id }: RecordEnvelope): string =>
  partKey({ program, kind: 'import-conflict', id: `${kind}/${id}`, role: '' });

type Value = NonNullable<Task['input']>[number];

const valueIn = (code: CodeOf<typeof IMPORT_VALUE>, path: string | undefined, value: Json): Value => ({
  type: { coding: [localCoding(IMPORT_VALUE, code)], ...(path === undefined ? {} : { text: path }) },
  valueString: canonicalJson(value),
});

const valuesOf = ({ path, record, fhir }: Differing): Value[] => [
  ...(record === undefined ? [] : [valueIn('record-value', path, record)]),
  ...(fhir === undefined ? [] : [valueIn('fhir-value', path, fhir)]),
];

export function noteTask(record: RecordEnvelope, note: DifferenceNote): AnyResource {
  const isOpen = note.open.length > 0 || note.problems.length > 0;
  const input = [
    ...(note.record === undefined || !isOpen ? [] : [valueIn('record', undefined, note.record)]),
    ...note.open.flatMap(valuesOf),
    ...note.problems.map(({ path, message }) => valueIn('problem', path === '' ? undefined : path, message)),
  ];
  // A field that the record does not have is remembered too.
  const output = note.kept.map(({ path, record: said = null }) => valueIn('record-value', path, said));
  const task: Task = {
    resourceType: 'Task',
    identifier: [
      businessIdentifier({ ...record, kind: 'import-conflict', id: `${record.kind}/${record.id}` }),
    ],
    status: isOpen ? 'requested' : 'completed',
    intent: 'order',
    code: localConcept(IMPORT_TASK, 'import-conflict'),
    requester: { reference: `Organization/${record.program}` },
    ...(input.length === 0 ? {} : { input }),
    ...(output.length === 0 ? {} : { output }),
  };
  return task as unknown as AnyResource;
}

/** Undefined for a Task that is no such note. Values that somebody broke are as though they were not there. */
export function readNote(resource: AnyResource): DifferenceNote | undefined {
  const task = resource as unknown as Task;
  if (localCode(IMPORT_TASK, task.code) === undefined) return undefined;
  const open = new Map<string, Differing>();
  const problems: Problem[] = [];
  let record: JsonObject | undefined;
  for (const { code, path, value } of read(task.input)) {
    if (code === 'record') record = value as JsonObject;
    else if (code === 'problem') problems.push({ path, message: String(value) });
    else
      open.set(path, { ...(open.get(path) ?? { path }), [code === 'fhir-value' ? 'fhir' : 'record']: value });
  }
  const kept = read(task.output).map(({ path, value }) =>
    value === null ? { path } : { path, record: value },
  );
  return { ...(record === undefined ? {} : { record }), open: [...open.values()], problems, kept };
}

function read(values: Task['input'] | Task['output']): { code: string; path: string; value: Json }[] {
  return (values ?? []).flatMap(one => {
    const code = localCode(IMPORT_VALUE, one.type);
    if (code === undefined || one.valueString === undefined) return [];
    try {
      return [{ code, path: one.type.text ?? '', value: JSON.parse(one.valueString) as Json }];
    } catch {
      return [];
    }
  });
}

export const isOpen = (note: DifferenceNote): boolean => note.open.length > 0 || note.problems.length > 0;
