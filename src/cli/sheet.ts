// The files of `import --map`: the map, and the sheet of rows that did not get in.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { CommandError } from './terminal.ts';

/** Throws CommandError where it cannot be read. */
export async function readMap(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new CommandError(`Cannot read the map ${path}.`);
  }
}

export interface BadRows {
  add(bytes: Uint8Array): void;
  /** Takes the file away where nothing came. */
  close(): void;
}

/** People are in it: for its owner alone. Throws CommandError where there is such a file already. */
export function openBadRows(path: string): BadRows {
  const file = openNew(path);
  let empty = true;
  return {
    add: bytes => {
      empty = false;
      writeSync(file, bytes);
    },
    close: () => {
      closeSync(file);
      if (empty) rmSync(path);
    },
  };
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    const there = (error as { code?: string }).code === 'EEXIST';
    throw new CommandError(`Cannot write ${path}: ${there ? 'there is such a file already' : 'it failed'}.`);
  }
}
