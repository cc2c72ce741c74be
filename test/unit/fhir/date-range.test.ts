import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDateRange, parseDateRangeMicros } from '../../../src/fhir/date-range.ts';

const utc = (text: string): number => Date.parse(text);

describe('a date stands for the stretch of time of its precision', () => {
  test.each([
    ['2026', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['2026-12', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['2024-02', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['2000-02-29', '2000-02-29T00:00:00Z', '2000-03-01T00:00:00Z'],
    ['2026-03-08T10:30', '2026-03-08T10:30:00Z', '2026-03-08T10:31:00Z'],
    ['2026-03-08T10:30:15', '2026-03-08T10:30:15Z', '2026-03-08T10:30:16Z'],
    ['2026-03-08T10:30:15Z', '2026-03-08T10:30:15Z', '2026-03-08T10:30:16Z'],
    ['2026-03-08T10:30:15-05:00', '2026-03-08T15:30:15Z', '2026-03-08T15:30:16Z'],
    ['2026-03-08T10:30:15+05:45', '2026-03-08T04:45:15Z', '2026-03-08T04:45:16Z'],
    ['2026-03-08T10:30+14:00', '2026-03-07T20:30:00Z', '2026-03-07T20:31:00Z'],
    ['2026-03-08T10:30:15.2Z', '2026-03-08T10:30:15.200Z', '2026-03-08T10:30:15.300Z'],
    ['2026-03-08T10:30:15.25Z', '2026-03-08T10:30:15.250Z', '2026-03-08T10:30:15.260Z'],
    ['2026-03-08T10:30:15.250Z', '2026-03-08T10:30:15.250Z', '2026-03-08T10:30:15.251Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z', '2017-01-01T00:00:01Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00Z'],
    ['9999', '9999-01-01T00:00:00Z', '+010000-01-01T00:00:00Z'],
    ['0050', '0050-01-01T00:00:00Z', '0051-01-01T00:00:00Z'],
  ])('%s', (text, low, high) => {
    expect(parseDateRange(text)).toEqual({ low: utc(low), high: utc(high) });
  });

  test('fractions finer than a millisecond widen to whole milliseconds', () => {
    const start = utc('2026-03-08T10:30:15.123Z');
    expect(parseDateRange('2026-03-08T10:30:15.123456Z')).toEqual({ low: start, high: start + 1 });
    expect(parseDateRange('2026-03-08T10:30:15.123999999Z')).toEqual({ low: start, high: start + 1 });
  });
});

describe('microseconds', () => {
  const second = utc('2026-03-08T10:30:15Z') * 1000;
  test.each([
    ['2026-03-08T10:30:15Z', 0, 1_000_000],
    ['2026-03-08T10:30:15.123456Z', 123_456, 123_457],
    ['2026-03-08T10:30:15.12345Z', 123_450, 123_460],
    ['2026-03-08T10:30:15.123Z', 123_000, 124_000],
    ['2026-03-08T10:30:15.123456789Z', 123_456, 123_457],
    ['2026-03-08T10:30:15.000000-00:00', 0, 1],
  ])('%s', (text, low, high) => {
    expect(parseDateRangeMicros(text)).toEqual({ low: second + low, high: second + high });
  });

  test('a lastUpdated text stands for exactly its own microsecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), micros => {
        const whole = new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1);
        const text = `${whole}${String(micros % 1000).padStart(3, '0')}Z`;
        expect(parseDateRangeMicros(text)).toEqual({ low: micros, high: micros + 1 });
      }),
    );
  });
});

describe('what is no date', () => {
  test.each([
    '',
    '26',
    '0000',
    '2026-00',
    '2026-13',
    '2026-1',
    '2026-02-30',
    '2026-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-01-00',
    '2026-01-32',
    '2026-01-01T',
    '2026-01-01T10',
    '2026-01-01T24:00:00Z',
    '2026-01-01T10:60:00Z',
    '2026-01-01T10:00:61Z',
    '2026-01-01T10:00:00.Z',
    '2026-01-01T10:00:00+15:00',
    '2026-01-01T10:00:00+05:60',
    '2026-01-01T10:00:00 Z',
    '2026-01-01Z',
    ' 2026',
    '2026 ',
    '2026-01-01t10:00:00z',
    '-2026',
    '20260101',
    'today',
    '٢٠٢٦',
  ])('%j', text => {
    expect(parseDateRange(text)).toBeUndefined();
    expect(parseDateRangeMicros(text)).toBeUndefined();
  });
});

test('a finer date lies within a coarser one of the same text', () => {
  const instants = fc.date({ min: new Date('0001-01-01'), max: new Date('9998-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(instants, fc.constantFrom(4, 7, 10, 16, 19, 21, 22), (date, length) => {
      const text = date.toISOString();
      const fine = parseDateRange(text)!;
      const coarse = parseDateRange(text.slice(0, length))!;
      expect(fine).toEqual({ low: date.getTime(), high: date.getTime() + 1 });
      expect(coarse.low).toBeLessThanOrEqual(fine.low);
      expect(coarse.high).toBeGreaterThanOrEqual(fine.high);
    }),
  );
});
