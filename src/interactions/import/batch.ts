// Records that share one commit. Each is planned by itself and written wholly or not at all.
import type { Grant, Principal } from '../../access/grant.ts';
import { scopesAllow, scopesReach } from '../../access/scope.ts';
import { seenIn } from '../../audit/row.ts';
import { FhirError } from '../../fhir/error.ts';
import type { AnyResource } from '../../fhir/types.ts';
import type { Problem } from '../../iop/concept.ts';
import type { AuditDraft } from '../../store/port/audit.ts';
import type { WritePlan } from '../../store/port.ts';
import { validateResource } from '../../validation/validate.ts';
import { callerOf } from '../attempt.ts';
import type { Context } from '../context.ts';
import { checkIop } from '../iop-rules.ts';
import type { Planned, Planner } from './changes.ts';
import type { Difference } from './difference.ts';
import type { Draft } from './draft.ts';
import { gatherFacts } from './facts.ts';
import type { Place, RecordOutcome } from './outcome.ts';
import { planImport } from './plan.ts';

export interface Drafted {
  place: Place;
  draft: Draft;
}

export interface Importer {
  context: Context;
  principal: Principal;
  /** X-Request-Id, or the id of a run from the command line. */
  request: string;
  /** Nothing is written; what would be is told. */
  dryRun?: boolean;
  /** See Planner. */
  decide?: NonNullable<Planner['decide']>;
}

/** Outcomes in the order given. Throws only what is wrong with the store or with us. */
export async function importBatch(batch: readonly Drafted[], importer: Importer): Promise<RecordOutcome[]> {
  const attempts = await attemptAll(batch, importer);
  // Somebody else wrote in between, or a store could not commit the batch together and a record came before
  // what it refers to: plan again from what stands now, in order, each by itself.
  for (const [i, one] of attempts.entries()) {
    if (one.again !== true) continue;
    const [next] = await attemptAll([batch[i]!], importer);
    attempts[i] = next!;
  }
  return attempts.map(one => one.outcome);
}

interface Attempted {
  outcome: RecordOutcome;
  /** Another try may end differently: others wrote meanwhile, or what it refers to was missing. */
  again?: true;
}

async function attemptAll(batch: readonly Drafted[], importer: Importer): Promise<Attempted[]> {
  const { context, principal } = importer;
  const grant = context.decide(principal, []);
  const facts = await gatherFacts(
    batch.map(one => one.draft),
    context,
    grant,
  );
  const planner: Planner = {
    facts,
    ids: context.ids,
    base: context.base,
    check: checkFor(context.base),
    notes: mayWriteAll(principal, 'Task'),
    ...(importer.decide === undefined ? {} : { decide: importer.decide }),
  };
  const planned = batch.map(one => ({ ...one, plan: plan(one.draft, planner, importer) }));
  const row = auditRow(importer, grant);
  // Issued at once: the store commits together what waits together, in this order.
  const answers = planned.map(({ place, draft, plan }) => {
    const name = { ...place, kind: draft.record.kind, id: draft.record.id };
    if (plan.kind === 'write')
      return importer.dryRun === true
        ? Promise.resolve(wouldWrite(name, plan))
        : write(name, plan, { context, grant, row });
    const note = importer.dryRun === true || plan.kind === 'bad' ? undefined : plan.note;
    return remember(note, { context, grant, row }).then(() => told(name, plan));
  });
  const looked = planned
    .filter(one => one.plan.kind !== 'write' || importer.dryRun === true)
    .flatMap(one => facts.read(one.draft));
  const recorded = looked.length === 0 ? undefined : context.store.record({ ...row, ...seenIn(looked) });
  const [, ...attempts] = await Promise.all([recorded, ...answers]);
  return attempts;
}

/** What a concept cannot digest is a fault of ours: one record less, and the log tells where. */
function plan(draft: Draft, planner: Planner, { context, request }: Importer): Planned {
  try {
    return planImport(draft, planner);
  } catch (error) {
    return { kind: 'bad', issues: [faultOf(error, context, { request, kind: draft.record.kind })] };
  }
}

