// Sheets as clinics have them: columns by a map, nothing guessed, and what is wrong said of its row.
import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../src/fhir/types.ts';
import { readCells } from '../../../src/interactions/import/sheet/cell.ts';
import { type Column, readSheetMap, type SheetMap } from '../../../src/interactions/import/sheet/map.ts';
import { isPath, setAt } from '../../../src/interactions/import/sheet/path.ts';
import { openSheet } from '../../../src/interactions/import/sheet/sheet.ts';

const instant = (form: string, zone?: string): Column => ({
  column: 'c',
  as: 'instant',
  form,
  ...(zone === undefined ? {} : { zone }),
});
const NEW_YORK = instant('M/d/yyyy h:mm a', 'America/New_York');

describe('cells', () => {
  test.each<[string, readonly string[], Column, Json]>([
    ['text, without blanks around it', ['  late '], { column: 'c' }, 'late'],
    ['several columns', ['Ada', '', 'Ngozi'], { column: ['a', 'b', 'c'] }, 'Ada Ngozi'],
    ['a code', ['P'], { column: 'c', codes: { P: 'present' } }, 'present'],
    ['a code that is no text', ['yes'], { column: 'c', codes: { yes: true, no: false } }, true],
    ['a number', ['-12.50'], { column: 'c', as: 'number' }, -12.5],
    ['a number with a comma', ['1,012'], { column: 'c', as: 'number', decimal: ',' }, 1.012],
    ['a list', ['H0015; H0004;'], { column: 'c', split: ';' }, ['H0015', 'H0004']],
    ['a list of codes', ['a/b'], { column: 'c', split: '/', codes: { a: 1, b: 2 } }, [1, 2]],
    ['an American date', ['2/29/1992'], { column: 'c', as: 'date', form: 'M/d/yyyy' }, '1992-02-29'],
    ['a German date', ['03.11.1970'], { column: 'c', as: 'date', form: 'dd.MM.yyyy' }, '1970-11-03'],
    ['a time by the clock of its zone', ['10/19/2026', '7:00 AM'], NEW_YORK, '2026-10-19T07:00:00-04:00'],
    ['the same in winter', ['11/2/2026', '7:00 am'], NEW_YORK, '2026-11-02T07:00:00-05:00'],
    ['before the clock goes back', ['11/1/2026 12:59 AM'], NEW_YORK, '2026-11-01T00:59:00-04:00'],
    ['after it', ['11/1/2026 2:00 AM'], NEW_YORK, '2026-11-01T02:00:00-05:00'],
    [
      'with its offset',
      ['2026-11-01 01:30 -05:00'],
      instant('yyyy-MM-dd HH:mm ZZ'),
      '2026-11-01T01:30:00-05:00',
    ],
  ])('%s', (_, cells, field, value) => {
    expect(readCells(cells, field)).toEqual({ value });
  });

  test.each<[string, string, Column, RegExp]>([
    ['a code that is not in the map', 'X', { column: 'c', codes: { P: 1, L: 2 } }, /^is none of P, L$/],
    ['a code by the name of a method', 'toString', { column: 'c', codes: { P: 1 } }, /none of/],
    ['one bad of several', 'P;X', { column: 'c', split: ';', codes: { P: 1 } }, /none of/],
    ['a number in words', 'ten', { column: 'c', as: 'number' }, /no number/],
    ['a number with both marks', '1.012,5', { column: 'c', as: 'number', decimal: ',' }, /no number/],
    [
      'a day that does not exist',
      '02/30/1985',
      { column: 'c', as: 'date', form: 'MM/dd/yyyy' },
      /no date.*MM\/dd/,
    ],
    [
      'the other order of day and month',
      '19/10/2026',
      { column: 'c', as: 'date', form: 'M/d/yyyy' },
      /no date/,
    ],
    ['two digits of a year', '1/2/26', { column: 'c', as: 'date', form: 'M/d/yyyy' }, /no date/],
    ['an hour that is left out', '3/8/2026 2:30 AM', NEW_YORK, /leaves out/],
    ['an hour that is there twice', '11/1/2026 1:30 AM', NEW_YORK, /twice/],
    ['a zone that is none', '1/1/2026 1:30 AM', { ...NEW_YORK, zone: 'Mars/Base' }, /zone that is none/],
  ])('%s is a problem, told without the value', (_, cell, field, words) => {
    const read = readCells([cell], field);
    expect(read).toEqual({ problem: expect.stringMatching(words) });
    if (!/X|toString/.test(cell)) expect(JSON.stringify(read)).not.toContain(cell);
  });

  test('empty cells are no value', () => {
    expect(readCells(['', '  '], { column: ['a', 'b'], as: 'date', form: 'yyyy' })).toBeUndefined();
    expect(readCells([' ; '], { column: 'a', split: ';' })).toBeUndefined();
  });
});

