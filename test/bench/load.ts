// The load, in a process of its own: closed loop, keep-alive, one request at a time on each connection.
import autocannon from 'autocannon';
import { answerParent } from './child.ts';
import { type Asked, drawing, OPERATIONS, type OperationName, rowOf } from './operations.ts';

export interface Load {
  /** Without a path. */
  url: string;
  token?: string;
  operation: OperationName;
  row: string;
  connections: number;
  seconds: number;
  observations: number;
  seed: number;
}

export interface Loaded {
  /** Answers until the time was over, at least one; what was under way then is not among them. */
  answers: number;
  /** From the first request to the last answer, s. */
  seconds: number;
  /** ms. */
  p50: number;
  p99: number;
  /** Statuses that were not expected, and connections that broke: what -> how often. */
  faults: Record<string, number>;
}

/** How long an answer may take before the load gives up on it, s. */
const PATIENCE_S = 30;
/** How often the load looks whether its time is over, ms. */
const LOOK_MS = 50;

const questions = {
  run: async (load: Load): Promise<Loaded> => {
    const pool = requestsOf(load);
    const times: number[] = [];
    const faults: Record<string, number> = {};
    const blame = (what: string): void => {
      faults[what] = (faults[what] ?? 0) + 1;
    };
    const status = pool[0]!.expects.status;
    let next = 0;
    let started = 0;
    let last = 0;
    await new Promise<void>((resolve, reject) => {
      const instance = autocannon(
        {
          url: load.url,
          connections: load.connections,
          duration: load.seconds + PATIENCE_S,
          sampleInt: LOOK_MS,
          timeout: PATIENCE_S,
          setupClient: client => {
            client.setRequests(dealt(pool, next, load));
            next += 1;
            started ||= performance.now();
          },
        },
        error => (error === null ? resolve() : reject(error)),
      );
      let late = false;
      setTimeout(() => {
        late = true;
        if (times.length > 0) instance.stop();
      }, load.seconds * 1000);
      instance.on('response', (_client, code, _bytes, milliseconds) => {
        last = performance.now();
        times.push(milliseconds);
        if (late) instance.stop();
        if (code !== status) blame(`status ${code}`);
      });
      instance.on('reqError', error => blame(error.message));
    });
    times.sort((a, b) => a - b);
    return {
      answers: times.length,
      seconds: (last - started) / 1000,
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      faults,
    };
  },
};
export type LoadQuestions = typeof questions;

function requestsOf(load: Load): Asked[] {
  const { pool } = OPERATIONS[load.operation];
  const row = rowOf(load.operation, load.row);
  const draw = drawing(load.seed);
  return Array.from({ length: Math.max(pool, load.connections) }, () => row.make(draw, load.observations));
}

/** The requests of one connection, turn by turn from the pool. */
function dealt(pool: readonly Asked[], client: number, load: Load): autocannon.Request[] {
  const headers = {
    'content-type': 'application/fhir+json',
    ...(load.token === undefined ? {} : { authorization: `Bearer ${load.token}` }),
  };
  const own = pool.filter((_, i) => i % load.connections === client % load.connections);
  return own.map(({ method, path, body }) => ({
    method,
    path,
    headers,
    ...(body === undefined ? {} : { body }),
  }));
}

/** Of sorted times; 0 where there are none. */
const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

answerParent(questions);
