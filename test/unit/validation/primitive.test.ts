import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPrimitive } from '../../../src/generated/tables.ts';
import { PRIMITIVES, primitiveFault } from '../../../src/validation/primitive.ts';

const long = (length: number): string => 'x'.repeat(length);

const CASES: Readonly<Record<string, { right: unknown[]; wrong: unknown[] }>> = {
  boolean: { right: [true, false], wrong: ['true', 0, 1, null] },
  decimal: { right: [0, -1.5, 1e21], wrong: ['1', Number.POSITIVE_INFINITY, Number.NaN, true] },
  integer: { right: [0, -1, 2147483647, -2147483648], wrong: [1.5, 2147483648, -2147483649, '1'] },
  unsignedInt: { right: [0, 1, 2147483647], wrong: [-1, 0.5, 2147483648] },
  positiveInt: { right: [1, 2147483647], wrong: [0, -1, 1.5] },
  string: {
    right: ['a', ' a ', 'a\tb\r\nc', 'a\u00a0b', '\u{1f600}', long(1_048_576)],
    wrong: ['', ' ', '\u00a0\n', 'a\u0000', '\u0008', 'a\u001f', '\ud800', long(1_048_577), 1, true],
  },
  markdown: { right: ['# a\n\nb'], wrong: ['', '\u000b', 1] },
  uri: { right: ['urn:x', 'http://a.example/b?c=d', 'relative'], wrong: ['', 'a b', 'a\n', 'a\u00a0b', 1] },
  url: { right: ['http://a.example/'], wrong: ['a b', ''] },
  canonical: { right: ['http://a.example/b|1.0'], wrong: ['a b', ''] },
  code: { right: ['a', 'a b', 'in-progress', '<='], wrong: ['', ' a', 'a ', 'a  b', 'a\tb', 'a\n', 1] },
  id: { right: ['a', 'A-1.b', long(64)], wrong: ['', 'a b', 'a_b', 'a/b', 'ü', long(65), 1, 'a\n'] },
  oid: {
    right: ['urn:oid:1.2.3', 'urn:oid:2.16.840.1.113883'],
    wrong: ['1.2.3', 'urn:oid:3.1', 'urn:oid:1.02'],
  },
  uuid: {
    right: ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520'],
    wrong: ['c757873d-ec9a-4326-a141-556f43239520', 'urn:uuid:C757873D-EC9A-4326-A141-556F43239520'],
  },
  time: {
    right: ['00:00:00', '23:59:60', '12:30:00.125'],
    wrong: ['24:00:00', '12:30', '12:30:00Z', '1:00:00'],
  },
  date: {
    right: ['2026', '2026-02', '2026-02-28', '2024-02-29', '2000-02-29', '2026-12-31', '0001'],
    wrong: [
      '2026-02-29',
      '2026-02-30',
      '1900-02-29',
      '2026-04-31',
      '2026-13',
      '2026-00',
      '2026-01-00',
      '2026-01-32',
      '0000',
      '26',
      '2026-1-1',
      '2026-01-01T00:00:00Z',
      ' 2026',
      '2026\n',
      20260101,
      '',
    ],
  },
  dateTime: {
    right: [
      '2026',
      '2026-02',
      '2026-02-28',
      '2026-02-28T00:00:00Z',
      '2026-02-28T23:59:60.123456789-05:00',
      '2026-02-28T12:00:00+14:00',
    ],
    wrong: [
      '2026-02-30T00:00:00Z',
      '2026-02-28T00:00:00',
      '2026-02-28T00:00Z',
      '2026-02-28T24:00:00Z',
      '2026-02-28T12:60:00Z',
      '2026-02-28T12:00:00+14:01',
      '2026-02-28T12:00:00+0500',
      '2026-02T12:00:00Z',
      '2026-02-28 12:00:00Z',
    ],
  },
  instant: {
    right: ['2026-02-28T00:00:00Z', '2026-02-28T00:00:00.123456+05:30'],
    wrong: ['2026', '2026-02-28', '2026-02-29T00:00:00Z', '2026-02-28T00:00:00'],
  },
  base64Binary: {
    right: ['AAAA', 'AA==', 'AAA=', 'AAAA AAAA\nAAA=', '+/+/'],
    wrong: ['', ' ', 'AAA', 'A===', 'AA=A', '%%%2', 'AA-_', 1],
  },
  xhtml: { right: ['<div/>', long(2_000_000)], wrong: ['', 1, '<div>\u0001</div>'] },
};

test('every primitive datatype of R4 has cases', () => {
  expect(Object.keys(CASES).sort()).toEqual([...PRIMITIVES].sort());
  for (const type of PRIMITIVES) expect(isPrimitive(type)).toBe(true);
});

for (const [type, { right, wrong }] of Object.entries(CASES))
  describe(type, () => {
    const name = (value: unknown): string => JSON.stringify(String(value)).slice(0, 60);
    test.each(right.map(value => [name(value), value]))('%s is right', (_name, value) => {
      expect(primitiveFault(type, value)).toBeUndefined();
    });
    test.each(wrong.map(value => [name(value), value]))('%s is wrong', (_name, value) => {
      expect(primitiveFault(type, value)).toMatch(/^(not |an empty|longer|control|a string)/);
    });
  });

test('a date is right exactly where the calendar has it', () => {
  const part = (least: number, most: number) => fc.integer({ min: least, max: most });
  fc.assert(
    fc.property(part(1, 9999), part(1, 12), part(1, 31), (year, month, day) => {
      const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
      const exists = new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
      expect(primitiveFault('date', text) === undefined).toBe(exists);
    }),
    { numRuns: 2000 },
  );
});

describe('very long values are answered, not a cause of failure', () => {
  const cases: [type: string, value: string][] = [
    ['base64Binary', `${'AAAA \n'.repeat(500_000)}!`],
    ['code', `${'a '.repeat(524_287)} `],
    ['oid', `urn:oid:1${'.1'.repeat(400_000)}x`],
    ['instant', `2026-01-01T00:00:00.${'1'.repeat(1_000_000)}`],
    ['string', ' '.repeat(1_000_000)],
  ];
  test.each(cases)('%s', (type, value) => {
    expect(primitiveFault(type, value)).toMatch(/^(not|a string)/);
  });
});
