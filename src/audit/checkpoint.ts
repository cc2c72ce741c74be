// Signed checkpoints of the trail, in a file outside of the database: a line for each chain that went on since
// the line before, `{writer, number, hash, at}` signed with the server's own key. Whoever can write to the
// database can make a chain that is whole; what it was yesterday he cannot sign. Keep the file, or copies of it,
// where he has no access.
import { chmod, open, readFile } from 'node:fs/promises';
import type { Clock } from '../fhir/id.ts';
import type { AuditEnd } from '../store/port/audit.ts';
import type { Checkpoint } from './verify.ts';

export const CHECKPOINT_TYPE = 'iop-audit-checkpoint+jws';

/** One line of text, without line ends. */
export type Sign = (checkpoint: Checkpoint) => Promise<string>;
/** Undefined where nobody who is known has signed it. */
export type Open = (line: string) => Promise<unknown>;

/** Adds lines and waits until they are on the disk. The file (0600) is made where it is not there. */
export async function appendLines(path: string, lines: readonly string[]): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(lines.map(line => `${line}\n`).join(''));
    await file.datasync();
  } finally {
    await file.close();
  }
  await chmod(path, 0o600);
}

export interface ReadCheckpoints {
  checkpoints: readonly Checkpoint[];
  /** Numbers of lines, from 1, that nobody who is known has signed. */
  bad: readonly number[];
}

/** Throws where the file cannot be read. A last line that is not ended was being written: it is passed over. */
export async function readCheckpoints(path: string, check: Open): Promise<ReadCheckpoints> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  const checkpoints: Checkpoint[] = [];
  const bad: number[] = [];
  for (const [at, line] of lines.entries()) {
    const said = await check(line);
    if (isCheckpoint(said)) checkpoints.push(said);
    else bad.push(at + 1);
  }
  return { checkpoints, bad };
}

function isCheckpoint(said: unknown): said is Checkpoint {
  if (typeof said !== 'object' || said === null) return false;
  const { writer, number, hash, at } = said as Partial<Checkpoint>;
  return (
    typeof writer === 'string' &&
    Number.isSafeInteger(number) &&
    typeof hash === 'string' &&
    Number.isSafeInteger(at)
  );
}

export interface CheckpointParts {
  path: string;
  ends: () => Promise<readonly AuditEnd[]>;
  sign: Sign;
  clock: Clock;
}

export interface Checkpointer {
  /** Signs where the chains end now; the number of lines. Nothing for chains that stand as they stood. */
  write(): Promise<number>;
}

export function makeCheckpointer({ path, ends, sign, clock }: CheckpointParts): Checkpointer {
  const known = new Map<string, string>();
  const write = async (): Promise<number> => {
    const moved = (await ends()).filter(end => known.get(end.writer) !== end.hash);
    const at = clock();
    const lines = await Promise.all(moved.map(end => sign({ ...end, at })));
    await appendLines(path, lines);
    for (const end of moved) known.set(end.writer, end.hash);
    return lines.length;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    write: () => {
      const next = last.then(write, write);
      last = next;
      return next;
    },
  };
}

/** ms between checkpoints of a running server. */
export const CHECKPOINT_EVERY = 5 * 60_000;

/** On a clock of its own; what fails is told and tried again. Returns what stops it. */
export function keepCheckpoints(
  { write }: Checkpointer,
  failed: (error: unknown) => void,
  every = CHECKPOINT_EVERY,
): () => void {
  const timer = setInterval(() => write().catch(failed), every);
  timer.unref();
  return () => clearInterval(timer);
}