describe('paths', () => {
  test.each([
    ['status', undefined, true],
    ['name.family', undefined, true],
    ['analytes[12].screen.result', undefined, true],
    ['clients[].client', 'clients', true],
    ['clients[].client', undefined, false],
    ['others[].client', 'clients', false],
    ['id', undefined, false],
    ['program', undefined, false],
    ['a..b', undefined, false],
    ['__proto__.x', undefined, false],
    ['a[1].b[]', 'a', false],
  ])('%s with rows %s: %s', (path, rows, is) => {
    expect(isPath(path, rows)).toBe(is);
  });

  test('make what they lead through', () => {
    const record = {};
    setAt(record, 'a.b', 1);
    setAt(record, 'c[1].d', 2);
    setAt(record, 'c[1].e', 3);
    setAt(record, 'f[0]', 4);
    expect(record).toEqual({ a: { b: 1 }, c: [undefined, { d: 2, e: 3 }], f: [4] });
    const odd = {};
    setAt(odd, 'constructor.name', 'x');
    expect([JSON.stringify(odd), Object.name]).toEqual(['{"constructor":{"name":"x"}}', 'Object']);
  });
});

const MAP: SheetMap = {
  kind: 'x',
  encoding: 'utf-8',
  id: '{Day}-{Who}',
  fields: {
    who: { column: 'Who' },
    note: { column: 'Note' },
    fixed: { value: true },
    'items[0].kind': { value: 'first' },
    'items[0].amount': { column: 'One', as: 'number' },
    'items[1].kind': { value: 'second' },
    'items[1].amount': { column: 'Two', as: 'number' },
  },
};
const HEADER = 'Day,Who,Note,One,Two';

async function read(text: string | Uint8Array, map: SheetMap = MAP) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  async function* chunks() {
    // Cut anywhere, within a character too.
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  const { records } = await openSheet(chunks(), map, 'p');
  const found = [];
  for await (const { input, rows } of records) found.push({ input, lines: rows.map(one => one.line) });
  return found;
}

