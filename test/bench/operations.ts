// What is measured: for each operation the product's rows and the bare rows they are held against.
import {
  CODE_COUNT,
  creating,
  observation,
  observationId,
  permitsPayer,
  personsOf,
  searchFor,
} from './data.ts';

export type OperationName = 'read' | 'search' | 'create' | 'transaction';
export type Caller = 'program' | 'payer';

/** A request below a server's URL, and what to find in its answer before anything is timed. */
export interface Asked {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
  expects: Expected;
}

export interface Expected {
  status: number;
  /** Of a Bundle: how many entries. */
  entries?: number;
  /** Least number of bytes. */
  bytes?: number;
}

/** `draw(n)`: a whole number from 0 to below n. */
export type Draw = (below: number) => number;

export interface RowKind {
  /** Unique within the operation. */
  name: string;
  label: string;
  /** Product: who asks. Bare rows ask without a token. */
  caller?: Caller;
  make(draw: Draw, observations: number): Asked;
}

export interface Operation {
  title: string;
  /** What is counted, and how many of them a request is worth. */
  unit: 'req' | 'entries';
  perRequest: number;
  /** Where it is not the run's to choose. */
  connections?: readonly number[];
  /** Different requests made beforehand, over all connections. */
  pool: number;
  /** The last one is the limit. */
  bare: readonly RowKind[];
  product: readonly RowKind[];
  /** Of the product's rows: which one is measured without token checks and audit too. */
  priced?: string;
}

/** Of a transaction Bundle. */
const ENTRIES = 100;

const bareRead = (name: string, label: string, path: string): RowKind => ({
  name,
  label,
  make: (draw, observations) => ({
    method: 'GET',
    path: `${path}/${observationId(draw(observations))}`,
    expects: { status: 200, bytes: 500 },
  }),
});

const BARE_READ = bareRead('bare-read', 'bare, no audit', '/read');
const BARE_AUDITED = bareRead('bare-audited', 'bare, audited (limit)', '/audited');

/** Ten Observations of one kind of a person that the caller may see. */
const search = (caller: Caller): RowKind => ({
  name: caller,
  label: `as ${caller}`,
  caller,
  make: (draw, observations) => {
    let person = draw(personsOf(observations));
    if (caller === 'payer' && !permitsPayer(person)) person -= 1;
    const { query, hits } = searchFor(person, draw(CODE_COUNT), observations);
    return {
      method: 'GET',
      path: `/fhir/Observation?${query}`,
      expects: { status: 200, entries: Math.min(hits, 20) },
    };
  },
});

const body = (draw: Draw, observations: number): string =>
  JSON.stringify(observation(draw(observations), observations));
const bundle = (draw: Draw, observations: number): string =>
  creating(draw(observations), ENTRIES, observations);

export const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  read: {
    title: 'read by id',
    unit: 'req',
    perRequest: 1,
    pool: 4096,
    bare: [BARE_READ, BARE_AUDITED],
    product: [
      {
        name: 'program',
        label: 'as program',
        caller: 'program',
        make: (draw, observations) => ({
          method: 'GET',
          path: `/fhir/Observation/${observationId(draw(observations))}`,
          expects: { status: 200, bytes: 500 },
        }),
      },
    ],
    priced: 'program',
  },
  search: {
    title: 'search patient+code, _count=20',
    unit: 'req',
    perRequest: 1,
    pool: 4096,
    bare: [BARE_AUDITED],
    product: [search('program'), search('payer')],
    priced: 'program',
  },
  create: {
    title: 'create an Observation',
    unit: 'req',
    perRequest: 1,
    pool: 1024,
    bare: [
      {
        name: 'bare-create',
        label: 'bare (limit)',
        make: (draw, observations) => ({
          method: 'POST',
          path: '/create',
          body: body(draw, observations),
          expects: { status: 201, bytes: 500 },
        }),
      },
    ],
    product: [
      {
        name: 'program',
        label: 'as program',
        caller: 'program',
        make: (draw, observations) => ({
          method: 'POST',
          path: '/fhir/Observation',
          body: body(draw, observations),
          expects: { status: 201 },
        }),
      },
    ],
    priced: 'program',
  },
  transaction: {
    title: `transaction of ${ENTRIES} creates`,
    unit: 'entries',
    perRequest: ENTRIES,
    connections: [4],
    pool: 32,
    bare: [
      {
        name: 'bare-create-many',
        label: 'bare (limit)',
        make: (draw, observations) => ({
          method: 'POST',
          path: `/create-many/${ENTRIES}`,
          body: bundle(draw, observations),
          expects: { status: 200, bytes: 500 },
        }),
      },
    ],
    product: [
      {
        name: 'program',
        label: 'as program',
        caller: 'program',
        make: (draw, observations) => ({
          method: 'POST',
          path: '/fhir',
          body: bundle(draw, observations),
          expects: { status: 200, entries: ENTRIES },
        }),
      },
    ],
  },
};

export const OPERATION_NAMES = Object.keys(OPERATIONS) as OperationName[];

/** The row of an operation by its name. */
export function rowOf(operation: OperationName, name: string): RowKind {
  const { bare, product } = OPERATIONS[operation];
  const found = [...bare, ...product].find(row => row.name === name);
  if (found === undefined) throw new Error(`The operation ${operation} has no row ${name}.`);
  return found;
}

/** Numbers from a seed (xorshift): the same in every process. */
export function drawing(seed: number): Draw {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return below => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}
