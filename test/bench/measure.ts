// Rows of figures: each row of the product is measured in turn with the bare rows it is held against, as often
// as there are tries, so that what else the machine does meets both alike.
import { setTimeout } from 'node:timers/promises';
import type { Child } from './child.ts';
import type { Load, LoadQuestions } from './load.ts';
import { drawing, type Expected, OPERATIONS, type OperationName, type RowKind } from './operations.ts';
import type { Options, StoreName } from './options.ts';
import type { Server, Side, Target } from './sides.ts';

export interface Figures {
  /** Requests, or entries, per second. */
  perSecond: number;
  /** ms, of a request. */
  p50: number;
  p99: number;
  /** ms of processor per request in the server's process. */
  cpu: number;
  /** ms of processor per request in the database's own process, where there is one. */
  databaseCpu?: number;
}

export interface Row {
  store: StoreName;
  operation: OperationName;
  name: string;
  label: string;
  connections: number;
  unit: 'req' | 'entries';
  server: Server;
  /** Medians. */
  figures: Figures;
  /** Product: its perSecond to that of the limit, pair by pair; the median. */
  ofLimit?: number;
  /** Product: its perSecond to that of the same row without token checks and audit, in the same way. */
  ofUnaudited?: number;
  /** Product: its perSecond to that of the same row without access rules, Consents and labels, in the same way. */
  ofOpen?: number;
  tries: readonly Figures[];
}

interface Measured {
  kind: RowKind;
  server: Server;
  tries: Figures[];
}

/** Before the first try each row runs so long unmeasured, s: code is compiled, caches are filled. */
const WARM_S = 0.5;
/** Between two rows. */
const SETTLE_MS = 100;

export interface Session {
  side: Side;
  load: Child<LoadQuestions>;
  options: Options;
}

/** All rows of an operation with so many connections. Throws where an answer is not what it should be. */
export async function measure(
  { side, load, options }: Session,
  operation: OperationName,
  connections: number,
): Promise<Row[]> {
  const measured = rowsOf(operation);
  for (const { kind, server } of measured) await probe(side[server], kind, options.resources);
  for (let number = 0; number <= options.tries; number += 1) {
    for (const one of measured) {
      const seconds = number === 0 ? Math.min(WARM_S, options.seconds) : options.seconds;
      const place = { operation, connections, seconds, seed: number + 1, observations: options.resources };
      const figures = await once(side, one, load, place);
      if (number > 0) one.tries.push(figures);
    }
  }
  return toRows(side.store, operation, connections, measured);
}

/** In the order of a try: a row stands beside the one it is held against. */
function rowsOf(operation: OperationName): Measured[] {
  const { bare, product, priced } = OPERATIONS[operation];
  const on = (server: Server, kind: RowKind): Measured => ({ kind, server, tries: [] });
  return [
    ...bare.map(kind => on('bare', kind)),
    ...product.flatMap(kind => [
      on('product', kind),
      ...(kind.name === priced ? [on('unaudited', kind)] : []),
      ...(priced === undefined ? [] : [on('open', kind)]),
    ]),
  ];
}

type Place = Pick<Load, 'operation' | 'connections' | 'seconds' | 'seed' | 'observations'>;

async function once(side: Side, one: Measured, child: Child<LoadQuestions>, place: Place): Promise<Figures> {
  const target = side[one.server];
  const token = one.kind.caller === undefined ? undefined : target.tokens[one.kind.caller];
  const before = await spent(side, target);
  const loaded = await child.ask('run', {
    ...place,
    url: target.url,
    row: one.kind.name,
    ...(token === undefined ? {} : { token }),
  });
  const after = await spent(side, target);
  // What was under way when the load let go ends outside of the next row's time.
  await setTimeout(SETTLE_MS);
  const what = `${side.store}, ${place.operation}, ${labelOf(one)}, ${place.connections} connections`;
  const faults = Object.entries(loaded.faults).map(([fault, times]) => `${fault} (${times} times)`);
  if (faults.length > 0) throw new Error(`${what}: ${faults.join(', ')}`);
  if (loaded.answers === 0) throw new Error(`${what}: no answer in ${place.seconds} s`);
  const database =
    before.database === undefined || after.database === undefined
      ? {}
      : { databaseCpu: (after.database - before.database) / loaded.answers };
  return {
    perSecond: (loaded.answers * OPERATIONS[place.operation].perRequest) / loaded.seconds,
    p50: loaded.p50,
    p99: loaded.p99,
    cpu: (after.server - before.server) / loaded.answers,
    ...database,
  };
}

