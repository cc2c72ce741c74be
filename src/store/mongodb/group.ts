// Plans that wait while others are written share the next transaction: a plan takes some eight ways to the
// server and back, and twenty together take no more. They are run one after the other on one working set,
// each with its own grant; what a refused one would have written is forgotten before it is sent, and its
// audit row stays.
//
// Plans that search have what they wrote so far sent in the middle, which cannot be taken back alone: they
// get a transaction of their own.
import type { Grant } from '../../access/grant.ts';
import { FhirError } from '../../fhir/error.ts';
import type { AuditDraft } from '../port/audit.ts';
import type { Derive } from '../port/derived.ts';
import type { WritePlan, WriteResult } from '../port.ts';
import { completed } from '../unit/audit.ts';
import { expectedOf } from '../unit/expected.ts';
import { runPlan } from '../unit/plan.ts';
import type { Expected } from '../unit/unit.ts';
import { doAll } from '../unit/work.ts';
import { checkpoint } from './checkpoint.ts';
import { isTransient, translate } from './errors.ts';
import type { Turn } from './turn.ts';
import { fetchAll, openUnit, sendAll } from './unit.ts';
import { newWorkingSet, type WorkingSet } from './working-set.ts';

export interface Sending {
  plan: WritePlan;
  grant: Grant;
  audit: AuditDraft;
}

type Results = readonly WriteResult[];
type Outcome = { results: Results } | { refused: unknown };

export interface GroupParts {
  /** Runs work in a transaction until one attempt is committed: Lanes.run. */
  run<T>(work: (turn: Turn) => Promise<T>): Promise<T>;
  derive: Derive;
  /** Makes an audit row durable by itself. */
  record(draft: AuditDraft): Promise<void>;
}

const MOST_PLANS = 32;
/** A plan with more ops than this does not wait for others, nor others for it. */
const MOST_OPS = 20;
/** Attempts together; then each plan is on its own, so that it waits only for what itself is in the way. */
const MOST_ATTEMPTS = 3;

interface Waiting extends Sending {
  resolve(results: Results): void;
  reject(error: unknown): void;
}

export type Send = (sending: Sending) => Promise<Results>;

/** Rejects with what refused the plan, once its audit row is durable. */
export function makeGroup(parts: GroupParts): Send {
  const queue: Waiting[] = [];
  let running = false;

  /** One group at a time: several would get into each other's way, and be smaller. */
  async function drain(): Promise<void> {
    if (running) return;
    running = true;
    while (queue.length > 0) await writeGroup(parts, queue.splice(0, MOST_PLANS));
    running = false;
  }

  return sending => {
    if (!isPlain(sending.plan)) return writeAlone(parts, sending);
    const { promise, resolve, reject } = Promise.withResolvers<Results>();
    queue.push({ ...sending, resolve, reject });
    void drain();
    return promise;
  };
}

/** Nothing of it asks what an index has to answer. */
function isPlain({ ops, lookups }: WritePlan): boolean {
  if (ops.length > MOST_OPS || lookups.some(lookup => lookup.kind === 'match')) return false;
  return ops.every(op => {
    if (op.kind === 'create') return op.unless === undefined;
    if (op.kind === 'update') return op.match === undefined;
    return op.kind === 'delete';
  });
}

/** Settles every plan of the group, or leaves each to itself. Never rejects. */
async function writeGroup(parts: GroupParts, group: readonly Waiting[]): Promise<void> {
  const [first] = group;
  if (group.length === 1) return settle(first!, () => writeAlone(parts, first!));
  try {
    const outcomes = await runTogether(parts, group);
    for (const [at, outcome] of outcomes.entries()) {
      if ('results' in outcome) group[at]!.resolve(outcome.results);
      else group[at]!.reject(outcome.refused);
    }
  } catch (error) {
    // Where the database does not answer it answers nobody.
    const known = translate(error);
    if (known instanceof FhirError && known.code === 'unavailable') {
      for (const { reject } of group) reject(known);
      return;
    }
    for (const one of group) void settle(one, () => writeAlone(parts, one));
  }
}

async function settle({ resolve, reject }: Waiting, write: () => Promise<Results>): Promise<void> {
  try {
    resolve(await write());
  } catch (error) {
    reject(error);
  }
}

function runTogether({ run, derive }: GroupParts, group: readonly Sending[]): Promise<Outcome[]> {
  let attempts = 0;
  return run(async turn => {
    attempts += 1;
    if (attempts > MOST_ATTEMPTS) throw new Error('A group of plans is taken apart.');
    return writeIn(turn, derive, group);
  });
}

async function writeAlone({ run, derive, record }: GroupParts, sending: Sending): Promise<Results> {
  const outcome = await run(async turn => (await writeIn(turn, derive, [sending]))[0]!).catch(async error => {
    const outcome = codeOf(error);
    // Where the database does not answer there is nobody to tell.
    if (outcome !== 'unavailable') await record({ ...sending.audit, outcome });
    throw error;
  });
  if ('results' in outcome) return outcome.results;
  throw outcome.refused;
}

async function writeIn(turn: Turn, derive: Derive, group: readonly Sending[]): Promise<Outcome[]> {
  const set = newWorkingSet(turn.reading);
  if (group.length > 1) await fetchAll(set, mergeExpected(group.map(({ plan }) => expectedOf(plan, derive))));
  const outcomes: Outcome[] = [];
  for (const sending of group) outcomes.push(await writeOne(turn, derive, sending, set));
  await sendAll(set);
  return outcomes;
}

async function writeOne(
  turn: Turn,
  derive: Derive,
  { plan, grant, audit }: Sending,
  set: WorkingSet,
): Promise<Outcome> {
  const undo = checkpoint(set);
  try {
    const { results, acts } = await doAll(runPlan(openUnit(turn, grant, derive, set), plan));
    turn.audit(completed(audit, results));
    for (const act of acts) turn.audit(act);
    return { results };
  } catch (error) {
    if (!isRefusal(error) || !undo()) throw error;
    turn.audit({ ...audit, outcome: codeOf(error) });
    return { refused: error };
  }
}

/** The plan is at fault, or whoever sent it; not the database, nor another unit that was faster. */
const isRefusal = (error: unknown): boolean =>
  error instanceof FhirError && error.code !== 'unavailable' && !isTransient(error);

const mergeExpected = (all: readonly Expected[]): Expected => ({
  names: all.flatMap(one => one.names),
  claims: all.flatMap(one => one.claims),
  marks: all.flatMap(one => one.marks),
});

function codeOf(error: unknown): string {
  const known = translate(error);
  return known instanceof FhirError ? known.code : 'internal';
}
