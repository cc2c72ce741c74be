// The program's own door: its records become FHIR, and importing them again is safe. A record is written
// wholly or not at all; what others changed through FHIR since is never overwritten.
import type { Principal } from '../access/grant.ts';
import { scopesAllow, scopesReach } from '../access/scope.ts';
import { FhirError } from '../fhir/error.ts';
import type { Concept, Problem } from '../iop/concept.ts';
import { conceptOf } from '../iop/concepts.ts';
import type { Context } from './context.ts';
import { type Drafted, faultOf, type Importer, importBatch } from './import/batch.ts';
import { type Draft, draftRecord } from './import/draft.ts';
import { recordKey } from './import/key.ts';
import type { Input, Place, RecordOutcome } from './import/outcome.ts';
import { type ConceptOf, type Reading, readRecord, readRecordText } from './import/read.ts';
import { isProgram } from './iop-rules.ts';

export type { RecordOutcome } from './import/outcome.ts';

export interface ImportOptions {
  /** For the audit rows; one is made where there is none. */
  request?: string;
  /** Milliseconds between batches, so that a server on the same store gets its turn. */
  pause?: number;
  /** Aborted: the batch that is gathered is still imported, then it ends. */
  signal?: AbortSignal;
  /** Resources planned and committed in one go; fewer hold the event loop for less long. */
  batch?: number;
  conceptOf?: ConceptOf;
  /** Everything is planned and nothing written: outcomes are what they would be. */
  dryRun?: boolean;
  /** See Planner: what a person decided of what both sides changed. */
  decide?: Importer['decide'];
}

/** A batch is planned and committed in one go: these bound how long that takes and what it holds. */
const MOST_RESOURCES = 128;

/**
 * One outcome for each record, in order, in bounded memory. Throws `forbidden` for callers that are no
 * program or see but a part of it, `unavailable` where the store cannot be written; what was imported until then stays.
 */
export async function* importRecords(
  inputs: AsyncIterable<Input> | Iterable<Input>,
  context: Context,
  principal: Principal,
  options: ImportOptions = {},
): AsyncGenerator<RecordOutcome> {
  await demandProgram(context, principal);
  demandWhole(context, principal);
  const importer: Importer = {
    context,
    principal,
    request: options.request ?? context.ids(),
    dryRun: options.dryRun === true,
    ...(options.decide === undefined ? {} : { decide: options.decide }),
  };
  let batch = emptyBatch();
  for await (const input of inputs) {
    if (options.signal?.aborted === true) break;
    const drafted = draftInput(input, importer, options.conceptOf ?? conceptOf);
    if (mustWait(drafted, batch, options.batch ?? MOST_RESOURCES)) {
      yield* flush(batch, importer, options.pause);
      batch = emptyBatch();
    }
    add(drafted, batch);
  }
  yield* flush(batch, importer);
}

/** Throws `forbidden`: records are taken from programs alone. */
export async function demandProgram(context: Context, principal: Principal): Promise<void> {
  if (principal.role === 'program' && (await isProgram(principal.organization, context))) return;
  throw new FhirError('forbidden', 'Program records are for the program alone.');
}

/** A business key may be that of something which is hidden from the caller. */
function demandWhole(context: Context, principal: Principal): void {
  if (context.decide(principal, []).whole) return;
  throw new FhirError('forbidden', 'Records are imported by callers alone who see all of the program.');
}

interface Batch {
  items: (Drafted | RecordOutcome)[];
  resources: number;
  /** Keys of what is gathered: the records, the resources they amend, and the records these belong to. */
  records: Set<string>;
  amended: Set<string>;
  amendedRecords: Set<string>;
}

const emptyBatch = (): Batch => ({
  items: [],
  resources: 0,
  records: new Set(),
  amended: new Set(),
  amendedRecords: new Set(),
});

/**
 * What a record changes must be in the store when it is planned; what it only refers to need not be. So
 * neither the same record nor the same amended resource twice, nor an amendment beside its record. (Many
 * attendances of one session amend an appointment each: they do go together.)
 */
function mustWait(item: Drafted | RecordOutcome, batch: Batch, most: number): boolean {
  if (batch.items.length >= most) return true;
  if (!('draft' in item)) return false;
  const { draft } = item;
  if (batch.resources > 0 && batch.resources + weight(draft) > most) return true;
  if (batch.records.has(draft.key) || batch.amendedRecords.has(draft.key)) return true;
  return draft.amendments.some(
    one => batch.amended.has(one.key) || batch.records.has(amendedRecord(draft, one)),
  );
}

function add(item: Drafted | RecordOutcome, batch: Batch): void {
  batch.items.push(item);
  if (!('draft' in item)) return;
  const { draft } = item;
  batch.resources += weight(draft);
  batch.records.add(draft.key);
  for (const one of draft.amendments) {
    batch.amended.add(one.key);
    batch.amendedRecords.add(amendedRecord(draft, one));
  }
}

const weight = (draft: Draft): number => draft.parts.length + draft.amendments.length;

const amendedRecord = ({ record: { program } }: Draft, { kind, id }: { kind: string; id: string }): string =>
  recordKey({ program, kind, id });

async function* flush(batch: Batch, importer: Importer, pause?: number): AsyncGenerator<RecordOutcome> {
  const drafted = batch.items.filter(item => 'draft' in item);
  const outcomes = drafted.length === 0 ? [] : await importBatch(drafted, importer);
  let next = 0;
  for (const item of batch.items) yield 'draft' in item ? outcomes[next++]! : item;
  if (pause !== undefined) await new Promise(resolve => setTimeout(resolve, pause));
}

function draftInput(input: Input, importer: Importer, find: ConceptOf): Drafted | RecordOutcome {
  const place = placeOf(input);
  const bad = (issues: Problem[], name: { kind?: string; id?: string } = {}): RecordOutcome => ({
    ...place,
    ...name,
    outcome: 'bad',
    resources: 0,
    issues,
  });
  const { principal, context } = importer;
  if ('problem' in input && input.problem !== undefined) return bad([{ path: '', message: input.problem }]);
  const reading = read(input, principal.organization, find);
  if (!reading.ok) {
    const { ok: _, issues, ...name } = reading;
    return bad(issues, name);
  }
  const { concept, record } = reading;
  const name = { kind: record.kind, id: record.id };
  const scope = missingScope(concept, principal);
  if (scope !== undefined) return bad([{ path: '', message: scope }], name);
  try {
    return { place, draft: draftRecord(concept, record, context.ids) };
  } catch (error) {
    return bad([faultOf(error, context, { request: importer.request, kind: record.kind })], name);
  }
}

function read(input: Input, program: string, find: ConceptOf): Reading {
  return 'value' in input
    ? readRecord(input.value, program, find)
    : readRecordText(input.text, program, find);
}

function placeOf({ line, index }: Place): Place {
  return { ...(line === undefined ? {} : { line }), ...(index === undefined ? {} : { index }) };
}

/**
 * The store would refuse it as well; this says why. A business key may be that of something which a scope
 * with a query hides, so only scopes without one will do.
 */
function missingScope({ makes }: Concept, principal: Principal): string | undefined {
  for (const use of ['create', 'read', 'update'] as const) {
    const type = makes.find(one => !scopesAllow(principal, one, use));
    if (type !== undefined) return `the caller's scope does not include ${use} of ${type}`;
    const bound = makes.find(one => scopesReach(principal, one, use).kind !== 'all');
    if (bound !== undefined) return `the caller's scope does not include ${use} of every ${bound}`;
  }
  return undefined;
}
