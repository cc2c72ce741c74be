// `import --map`: a sheet (CSV) instead of NDJSON, and a sheet of the rows that did not get in, to be put right and
// imported again by the same map.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import type { Input } from '../interactions/import/outcome.ts';
import { readSheetMap, type SheetMap } from '../interactions/import/sheet/map.ts';
import { openSheet } from '../interactions/import/sheet/sheet.ts';
import { CommandError } from './terminal.ts';

export interface SheetReading {
  read(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Input>;
  /** What became of the record that starts in a line; `problem` where it did not get in. */
  settle(line: number, problem: string | undefined): void;
  close(): void;
}

/** The column that the rows which did not get in have more. */
const PROBLEM = 'problem';

/** Throws CommandError or `invalid-value` where a file cannot be read, or the map is none. */
export async function sheetReading(
  map: string,
  bad: string | undefined,
  program: string,
): Promise<SheetReading> {
  const how = readSheetMap(await textOf(map));
  const left = bad === undefined ? undefined : openBadRows(bad, how);
  const held = new Map<number, readonly (readonly string[])[]>();
  return {
    async *read(chunks) {
      const sheet = await openSheet(chunks, how, program);
      left?.start(sheet.header);
      for await (const { input, rows } of sheet.records) {
        if (left !== undefined && input.line !== undefined)
          held.set(
            input.line,
            rows.map(one => one.cells),
          );
        yield input;
      }
    },
    settle: (line, problem) => {
      const rows = held.get(line) ?? [];
      held.delete(line);
      if (problem !== undefined) for (const cells of rows) left?.add(cells, problem);
    },
    close: () => left?.close(),
  };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new CommandError(`Cannot read the map ${path}.`);
  }
}

interface BadRows {
  start(header: readonly string[]): void;
  add(cells: readonly string[], problem: string): void;
  close(): void;
}

/** People are in it: for its owner alone. A file that is there already is not written over. */
function openBadRows(path: string, { encoding, delimiter = ',' }: SheetMap): BadRows {
  const file = openNew(path);
  let width = 0;
  let rows = 0;
  const write = (cells: readonly string[]): void => {
    writeSync(file, encoded(stringify([[...cells]], { delimiter, record_delimiter: 'windows' }), encoding));
  };
  return {
    start: header => {
      // A sheet of such rows that is imported again has the column already.
      width = header.at(-1) === PROBLEM ? header.length - 1 : header.length;
      if (encoding === 'utf-16le') writeSync(file, Buffer.from([0xff, 0xfe]));
      write([...header.slice(0, width), PROBLEM]);
    },
    add: (cells, problem) => {
      rows += 1;
      const whole = Array.from({ length: width }, (_, at) => cells[at] ?? '');
      write([...whole, problem]);
    },
    close: () => {
      closeSync(file);
      // Everything got in.
      if (rows === 0) rmSync(path);
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

function encoded(text: string, encoding: SheetMap['encoding']): Buffer {
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-8') return Buffer.from(text);
  return Buffer.from([...text].map(char => WINDOWS_1252.get(char) ?? '?'.charCodeAt(0)));
}

/** Character -> byte, as the decoder has it. */
const WINDOWS_1252: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => [
    new TextDecoder('windows-1252').decode(Uint8Array.of(byte)),
    byte,
  ]),
);
