// What criteria on a type's main date become on the fields that indexes hold, as data; and which way is
// gone for a plan. That no match is left out is shown by test/property and test/search, on a server.
import { describe, expect, test } from '@jest/globals';
import type { Clause, Plan, Prefix, SortKey } from '../../../src/search/ast.ts';
import type { Arm } from '../../../src/store/mongodb/arms.ts';
import { choose, questionOf } from '../../../src/store/mongodb/choose.ts';
import { ORDINARY_SPAN } from '../../../src/store/mongodb/documents.ts';
import { LIMITS, type Reading } from '../../../src/store/mongodb/reading.ts';
import { daysOf, reachFilter, splitWindow, windowOf } from '../../../src/store/mongodb/window.ts';
import { grantFor, param, planFor, tokenClause } from '../../support/store.ts';

const DAY = 86_400_000;
const dated = (...values: [prefix: Prefix, low: number, high: number][]): Clause => ({
  kind: 'param',
  param: param('Encounter', 'date', 'date'),
  values: values.map(([prefix, low, high]) => ({ kind: 'date', prefix, low, high })),
});
const windowed = (...clauses: Clause[]) => windowOf('Encounter', clauses);

describe('bounds that hold for every match', () => {
  test.each<[string, Clause[], unknown]>([
    ['eq', [dated(['eq', 1, 5])], { dateLow: { $lt: 5 }, dateHigh: { $gt: 1 } }],
    ['ne', [dated(['ne', 1, 5])], {}],
    ['gt', [dated(['gt', 1, 5])], { dateHigh: { $gt: 5 } }],
    ['lt', [dated(['lt', 1, 5])], { dateLow: { $lt: 1 } }],
    ['ge', [dated(['ge', 1, 5])], { dateHigh: { $gt: 1 } }],
    ['le', [dated(['le', 1, 5])], { dateLow: { $lt: 5 } }],
    ['sa', [dated(['sa', 1, 5])], { dateHigh: { $gt: 5 } }],
    ['eb', [dated(['eb', 1, 5])], { dateLow: { $lt: 1 } }],
    ['ap', [dated(['ap', 1, 5])], { dateLow: { $lt: 5 }, dateHigh: { $gt: 1 } }],
    [
      'two criteria',
      [dated(['ge', 1, 2]), dated(['lt', 9, 10])],
      { dateLow: { $lt: 9 }, dateHigh: { $gt: 1 } },
    ],
    ['alternatives', [dated(['eq', 1, 5], ['eq', 7, 9])], {}],
    ['another parameter', [tokenClause('Encounter', 'status', 'a')], {}],
  ])('%s', (_name, clauses, expected) => {
    expect(reachFilter(windowed(...clauses))).toEqual(expected);
  });
});

describe('a stretch of the index by start, and what lies outside of it', () => {
  const several = { dateLow: -Infinity };
  test('what must begin in the window is in the stretch, or has several values', () => {
    expect(splitWindow(windowed(dated(['eq', 1, 5])))).toEqual({
      ordinary: { dateLow: { $gte: 1, $lt: 5 } },
      rest: several,
      long: false,
    });
  });

  test('what may reach into the window is in the stretch, or long', () => {
    const start = DAY - ORDINARY_SPAN;
    expect(splitWindow(windowed(dated(['ge', DAY, DAY + 1])))).toEqual({
      ordinary: { dateLow: { $gte: start } },
      rest: { long: true, dateLow: { $lt: start }, dateHigh: { $gt: DAY } },
      long: true,
    });
  });

  test('without a beginning everything with one value is in the stretch', () => {
    expect(splitWindow(windowed())).toEqual({
      ordinary: { dateLow: { $gt: -Infinity } },
      rest: several,
      long: false,
    });
  });

  test('days are counted where both ends are given, and are not too many', () => {
    const week = [dated(['ge', 10 * DAY, 11 * DAY]), dated(['lt', 17 * DAY, 18 * DAY])];
    expect(daysOf(windowed(...week), 10)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16]);
    expect([daysOf(windowed(...week), 8), daysOf(windowed(week[0]!), 10)]).toEqual([undefined, undefined]);
  });
});