describe('a sheet', () => {
  test('is one record a row; what a row has nothing of is left out', async () => {
    const told = await read(
      `\ufeff${HEADER},Extra\r\n1,a,"two\r\nlines, and ""quotes""",5,,x\r\n\r\n2,b,,,7,\r\n`,
    );
    expect(told).toEqual([
      {
        lines: [2],
        input: {
          line: 2,
          value: {
            ...{
              kind: 'x',
              id: '1-a',
              program: 'p',
              who: 'a',
              note: 'two\r\nlines, and "quotes"',
              fixed: true,
            },
            items: [{ kind: 'first', amount: 5 }],
          },
        },
      },
      {
        lines: [5],
        input: {
          line: 5,
          value: {
            ...{ kind: 'x', id: '2-b', program: 'p', who: 'b', fixed: true },
            items: [{ kind: 'second', amount: 7 }],
          },
        },
      },
    ]);
  });

  test('says of a row what is wrong with it, all at once, and reads the others', async () => {
    const told = await read(`${HEADER}\n1,a,,x,y\n2,b\n3,c,,,\n`);
    expect(told.map(({ input }) => ('problem' in input ? input.problem : 'read'))).toEqual([
      'items[0].amount (One) is no number; items[1].amount (Two) is no number',
      'has 2 cells, and the header 5',
      'read',
    ]);
  });

  test('may make one record of several rows, which must agree', async () => {
    const {
      'items[0].kind': _,
      'items[0].amount': _1,
      'items[1].kind': _2,
      'items[1].amount': _3,
      ...fields
    } = MAP.fields;
    const map: SheetMap = {
      ...MAP,
      id: '{Day}',
      rows: 'people',
      fields: { note: fields.note!, 'people[].who': fields.who! },
    };
    const told = await read('Day,Who,Note\n1,a,n\n1,b,n\n2,c,n\n3,d,n\n3,e,other\n', map);
    expect(told.map(one => one.lines)).toEqual([[2, 3], [4], [5, 6]]);
    expect(told.slice(0, 2).map(({ input }) => ('value' in input ? input.value : undefined))).toEqual([
      { kind: 'x', id: '1', program: 'p', note: 'n', people: [{ who: 'a' }, { who: 'b' }] },
      { kind: 'x', id: '2', program: 'p', note: 'n', people: [{ who: 'c' }] },
    ]);
    expect(told[2]!.input).toMatchObject({ problem: 'rows of one record say different things of it' });
  });

  test.each<[string, SheetMap['encoding'], Uint8Array]>([
    ['UTF-8', 'utf-8', Buffer.from('Day,Who\n1,Zoë\n')],
    ['UTF-16', 'utf-16le', Buffer.from('\ufeffDay,Who\n1,Zoë\n', 'utf16le')],
    ['Windows-1252', 'windows-1252', Buffer.from('Day,Who\n1,Zo\xeb\n', 'latin1')],
  ])('is read in %s where its map says so', async (_, encoding, bytes) => {
    const told = await read(bytes, { ...MAP, encoding, id: '{Day}', fields: { who: { column: 'Who' } } });
    expect(told[0]!.input).toMatchObject({ value: { who: 'Zoë' } });
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    ['lacks a column', 'Day,Who,Note,One\n', /^There is no column Two\.$/],
    ['has one twice', `${HEADER},Two\n`, /^There are several columns Two\.$/],
    ['is empty', '', /There is no column Day/],
    ['ends within quotes', `${HEADER}\n1,"a`, /ends within quotes/],
    ['has text after a quote', `${HEADER}\n1,"a"b,,,\n`, /after a closing quote/],
    [
      'is in another encoding',
      Buffer.from(`${HEADER}\n1,Zo\xeb,,,\n`, 'latin1'),
      /encoding that its map declares/,
    ],
  ])('that %s is refused', async (_, text, words) => {
    const error = await read(text).catch(
      (thrown: unknown) => thrown as Error & { issues: { message: string }[] },
    );
    expect((error as { issues: { message: string }[] }).issues.map(one => one.message).join(' ')).toMatch(
      words,
    );
  });
});

describe('a map', () => {
  const file = (more: object, fields: object = { a: { column: 'A' } }): string =>
    JSON.stringify({ kind: 'x', encoding: 'utf-8', id: '{A}', fields, ...more });

  test('is read', () => {
    expect(readSheetMap(file({}))).toMatchObject({ kind: 'x' });
  });

  test.each<[string, string, RegExp]>([
    ['no JSON', '{', /not valid JSON/],
    ['no encoding', file({ encoding: undefined }), /encoding/],
    ['an encoding that is guessed', file({ encoding: 'auto' }), /encoding/],
    ['a word that is none', file({ colour: 1 }), /colour/],
    ['a path that is none', file({}, { 'a..b': { column: 'A' } }), /a\.\.b: is no path/],
    ['rows without a list', file({}, { 'a[].b': { column: 'A' } }), /is no path/],
    ['a date without a form', file({}, { a: { column: 'A', as: 'date' } }), /needs its form/],
    ['a year of two digits', file({}, { a: { column: 'A', as: 'date', form: 'M/d/yy' } }), /four digits/],
    [
      'an instant without a zone',
      file({}, { a: { column: 'A', as: 'instant', form: 'yyyy HH' } }),
      /needs its zone/,
    ],
    ['codes of numbers', file({}, { a: { column: 'A', as: 'number', codes: {} } }), /codes/],
  ])('with %s is refused', (_, text, words) => {
    expect(() => readSheetMap(text)).toThrow(words);
  });
});