const spent = async (
  side: Side,
  target: Target,
): Promise<{ server: number; database: number | undefined }> => ({
  server: await target.cpu(),
  database: await side.databaseCpu(),
});

/** A few requests whose answers are looked at: a figure of a wrong answer is worse than none. */
async function probe(target: Target, kind: RowKind, observations: number): Promise<void> {
  const draw = drawing(99);
  for (let n = 0; n < 5; n += 1) {
    const { method, path, body, expects } = kind.make(draw, observations);
    const token = kind.caller === undefined ? undefined : target.tokens[kind.caller];
    const response = await fetch(`${target.url}${path}`, {
      method,
      headers: {
        'Content-Type': 'application/fhir+json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const fault = faultIn(expects, response.status, await response.text());
    if (fault !== undefined) throw new Error(`${kind.label}: ${method} ${path.split('?')[0]}: ${fault}`);
  }
}

function faultIn(expects: Expected, status: number, text: string): string | undefined {
  if (status !== expects.status)
    return `answered ${status} instead of ${expects.status}: ${text.slice(0, 500)}`;
  if (text.length < (expects.bytes ?? 0)) return `answered ${text.length} bytes`;
  if (expects.entries === undefined) return undefined;
  const { entry = [] } = JSON.parse(text) as { entry?: { search?: { mode?: string } }[] };
  // A notice goes with what an outside caller gets.
  const found = entry.filter(one => one.search?.mode !== 'outcome').length;
  return found === expects.entries ? undefined : `${found} entries instead of ${expects.entries}`;
}

function toRows(
  store: StoreName,
  operation: OperationName,
  connections: number,
  measured: readonly Measured[],
): Row[] {
  const limit = measured.filter(one => one.server === 'bare').at(-1)!;
  return measured.map(one => {
    const { kind, server, tries } = one;
    const besides = (other: Server) => measured.find(row => row.server === other && row.kind === kind);
    const [unaudited, open] = [besides('unaudited'), besides('open')];
    return {
      store,
      operation,
      name: server === 'unaudited' || server === 'open' ? `${kind.name}-${server}` : kind.name,
      label: labelOf(one),
      connections,
      unit: OPERATIONS[operation].unit,
      server,
      figures: medians(tries),
      ...(server === 'product' ? { ofLimit: ratio(tries, limit.tries) } : {}),
      ...(server === 'product' && unaudited !== undefined
        ? { ofUnaudited: ratio(tries, unaudited.tries) }
        : {}),
      ...(server === 'product' && open !== undefined ? { ofOpen: ratio(tries, open.tries) } : {}),
      tries,
    };
  });
}

const labelOf = ({ kind, server }: Measured): string =>
  server === 'unaudited'
    ? 'no token check, no audit'
    : server === 'open'
      ? 'no access, consent, labels'
      : kind.label;

/** Pair by pair; the median. */
const ratio = (tries: readonly Figures[], others: readonly Figures[]): number =>
  median(tries.map((one, i) => one.perSecond / others[i]!.perSecond));

function medians(tries: readonly Figures[]): Figures {
  const of = (name: keyof Figures) => median(tries.flatMap(one => one[name] ?? []));
  const told = tries.every(one => one.databaseCpu !== undefined);
  return {
    perSecond: of('perSecond'),
    p50: of('p50'),
    p99: of('p99'),
    cpu: of('cpu'),
    ...(told ? { databaseCpu: of('databaseCpu') } : {}),
  };
}

/** Of at least one number; between the middle two where their count is even. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
