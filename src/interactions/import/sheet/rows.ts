// A sheet (CSV, RFC 4180) as rows, in bounded memory.
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { FhirError } from '../../../fhir/error.ts';
import type { SheetMap } from './map.ts';

export interface SheetRow {
  /** From 1, that of the header included: where the row starts. */
  line: number;
  cells: readonly string[];
}

/** Characters of one row. */
const LONGEST_ROW = 1_000_000;

/** The header first. Throws `invalid-value` where text or quotes are broken: what follows cannot be told apart. */
export async function* readRows(
  chunks: AsyncIterable<Uint8Array>,
  { encoding, delimiter = ',' }: SheetMap,
): AsyncGenerator<SheetRow> {
  const parser = parse({
    delimiter,
    info: true,
    // Blank rows at the end are common; a row with too few or too many cells is told by itself.
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
  });
  const source = Readable.from(decoded(chunks, encoding));
  source.on('error', error => parser.destroy(error));
  source.pipe(parser);
  // The parser counts a CR LF within quotes twice.
  let twice = 0;
  try {
    for await (const found of parser) {
      const { record, info } = found as { record: string[]; info: { lines: number } };
      twice += timesIn(record, '\r\n');
      yield { line: info.lines - twice - timesIn(record, '\n'), cells: record };
    }
  } catch (error) {
    throw refused(error);
  } finally {
    source.destroy();
  }
}

const timesIn = (cells: readonly string[], text: string): number =>
  cells.reduce((sum, cell) => sum + cell.split(text).length - 1, 0);

async function* decoded(
  chunks: AsyncIterable<Uint8Array>,
  encoding: SheetMap['encoding'],
): AsyncGenerator<string> {
  // Windows-1252 has a character for every byte; the others say where they are wrong.
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

const WORDS: Readonly<Record<string, string>> = {
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not in the encoding that its map declares',
  CSV_QUOTE_NOT_CLOSED: 'ends within quotes',
  CSV_INVALID_CLOSING_QUOTE: 'has text after a closing quote',
  INVALID_OPENING_QUOTE: 'has a quote within a cell that is not quoted',
  CSV_MAX_RECORD_SIZE: `has a row longer than ${LONGEST_ROW} characters`,
};

function refused(error: unknown): unknown {
  const { code = '', lines } = error as { code?: string; lines?: number };
  const words = WORDS[code];
  if (words === undefined) return error;
  const where = lines === undefined ? '' : ` (line ${lines})`;
  return new FhirError('invalid-value', `The sheet ${words}${where}: rows before that were read.`);
}
