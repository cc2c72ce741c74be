// A server process of its own over a MongoDB store: does one job and prints what came out. It says `ready`
// when the store is open and begins at the first line it is sent, so that several begin at once.
//   node test/processes/worker.ts URL JOB ARGUMENTS-AS-JSON
import { once } from 'node:events';
import { FhirError } from '../../src/fhir/error.ts';
import { openMongo } from '../../src/store/mongodb/open.ts';
import type { Store, WriteOp, WritePlan, WriteResult } from '../../src/store/port.ts';
import {
  draft,
  grantFor,
  planFor,
  type Stated,
  stated,
  statedDerive,
  tokenClause,
  tokenValue,
} from '../support/store.ts';

/** What became of one plan: a line for each result, or the code of the error. */
export type Outcome = readonly Line[] | { code: string };

export interface Line {
  kind: string;
  id: string;
  version: number;
  seq: number;
}

/** What every worker is told: which one it is, and how many plans it sends. */
export interface Task {
  worker: string;
  count: number;
  /** How many plans are under way at a time; all by default. */
  abreast?: number;
}

const grant = grantFor('prog');
const numbered = (value: string): Stated => ({
  values: [tokenValue('Basic', 'identifier', value), tokenValue('Basic', 'code', 'kept')],
});
const planOf = (ops: readonly WriteOp[], parts: Partial<WritePlan> = {}): WritePlan => ({
  ops,
  lookups: [],
  claims: [],
  marks: [],
  ...parts,
});
const createOp = (id: string, about: Stated): WriteOp => ({
  kind: 'create',
  type: 'Basic',
  id,
  body: stated('Basic', id, about),
});
const updateOp = (id: string, about: Stated): WriteOp => ({
  kind: 'update',
  type: 'Basic',
  id,
  body: stated('Basic', id, about),
});

/** The plan number `at` of a lane. */
type Job = (lane: string, at: number, number: number) => WritePlan;

const JOBS: Readonly<Record<string, Job>> = {
  /** Every plan creates a Basic with the same identifier, if there is none. */
  conditional: (lane, at) => {
    const unless = planFor(grant, 'Basic', { where: [tokenClause('Basic', 'identifier', '7')] });
    return planOf([{ ...createOp(`${lane}-${at}`, numbered('7')), unless } as WriteOp]);
  },
  /** Every other lane asks for another of two identifiers: their criteria differ, what they would create answers both. */
  crossing: (lane, at, number) => {
    const where = [tokenClause('Basic', 'identifier', number % 2 === 0 ? '7' : '8')];
    const about = {
      values: [tokenValue('Basic', 'identifier', '7'), tokenValue('Basic', 'identifier', '8')],
    };
    const unless = planFor(grant, 'Basic', { where });
    return planOf([{ ...createOp(`${lane}-${at}`, about), unless } as WriteOp]);
  },
  /** Every plan claims the same key for a resource of its own. */
  claim: (lane, at) => {
    const id = `${lane}-${at}`;
    return planOf([createOp(id, {})], { claims: [{ key: 'prog|kind|1|role', type: 'Basic', id }] });
  },
  /** Every plan writes the resource with the same id. */
  put: (lane, at) => planOf([updateOp('same', { text: `${lane}-${at}` })]),
  /** Creates two, then changes one and deletes the other. */
  mixed: (lane, at) => {
    const id = (turn: number, which: number) => `${lane}-${turn}-${which}`;
    if (at % 2 === 0)
      return planOf([createOp(id(at, 0), numbered(`${at}`)), createOp(id(at, 1), numbered('0'))]);
    const held = at - 1;
    const remove: WriteOp = { kind: 'delete', type: 'Basic', id: id(held, 1) };
    return planOf([remove, updateOp(id(held, 0), numbered(`${at}`))]);
  },
  /** Rewrites what is there, `base-0` and on, and creates and deletes beside it. */
  churn: (lane, at) =>
    at % 3 === 0
      ? planOf([createOp(`${lane}-${at}`, numbered(`${at}`))])
      : planOf([updateOp(`base-${(at * 7) % 120}`, numbered(`${lane}${at}`))]),
};

async function outcomeOf(store: Store, plan: WritePlan): Promise<Outcome> {
  try {
    return (await store.transact(plan, grant, draft('write'))).map(lineOf);
  } catch (error) {
    if (error instanceof FhirError) return { code: error.code };
    throw error;
  }
}

function lineOf(result: WriteResult): Line {
  if (!('version' in result)) throw new Error('A plan gave no version.');
  const { id, version } = result.version;
  return { kind: result.kind, id, version, seq: result.seq };
}

/** In lanes: each sends its next plan when the one before is done, so that a plan may build on it. */
async function work(store: Store, job: Job, task: Task) {
  const { worker, count, abreast = count } = task;
  const outcomes: Outcome[] = [];
  const lane = async (number: number): Promise<void> => {
    for (let at = 0; number + at * abreast < count; at += 1)
      outcomes.push(await outcomeOf(store, job(`${worker}${number}`, at, number)));
  };
  await Promise.all(Array.from({ length: abreast }, (_, number) => lane(number)));
  return outcomes;
}

const [url = '', name = '', task = '{}'] = process.argv.slice(2);
const job = JOBS[name];
if (job === undefined) throw new Error(`There is no job ${name}.`);
const { store, close } = await openMongo({ url, derive: statedDerive, clock: Date.now, extractors: 'test' });
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.pause();
const outcomes = await work(store, job, JSON.parse(task) as Task);
await close();
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
