// `import`: a file of program records through the program's own door, one line of text per row that did
// not get in. The rows that are right are kept whatever becomes of the others.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { progressBar } from './progress-bar.ts';
import { CommandError, say } from './terminal.ts';

/** What became of one row; see interactions/import/outcome.ts. */
export interface ImportRow {
  line?: number;
  kind?: string;
  id?: string;
  outcome: 'written' | 'unchanged' | 'conflict' | 'bad';
  resources: number;
  issues?: readonly { path: string; message: string }[];
  conflicts?: readonly { path: string }[];
  /** Where FHIR's value stays. */
  kept?: readonly { path: string }[];
}

export interface ImportFile {
  /** `-` reads `input`. */
  path: string;
  input: AsyncIterable<Uint8Array | string>;
  /** Rows that did not get in, then the summary. */
  out: NodeJS.WritableStream;
  /** Where the bar is drawn: only on a terminal. */
  error: NodeJS.WritableStream & { isTTY?: boolean };
  /** One JSON object instead of text. */
  json: boolean;
  /** Aborted: what is being imported is finished, the rest is left. */
  signal: AbortSignal;
  /** Milliseconds. */
  clock: () => number;
  records: (chunks: AsyncIterable<Uint8Array>, signal: AbortSignal) => AsyncIterable<ImportRow>;
  /** Nothing is written: what would be is told row by row. */
  dryRun?: boolean;
  /** Told of every row; `problem` of those that did not get in. */
  settle?: (row: ImportRow, problem: string | undefined) => void;
}

/** Rows told in JSON; a file that is wrong throughout must not fill the memory. */
const MOST_TOLD = 1000;

/** The exit code: 1 where a row was bad or conflicting, or the import was interrupted. Throws CommandError. */
export async function importFile(run: ImportFile): Promise<0 | 1> {
  const started = run.clock();
  const counts = { written: 0, unchanged: 0, conflicting: 0, bad: 0, resources: 0 };
  const told: string[] = [];
  const size = run.path === '-' ? undefined : await sizeOf(run.path);
  const bar = progressBar(run.error, run.clock, size);
  let read = 0;
  const chunks = bytesOf(run, length => {
    read += length;
  });
  for await (const row of run.records(chunks, run.signal)) {
    counts[row.outcome === 'conflict' ? 'conflicting' : row.outcome] += 1;
    counts.resources += row.resources;
    bar.draw(read, counts.written + counts.unchanged + counts.conflicting + counts.bad);
    const refused = row.outcome === 'bad' || row.outcome === 'conflict';
    run.settle?.(row, refused ? problemOf(row) : undefined);
    if (!refused && row.kept === undefined && run.dryRun !== true) continue;
    if (run.json) {
      if (told.length < MOST_TOLD) told.push(tell(row, run.dryRun === true));
      continue;
    }
    bar.clear();
    say(run.out, tell(row, run.dryRun === true));
  }
  bar.clear();
  const seconds = (run.clock() - started) / 1000;
  const interrupted = run.signal.aborted;
  if (run.json) say(run.out, JSON.stringify({ ...counts, seconds, interrupted, problems: told }));
  else
    say(
      run.out,
      `${interrupted ? 'interrupted: ' : ''}${run.dryRun === true ? 'dry run: ' : ''}${sumUp(counts, seconds)}`,
    );
  return counts.bad + counts.conflicting > 0 || interrupted ? 1 : 0;
}

type Counts = Record<'written' | 'unchanged' | 'conflicting' | 'bad' | 'resources', number>;

function sumUp({ written, unchanged, conflicting, bad, resources }: Counts, seconds: number): string {
  const rows = `written ${written}, unchanged ${unchanged}, conflicting ${conflicting}, bad ${bad}`;
  return `${rows} (${resources} resources in ${seconds.toFixed(1)} s)`;
}

/** `line 12: session s-4: end: is before the start`. Fields, never their values. */
function tell(row: ImportRow, dryRun: boolean): string {
  const { line, kind, id, outcome, resources } = row;
  const record = kind === undefined ? '' : `${kind}${id === undefined ? '' : ` ${id}`}: `;
  const what =
    outcome === 'written'
      ? dryRun
        ? `would be written (${resources} resources)`
        : 'written'
      : outcome === 'unchanged'
        ? 'is there already'
        : problemOf(row);
  return `line ${line ?? '?'}: ${record}${what}${keptOf(row)}`;
}

const keptOf = ({ kept = [] }: ImportRow): string =>
  kept.length === 0 ? '' : `; stays as changed through FHIR: ${kept.map(one => one.path).join(', ')}`;

function problemOf({ outcome, issues = [], conflicts = [] }: ImportRow): string {
  const said = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const changed =
    conflicts.length === 0
      ? []
      : [`changed here and through FHIR: ${conflicts.map(one => one.path).join(', ')}`];
  return `${outcome === 'conflict' ? 'conflict: ' : ''}${[...said, ...changed].join('; ')}`;
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function* bytesOf(
  { path, input, signal }: ImportFile,
  onRead: (length: number) => void,
): AsyncGenerator<Uint8Array> {
  const source = path === '-' ? input : createReadStream(path, { highWaterMark: 256 * 1024 });
  // Also when nothing comes: a person who types the records, and then Ctrl-C.
  const stop = () => (source as { destroy?: () => void }).destroy?.();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of source) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      onRead(bytes.length);
      yield bytes;
    }
  } catch (error) {
    if (!signal.aborted) throw unreadable(path, error);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a folder',
};

function unreadable(path: string, error: unknown): CommandError {
  const { code = '' } = error as { code?: string };
  return new CommandError(
    `Cannot read ${path === '-' ? 'standard input' : path}: ${CAUSES[code] ?? (code || 'it failed')}.`,
  );
}
