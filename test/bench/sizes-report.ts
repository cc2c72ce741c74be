// What was measured, and what it comes to at another size. Pure.

/** Bytes and documents of one collection. */
export interface Measured {
  name: string;
  count: number;
  /** Of the documents as they are sent. */
  data: number;
  /** On disk, compressed. */
  storage: number;
  /** By name, on disk; in memory an index takes about the same. */
  indexes: Readonly<Record<string, number>>;
}

/** A store that is yet to be. */
export interface Goal {
  programs: number;
  clients: number;
  resources: number;
  /** Part of the clients who are in treatment now, and asked about. */
  active: number;
  /** Years in which it all was written. */
  years: number;
  /** Reads for each resource that is written: each leaves an audit row, as each write does. */
  reads: number;
}

export const GOAL: Goal = {
  programs: 10_000,
  clients: 5_000_000,
  resources: 2_000_000_000,
  active: 0.1,
  years: 5,
  reads: 10,
};

/** One shard: bytes. */
export interface Shard {
  memory: number;
  disk: number;
}

const GB = 1e9;
export const SHARD: Shard = { memory: 64 * GB, disk: 2000 * GB };

/** Of the memory, what the server's cache takes; of the disk, what may be full. */
const CACHE = 0.5;
const FULL = 0.7;
/** The busiest hour against the mean. */
const PEAK = 10;

export interface Estimate {
  /** Bytes; `storage` with its indexes. */
  storage: number;
  indexes: number;
  audit: number;
  /** Indexes of those who are asked about. */
  hot: number;
  /** Shards that the disk asks for, that the memory asks for, and the greater of both. */
  byDisk: number;
  byMemory: number;
  shards: number;
  /** Resources a second: mean and peak. */
  writes: number;
  peak: number;
}

const indexesOf = ({ indexes }: Measured): number =>
  Object.values(indexes).reduce((sum, size) => sum + size, 0);

/** `measured` holds `resource`, what came of as many resources elsewhere, and audit rows. */
export function estimate(measured: readonly Measured[], goal: Goal = GOAL, shard: Shard = SHARD): Estimate {
  const times = goal.resources / measured.find(one => one.name === 'resource')!.count;
  const kept = measured.filter(one => one.name !== 'audit');
  const rows = measured.find(one => one.name === 'audit')!;
  const sum = (of: (one: Measured) => number): number => kept.reduce((all, one) => all + of(one), 0);
  const indexes = sum(indexesOf) * times;
  const storage = sum(one => one.storage) * times + indexes;
  const audit = ((rows.storage + indexesOf(rows)) / rows.count) * goal.resources * (1 + goal.reads);
  const hot = indexes * goal.active;
  const byDisk = Math.ceil((storage + audit) / (shard.disk * FULL));
  const byMemory = Math.ceil(hot / (shard.memory * CACHE));
  const writes = goal.resources / (goal.years * 365 * 86_400);
  const shards = Math.max(byDisk, byMemory);
  return { storage, indexes, audit, hot, byDisk, byMemory, shards, writes, peak: writes * PEAK };
}

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** Documents and indexes of each collection, in bytes. */
export function tableOf(measured: readonly Measured[]): string {
  const resources = measured.find(one => one.name === 'resource')!.count;
  const head = ['collection', 'documents', 'bytes each', 'on disk', 'index', 'bytes a resource'];
  const lines = measured.flatMap(({ name, count, data, storage, indexes }) => [
    [name, number(count), number(data / count), number(storage / count), '', ''],
    ...Object.entries(indexes).map(([index, size]) => ['', '', '', '', index, number(size / resources)]),
  ]);
  return aligned([head, ...lines]);
}

const TEXTS = new Set([0, 4]);

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, at) => Math.max(...lines.map(line => line[at]!.length)));
  const cell = (text: string, at: number): string =>
    TEXTS.has(at) ? text.padEnd(widths[at]!) : text.padStart(widths[at]!);
  return lines.map(line => line.map(cell).join('  ').trimEnd()).join('\n');
}

const terabytes = (bytes: number): string => `${(bytes / 1e12).toFixed(1)} TB`;

/** What it comes to, and how each figure is made. */
export function sentencesOf(goal: Goal, shard: Shard, found: Estimate): string {
  const { storage, indexes, audit, hot, byDisk, byMemory, shards, writes, peak } = found;
  return [
    `${number(goal.programs)} programs, ${number(goal.clients)} clients, ${number(goal.resources)} resources:`,
    `  storage  ${terabytes(storage)}, of which indexes ${terabytes(indexes)}: bytes a resource, times resources`,
    `  audit    ${terabytes(audit)}: bytes a row, times resources, times 1 write and ${goal.reads} reads of each`,
    `  memory   ${terabytes(hot)}: indexes of the ${goal.active * 100} % of clients who are in treatment now; they lie`,
    '           together, since indexes start with partition and person; documents come from disk',
    `  shards   ${shards}: the disk asks for ${byDisk} (${number(shard.disk / GB)} GB each, ${FULL * 100} % full), the memory`,
    `           for ${byMemory} (${number(shard.memory / GB)} GB each, half of it for the cache)`,
    `  writes   ${number(writes)} resources a second over ${goal.years} years, ${number(peak)} where ${PEAK} times that is the peak`,
  ].join('\n');
}
