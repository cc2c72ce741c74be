import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ImportRow, importFile } from '../../src/cli/import.ts';
import { type Clinic, client, session, startClinic } from '../support/clinic.ts';

const folder = mkdtempSync(join(tmpdir(), 'iop-import-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (text: string): string => {
  const path = join(folder, 'records.ndjson');
  writeFileSync(path, text);
  return path;
};

interface Run {
  path: string;
  rows?: ImportRow[];
  json?: boolean;
  tty?: boolean;
  input?: AsyncIterable<Uint8Array>;
  signal?: AbortSignal;
  onBytes?: (text: string) => void;
}

/** The command over rows that are given: what it prints is under test here, not the import. */
async function run({ path, rows = [], json = false, tty = false, ...given }: Run) {
  const out = new PassThrough();
  const error: PassThrough & { isTTY?: boolean } = new PassThrough();
  error.isTTY = tty;
  let now = 0;
  const code = await importFile({
    path,
    input: given.input ?? Readable.from([]),
    out,
    error,
    json,
    signal: given.signal ?? new AbortController().signal,
    clock: () => (now += 500),
    async *records(chunks) {
      for await (const chunk of chunks) given.onBytes?.(Buffer.from(chunk).toString());
      yield* rows;
    },
  });
  const text = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString() ?? '';
  return { code, out: text(out), error: text(error) };
}

const written: ImportRow = { line: 1, kind: 'client', id: 'c1', outcome: 'written', resources: 1 };

describe('the import command', () => {
  test('ends with the counts and code 0 where every row got in', async () => {
    const { code, out } = await run({
      path: file('{}'),
      rows: [written, { ...written, line: 2, outcome: 'unchanged', resources: 0 }],
    });
    expect(out).toMatch(/^written 1, unchanged 1, conflicting 0, bad 0 \(1 resources in \d+\.\d s\)\n$/);
    expect(code).toBe(0);
  });

  test('tells each row that did not get in, with its line and field, and ends with code 1', async () => {
    const { code, out } = await run({
      path: file('{}'),
      rows: [
        written,
        {
          line: 12,
          kind: 'session',
          id: 's-4',
          outcome: 'bad',
          resources: 0,
          issues: [{ path: 'end', message: 'is before the start' }],
        },
        { line: 13, outcome: 'bad', resources: 0, issues: [{ path: '', message: 'is not UTF-8 text' }] },
        {
          line: 14,
          kind: 'goal',
          id: 'g1',
          outcome: 'conflict',
          resources: 0,
          conflicts: [{ path: 'status' }, { path: 'progress[0].text' }],
        },
      ],
    });
    expect(out.split('\n').slice(0, 3)).toEqual([
      'line 12: session s-4: end: is before the start',
      'line 13: is not UTF-8 text',
      'line 14: goal g1: conflict: changed here and through FHIR: status, progress[0].text',
    ]);
    expect(out).toContain('written 1, unchanged 0, conflicting 1, bad 2');
    expect(code).toBe(1);
  });

  test('prints one JSON object where that is asked', async () => {
    const rows: ImportRow[] = [
      written,
      { line: 2, outcome: 'bad', resources: 0, issues: [{ path: '', message: 'x' }] },
    ];
    const { out, code } = await run({ path: file('{}'), rows, json: true });
    expect(JSON.parse(out)).toMatchObject({
      written: 1,
      bad: 1,
      resources: 1,
      interrupted: false,
      problems: ['line 2: x'],
    });
    expect(code).toBe(1);
  });

  test('reads the file it is given, or standard input for -', async () => {
    let text = '';
    const onBytes = (piece: string) => {
      text += piece;
    };
    await run({ path: file('from a file'), onBytes });
    await run({ path: '-', input: Readable.from([Buffer.from(', from input')]), onBytes });
    expect(text).toBe('from a file, from input');
  });

  test.each([
    [
      'a file that is not there',
      () => join(folder, 'none.ndjson'),
      /Cannot read .*none\.ndjson: there is no such file\./,
    ],
    ['a folder', () => folder, /Cannot read .*: it is a folder\./],
  ])('says in one line why it cannot read %s', async (_, path, message) => {
    await expect(run({ path: path() })).rejects.toThrow(message);
  });

  test('draws a bar on a terminal only, and never over a line of text', async () => {
    const quiet = await run({ path: file('{}'), rows: [written] });
    expect(quiet.error).toBe('');
    const shown = await run({ path: file('{}'), rows: [written], tty: true });
    expect(shown.error).toContain('100 %  1 records');
    expect(shown.error.endsWith('\r\u001b[K')).toBe(true);
    expect(shown.out).not.toContain('\r');
  });

  test('interrupted while it waits for input, ends with the counts and code 1', async () => {
    const abort = new AbortController();
    const input = new PassThrough();
    input.write('{"half');
    const running = run({
      path: '-',
      input,
      rows: [written],
      signal: abort.signal,
      onBytes: () => abort.abort(),
    });
    const { code, out } = await running;
    expect(out).toMatch(/^interrupted: written 1,/);
    expect(code).toBe(1);
  });
});

describe('the import command on a store', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await startClinic();
  });
  afterAll(() => clinic.server.close());

  const importing = async (path: string) => {
    const out = new PassThrough();
    const code = await importFile({
      path,
      input: Readable.from([]),
      out,
      error: new PassThrough(),
      json: false,
      signal: new AbortController().signal,
      clock: () => 0,
      records: (chunks, signal) => clinic.server.app.importRecords(chunks, clinic.principal, { signal }),
    });
    return { code, lines: (out.read() as Buffer).toString().trimEnd().split('\n') };
  };

  test('keeps the rows that are right beside those that are wrong, and is safe to repeat', async () => {
    const rows = [client('a'), session('a'), { ...session('b'), end: 'never' }, client('c')];
    const path = file(`${rows.map(row => JSON.stringify(row)).join('\n')}\n{"kind":"cli`);
    const wrong = [
      'line 3: session s-b: end: must be a date and time with its offset, 2026-08-03T18:00:00-05:00',
      'line 5: is not valid JSON: column 13: expected the rest of a string',
    ];
    const sum = (written: number, unchanged: number) =>
      `written ${written}, unchanged ${unchanged}, conflicting 0, bad 2 (${written} resources in 0.0 s)`;
    expect(await importing(path)).toEqual({ code: 1, lines: [...wrong, sum(3, 0)] });
    expect(await importing(path)).toEqual({ code: 1, lines: [...wrong, sum(0, 3)] });
  });
});
