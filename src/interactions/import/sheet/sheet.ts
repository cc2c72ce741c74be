// A sheet as records: its rows by a map. What is wrong with a row is said of that row; the others are read.
import { FhirError } from '../../../fhir/error.ts';
import type { Json, JsonObject } from '../../../fhir/types.ts';
import type { Input } from '../outcome.ts';
import { readCells } from './cell.ts';
import type { Column, Field, SheetMap } from './map.ts';
import { isOfRow, itemOf, setAt } from './path.ts';
import { readRows, type SheetRow } from './rows.ts';

/** One record, with the rows that it is made of. */
export interface SheetInput {
  input: Input;
  rows: readonly SheetRow[];
}

export interface Sheet {
  header: readonly string[];
  records: AsyncGenerator<SheetInput>;
}

/** `program`: whose records they are. Throws `invalid-value` where the header lacks a column of the map, or has it twice. */
export async function openSheet(
  chunks: AsyncIterable<Uint8Array>,
  map: SheetMap,
  program: string,
): Promise<Sheet> {
  const rows = readRows(chunks, map);
  const first = await rows.next();
  const header = first.done === true ? [] : first.value.cells.map(one => one.trim());
  const faults = columnsOf(map).flatMap(name => {
    const found = header.filter(one => one === name).length;
    return found === 1
      ? []
      : [`${found === 0 ? 'There is no column' : 'There are several columns'} ${name}.`];
  });
  if (faults.length > 0)
    throw new FhirError(
      'invalid-value',
      faults.map(message => ({ message })),
    );
  return { header, records: recordsOf(rows, header, { ...map, program }) };
}

const BRACES = /\{([^{}]+)\}/g;

function columnsOf({ id, fields }: SheetMap): string[] {
  const named = Object.values(fields).flatMap(one => ('column' in one ? one.column : []));
  return [...new Set([...[...id.matchAll(BRACES)].map(([, name]) => name!), ...named])];
}

/** What one row says. */
interface RowRead {
  row: SheetRow;
  id: string;
  /** Of the record, and of its item of the list that rows make. */
  record: JsonObject;
  item: JsonObject;
  problems: string[];
}

async function* recordsOf(
  rows: AsyncIterable<SheetRow>,
  header: readonly string[],
  map: SheetMap & { program: string },
): AsyncGenerator<SheetInput> {
  let open: RowRead[] = [];
  for await (const row of rows) {
    const read = readRow(row, header, map);
    if (open.length > 0 && (map.rows === undefined || open[0]!.id !== read.id)) {
      yield inputOf(open, map);
      open = [];
    }
    open.push(read);
  }
  if (open.length > 0) yield inputOf(open, map);
}

function readRow(row: SheetRow, header: readonly string[], map: SheetMap): RowRead {
  const cell = (name: string): string => row.cells[header.indexOf(name)] ?? '';
  const read: RowRead = { row, id: '', record: {}, item: {}, problems: [] };
  if (row.cells.length !== header.length)
    read.problems.push(`has ${row.cells.length} cells, and the header ${header.length}`);
  read.id = map.id.replaceAll(BRACES, (_, name: string) => cell(name).trim());
  const constants: [string, Extract<Field, { value: Json }>][] = [];
  const filled = new Set<string | undefined>([undefined]);
  for (const [path, field] of Object.entries(map.fields)) {
    if ('value' in field) {
      constants.push([path, field]);
      continue;
    }
    const found = readCells(namesOf(field).map(cell), field);
    if (found === undefined) continue;
    filled.add(itemOf(path));
    if ('problem' in found) read.problems.push(`${path} (${namesOf(field).join(', ')}) ${found.problem}`);
    else put(read, path, found.value, map);
  }
  // What stands in every row makes no item by itself.
  for (const [path, { value }] of constants) if (filled.has(itemOf(path))) put(read, path, value, map);
  return read;
}

const namesOf = ({ column }: Column): readonly string[] => (typeof column === 'string' ? [column] : column);

function put(read: RowRead, path: string, value: Json, { rows }: SheetMap): void {
  if (isOfRow(path)) setAt(read.item, path.slice(`${rows}[].`.length), value);
  else setAt(read.record, path, value);
}

/** Rows of one record agree in what is not of the row. */
function inputOf(
  reads: readonly RowRead[],
  { kind, rows, program }: SheetMap & { program: string },
): SheetInput {
  const [first] = reads;
  const { line } = first!.row;
  const problems = reads.flatMap(one => one.problems.map(said => `line ${one.row.line}: ${said}`));
  const same = reads.every(one => JSON.stringify(one.record) === JSON.stringify(first!.record));
  if (!same) problems.push('rows of one record say different things of it');
  const items = reads.map(one => one.item).filter(one => Object.keys(one).length > 0);
  const value: JsonObject = {
    kind,
    id: first!.id,
    program,
    ...withoutGaps(first!.record),
    ...(rows === undefined || items.length === 0 ? {} : { [rows]: items }),
  };
  const input: Input =
    problems.length > 0
      ? { line, text: '', problem: problems.map(one => one.replace(`line ${line}: `, '')).join('; ') }
      : { line, value };
  return { input, rows: reads.map(one => one.row) };
}

/** Items that this row has nothing of are left out. */
const withoutGaps = (record: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.filter(one => one !== undefined) : value,
    ]),
  );