describe('the way that is gone', () => {
  const grant = grantFor('prog');
  const patient: Clause = {
    kind: 'param',
    param: param('Encounter', 'patient', 'reference'),
    values: [{ kind: 'reference', keys: ['Patient/1'] }],
  };
  const status = tokenClause('Encounter', 'status', 'finished');
  const code = tokenClause('Encounter', 'code', 'a');
  const byDate: SortKey = { by: 'param', param: param('Encounter', 'date', 'date'), descending: true };
  const week = [dated(['ge', 10 * DAY, 11 * DAY]), dated(['lt', 17 * DAY, 18 * DAY])];
  const whole: Arm = { partitions: ['prog', ''] };
  const sole: Arm = { partitions: ['prog', ''], who: ['1'] };
  const several: Arm = { partitions: ['prog', ''], who: ['*'] };
  // None of these ways asks the server anything.
  const reading = {} as Reading;
  const waysFor = async (arm: Arm, parts: Partial<Plan>): Promise<string[][]> => {
    const question = questionOf(planFor(grant, 'Encounter', parts), LIMITS);
    const found = await choose(reading, question, arm);
    return found.map(({ ways }) => ways.map(way => `${way.how} ${way.hint}`));
  };

  test.each<[string, Arm, Partial<Plan>, string[][]]>([
    ['all of a type', whole, {}, [['walk created']]],
    ['one value', whole, { where: [status] }, [['walk value']]],
    ['one value in a window', whole, { where: [code, ...week] }, [['walk value']]],
    [
      'a value that many have in a window',
      whole,
      { where: [status, ...week] },
      [['walk day'], ['collect long', 'gather long']],
    ],
    ['a window', whole, { where: week }, [['walk day'], ['collect long', 'gather long']]],
    [
      'by date, in a window',
      whole,
      { where: week, sort: [byDate] },
      [['walk date'], ['collect long', 'gather long']],
    ],
    ['by date', whole, { sort: [byDate] }, [['walk date'], ['collect date', 'gather date'], ['walk date']]],
    ['by last update', whole, { sort: [{ by: 'updated', descending: true }] }, [['walk seq']]],
    ['a person', sole, { where: [patient] }, [['walk person']]],
    [
      'what changed lately of a person',
      sole,
      { where: [patient, { kind: 'updated', values: [{ prefix: 'gt', low: 1, high: 2 }] }] },
      [['collect personSeq', 'walk person']],
    ],
    ['a person in a window', sole, { where: [patient, ...week] }, [['walk person']]],
    ['a value of a person', sole, { where: [patient, status] }, [['walk personValue']]],
    ['a value of a person in a window', sole, { where: [patient, code, ...week] }, [['walk personValue']]],
    [
      'a value of a person by date',
      sole,
      { where: [patient, code], sort: [byDate] },
      [['collect personValue', 'gather personValue']],
    ],
    [
      'a value that many have of a person by date',
      sole,
      { where: [patient, status], sort: [byDate] },
      [['walk personDate'], ['collect personDate', 'gather personDate'], ['walk personDate']],
    ],
    [
      'a value of a person by last update',
      sole,
      { where: [patient, code], sort: [{ by: 'updated', descending: true }] },
      [['collect personValue', 'walk personSeq']],
    ],
    ['what names several persons', several, { where: [patient, status] }, [['walk personValue']]],
    [
      'what names several persons, by date',
      several,
      { where: [patient, status], sort: [byDate] },
      [['collect personValue', 'gather personValue']],
    ],
    ['ids', whole, { where: [{ kind: 'id', ids: ['1', '2'] }] }, [['collect _id_']]],
    ['what a source wrote', { partitions: ['x'], source: 'prog' }, {}, [['walk source']]],
    ['anywhere', { partitions: 'others' }, {}, [['collect type', 'gather type']]],
  ])('%s', async (_name, arm, parts, expected) => {
    expect(await waysFor(arm, parts)).toEqual(expected);
  });

  test('of several values the one is sought that fewer have', async () => {
    const question = questionOf(planFor(grant, 'Encounter', { where: [status, code, patient] }), LIMITS);
    const [part] = await choose(reading, question, sole);
    expect(part!.ways[0]!.bounds).toEqual({ values: { $elemMatch: { k: 'code', v: 'a' } } });
  });
});