/** Logs an error that nobody foresaw (`err`: without its message, which may quote the record); the answer tells nothing of it. */
export function faultOf(
  error: unknown,
  { log }: Context,
  fields: { request: string; kind: string },
): Problem {
  log.error({ ...fields, err: error }, 'import failed');
  return { path: '', message: 'cannot be imported because of a fault of the server: see its log' };
}

type Named = Place & { kind: string; id: string };

function told(name: Named, plan: Exclude<Planned, { kind: 'write' }>): Attempted {
  const outcome = { ...name, outcome: plan.kind, resources: 0 };
  if (plan.kind === 'unchanged') return { outcome: { ...outcome, ...keptOf(plan) } };
  return {
    outcome: {
      ...outcome,
      ...(plan.issues.length === 0 ? {} : { issues: plan.issues }),
      ...(plan.kind === 'bad' || plan.conflicts.length === 0 ? {} : { conflicts: plan.conflicts }),
    },
  };
}

/** A note of a record may be one that a scope with a query hides. */
const mayWriteAll = (principal: Principal, type: string): boolean =>
  (['create', 'read', 'update'] as const).every(
    use => scopesAllow(principal, type, use) && scopesReach(principal, type, use).kind === 'all',
  );

const keptOf = ({ kept }: { kept?: Difference[] }): Pick<RecordOutcome, 'kept'> =>
  kept === undefined || kept.length === 0 ? {} : { kept };

type Write = Extract<Planned, { kind: 'write' }>;

const wouldWrite = (name: Named, plan: Write): Attempted => ({
  outcome: {
    ...name,
    outcome: plan.resources === 0 ? 'unchanged' : 'written',
    resources: plan.resources,
    ...keptOf(plan),
  },
});

interface Writing {
  context: Context;
  grant: Grant;
  row: AuditDraft;
}

async function write(name: Named, plan: Write, { context, grant, row }: Writing): Promise<Attempted> {
  try {
    await context.store.transact(plan.plan, grant, row);
    return wouldWrite(name, plan);
  } catch (error) {
    return refused(name, error, plan.missing);
  }
}

/** Somebody who wrote the same note, or another one, at the same moment was as right. */
async function remember(note: WritePlan | undefined, { context, grant, row }: Writing): Promise<void> {
  if (note === undefined) return;
  try {
    await context.store.transact(note, grant, row);
  } catch (error) {
    if (!(error instanceof FhirError) || !RACES.has(error.code)) throw error;
  }
}

/** Another writer was faster. */
const RACES: ReadonlySet<string> = new Set(['conflict', 'stale', 'not-found', 'gone']);
/** Not about this record: the import cannot go on. */
const FATAL: ReadonlySet<string> = new Set(['unavailable', 'internal']);

function refused(name: Named, error: unknown, missing: ReadonlyMap<string, Problem>): Attempted {
  if (!(error instanceof FhirError) || FATAL.has(error.code)) throw error;
  if (RACES.has(error.code)) {
    const message = 'was changed by somebody else at the same moment: import it again';
    const issues = [{ path: '', message }];
    return { outcome: { ...name, outcome: 'conflict', resources: 0, issues }, again: true };
  }
  const issues = error.issues.map(
    ({ path, message }) => missing.get(message) ?? { path: path ?? '', message },
  );
  const outcome = { ...name, outcome: 'bad' as const, resources: 0, issues };
  return error.issues.some(issue => missing.has(issue.message)) ? { outcome, again: true } : { outcome };
}

const checkFor = (base: string) => (resource: AnyResource) => [
  ...validateResource(resource),
  ...checkIop(resource, base),
];

function auditRow({ principal, request }: Importer, grant: Grant): AuditDraft {
  const { reasons } = grant;
  return {
    request,
    ...callerOf(principal),
    action: 'import',
    outcome: 'ok',
    reasons,
    patients: [],
    versions: [],
  };
}
