import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { AttendanceRecord } from '../../../src/iop/attendance.ts';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { CONCEPTS, conceptOf } from '../../../src/iop/concepts.ts';
import { instantAt, mondayOf, weekdayOf } from '../../../src/iop/generate/calendar.ts';
import { generateClinic } from '../../../src/iop/generate/clinic-records.ts';
import { randomFor, randomFrom } from '../../../src/iop/generate/random.ts';
import type { SessionRecord } from '../../../src/iop/session.ts';
import { validateResource } from '../../../src/validation/validate.ts';
import { codingsOf, type FoundCoding, unknownCodings } from '../../support/codings.ts';
import { links } from '../../support/round-trip.ts';

const LONG = process.env.LONG === '1';
const SIZE = { clients: 65, weeks: 10, seed: 11, program: 'riverbend' };
const records = [...generateClinic(SIZE)];
const ajv = new Ajv();
addFormats.default(ajv);
const schemas = new Map(CONCEPTS.map(one => [one.kind, ajv.compile(one.schema)]));
const ofKind = <R extends RecordEnvelope>(kind: R['kind']): R[] =>
  records.filter(one => one.kind === kind) as R[];
const sessions = ofKind<SessionRecord>('session');
const attendance = ofKind<AttendanceRecord>('attendance');

describe('a generated clinic', () => {
  test('is the same for the same seed and another for another', () => {
    expect([...generateClinic(SIZE)]).toEqual(records);
    expect([...generateClinic({ ...SIZE, seed: 12 })]).not.toEqual(records);
  });

  test('has as many clients as were asked for', () => {
    expect(ofKind('client')).toHaveLength(SIZE.clients);
  });

  test.each([11, 1, 2, 3, 4, 5])(
    'of seed %d has records that fit their schemas, keep their invariants and have keys of their own',
    seed => {
      const some = [...generateClinic({ clients: 60, weeks: 4, seed, program: 'riverbend' })];
      const bad = some.filter(
        one => schemas.get(one.kind)?.(one) !== true || conceptOf(one.kind)!.check(one).length > 0,
      );
      expect(bad.map(one => one.id)).toEqual([]);
      expect(new Set(some.map(one => `${one.kind}|${one.id}`)).size).toBe(some.length);
    },
  );

  test('has each record after those it refers to', () => {
    const before = new Set<string>();
    const missing = records.flatMap(record => {
      const parts = conceptOf(record.kind)!.toFhir(record, links);
      for (const { role } of parts) before.add(links.to(record.kind, record.id, role));
      const wanted = JSON.stringify(parts).match(/urn:record:[^"]+/g) ?? [];
      return wanted.filter(url => !before.has(url));
    });
    expect(missing).toEqual([]);
  });

  test(
    'becomes valid R4, all of it, with codes that are local, verified or of R4',
    () => {
      const size = { clients: LONG ? 1000 : 100, weeks: 12, seed: 17, program: 'riverbend' };
      const codings = new Map<string, FoundCoding>();
      const wrong: unknown[] = [];
      for (const one of generateClinic(size))
        for (const { resource } of conceptOf(one.kind)!.toFhir(one, links)) {
          for (const issue of validateResource(resource)) wrong.push([one.kind, one.id, issue]);
          for (const coding of codingsOf(resource)) codings.set(`${coding.system}|${coding.code}`, coding);
        }
      expect(wrong).toEqual([]);
      expect(codings.size).toBeGreaterThan(200);
      expect(unknownCodings([...codings.values()])).toEqual([]);
    },
    LONG ? 600_000 : 60_000,
  );

  test('puts no more clients into a group than it has seats, and gives each several sessions a week', () => {
    const groups = sessions.filter(one => one.track !== undefined);
    expect(groups.filter(one => (one.clients ?? []).length > (one.capacity ?? 0))).toEqual([]);
    const weeks = Map.groupBy(attendance, one => `${one.client} ${mondayOf(one.start.slice(0, 10))}`);
    const sizes = [...weeks.values()].map(week => week.length);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6);
  });

  test('tells each week as a block: its sessions, then who came', () => {
    const order = records.filter(one => one.kind === 'session' || one.kind === 'attendance') as (
      | SessionRecord
      | AttendanceRecord
    )[];
    const blocks = order.map(one => `${mondayOf(one.start.slice(0, 10))} ${one.kind === 'session' ? 1 : 2}`);
    expect(blocks).toEqual(blocks.toSorted());
  });

  test('has people who came, were late, were excused and did not come', () => {
    expect(new Set(attendance.map(one => one.status))).toEqual(
      new Set(['present', 'late', 'left-early', 'excused', 'no-show']),
    );
    const expected = sessions.flatMap(one => one.clients ?? []).filter(one => one.cancelled === undefined);
    expect(attendance).toHaveLength(expected.length);
  });

  test('starts giving records before it has made them all', () => {
    const endless = generateClinic({ ...SIZE, clients: 1_000_000_000 });
    expect([...endless.take(40)]).toHaveLength(40);
  });
});

describe('wall clocks', () => {
  test.each([
    ['2026-08-03', '2026-08-03T18:00:00-04:00'],
    ['2026-10-31', '2026-10-31T18:00:00-04:00'],
    ['2026-11-02', '2026-11-02T18:00:00-05:00'],
  ])('of %s keep their hour over a clock change', (date, instant) => {
    expect(instantAt(date, '18:00', 'America/New_York')).toBe(instant);
  });

  test('know the days of the week', () => {
    expect(['2026-08-03', '2026-08-09', '2028-02-29'].map(weekdayOf)).toEqual(['mon', 'sun', 'tue']);
    expect(mondayOf('2026-08-09')).toBe('2026-08-03');
  });
});

describe('random numbers', () => {
  test('are the same for the same seed and name, and differ between names', () => {
    const draw = (name: string) => Array.from({ length: 5 }, randomFor(3, name).next);
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
  });

  test('reach every whole number of a range and none outside', () => {
    const random = randomFrom(1);
    const seen = new Set(Array.from({ length: 500 }, () => random.whole(1, 6)));
    expect([...seen].toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
