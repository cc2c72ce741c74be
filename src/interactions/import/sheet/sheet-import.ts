// A sheet on its way in: its records, and the rows of those that did not get in, printed as a sheet that is put right
// and imported again by the same map.
import { stringify } from 'csv-stringify/sync';
import type { Input } from '../outcome.ts';
import { readSheetMap, type SheetMap } from './map.ts';
import { openSheet } from './sheet.ts';

export interface SheetImport {
  read(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Input>;
  /**
   * What became of the record that starts in a line. Where it did not get in (`problem`): its rows as bytes of a sheet,
   * with the header before the first of them.
   */
  settle(line: number, problem: string | undefined): Uint8Array | undefined;
}

/** The column that such a sheet has more. */
const PROBLEM = 'problem';

/** `map`: the text of its file; `program`: whose records they are. Throws `invalid-value` where it is no map. */
export function sheetImport(map: string, program: string): SheetImport {
  const how = readSheetMap(map);
  const held = new Map<number, readonly (readonly string[])[]>();
  let header: readonly string[] = [];
  let told = false;
  return {
    async *read(chunks) {
      const sheet = await openSheet(chunks, how, program);
      // A sheet of such rows that is imported again has the column already.
      header = sheet.header.at(-1) === PROBLEM ? sheet.header.slice(0, -1) : sheet.header;
      for await (const { input, rows } of sheet.records) {
        held.set(
          input.line!,
          rows.map(one => one.cells),
        );
        yield input;
      }
    },
    settle: (line, problem) => {
      const rows = held.get(line) ?? [];
      held.delete(line);
      if (problem === undefined) return undefined;
      const whole = rows.map(cells => [...header.map((_, at) => cells[at] ?? ''), problem]);
      const lines = told ? whole : [[...header, PROBLEM], ...whole];
      const mark = told || how.encoding !== 'utf-16le' ? '' : '\ufeff';
      told = true;
      return encoded(mark + print(lines, how), how.encoding);
    },
  };
}

const print = (lines: readonly (readonly string[])[], { delimiter = ',' }: SheetMap): string =>
  stringify(
    lines.map(one => [...one]),
    { delimiter, record_delimiter: 'windows' },
  );

function encoded(text: string, encoding: SheetMap['encoding']): Uint8Array {
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
