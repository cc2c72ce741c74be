import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../src/fhir/types.ts';
import { readRecord, readRecordText } from '../../../src/interactions/import/read.ts';
import { CONCEPTS, conceptOf } from '../../../src/iop/concepts.ts';

const session = {
  kind: 'session',
  id: 's1',
  program: 'riverbend',
  type: 'individual',
  mode: 'on-site',
  start: '2026-08-03T18:00:00-05:00',
  end: '2026-08-03T19:00:00-05:00',
  clients: [{ client: 'c1' }],
};

const faults = (change: Record<string, Json>): string[] => {
  const reading = readRecord({ ...session, ...change } as Json, 'riverbend', conceptOf);
  return reading.ok ? [] : reading.issues.map(({ path, message }) => `${path}: ${message}`);
};

describe('a record at the door', () => {
  test('is accepted when it keeps to the schema of its kind', () => {
    expect(readRecord(session as Json, 'riverbend', conceptOf)).toMatchObject({ ok: true, record: session });
  });

  const rows: [string, Record<string, Json>, string[]][] = [
    ['no kind', { kind: 7 }, ['kind: is missing']],
    ['a kind that does not exist', { kind: 'sesion' }, ['kind: is no kind of record: see /iop/schema']],
    [
      'the record of another program',
      { program: 'elsewhere' },
      ["program: is another's: records are accepted of the caller's own only"],
    ],
    ['a field that does not exist', { strat: 'x' }, ['strat: is no field of this record']],
    [
      'a field deep within that is wrong',
      { clients: [{ client: 7 }] },
      ['clients[0].client: must be a string'],
    ],
    ['a field deep within that is missing', { clients: [{}] }, ['clients[0].client: is missing']],
    ['a code that is none', { mode: 'by-letter' }, ['mode: must be one of on-site, telehealth']],
    [
      'a time without its offset',
      { start: '2026-08-03T18:00:00' },
      ['start: must be a date and time with its offset, 2026-08-03T18:00:00-05:00'],
    ],
    [
      'what only the whole record shows',
      { end: session.start },
      ['end: is the start: a session has a length'],
    ],
  ];
  test.each(rows)('is told what is wrong and where: %s', (_, change, told) => {
    expect(faults(change)).toEqual(told);
  });

  test('is told everything that is wrong at once', () => {
    expect(faults({ mode: 'x', type: 'y', start: 3 })).toHaveLength(3);
  });

  test('never sees its own values in what is told', () => {
    const told = faults({ mode: 'SECRET', clients: [{ client: 'SECRET |' }], start: 'SECRET' });
    expect(told.length).toBeGreaterThan(0);
    expect(told.join()).not.toContain('SECRET');
  });

  test.each([
    ['broken JSON, with the column', '{"kind": "session", }', 'is not valid JSON: column 21: expected'],
    ['half a line', '{"kind": "sess', 'is not valid JSON: column 15: expected the rest of a string'],
    ['a list', '[1]', 'is not a JSON object'],
    ['a number', '7', 'is not a JSON object'],
  ])('as text may be %s', (_, text, message) => {
    const reading = readRecordText(text, 'riverbend', conceptOf);
    expect(reading.ok ? '' : reading.issues[0]?.message).toContain(message);
  });

  test('of every kind has a schema that compiles and demands the envelope', () => {
    expect(CONCEPTS.length).toBeGreaterThan(0);
    for (const { kind } of CONCEPTS) {
      const reading = readRecord({ kind, program: 'riverbend' }, 'riverbend', conceptOf);
      expect(reading).toMatchObject({
        ok: false,
        issues: expect.arrayContaining([{ path: 'id', message: 'is missing' }]),
      });
    }
  });
});
