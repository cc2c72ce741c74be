// The bench itself: what it is asked, what it prints, and that it runs. Never how fast anything is.
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { observation, people, permitsPayer, records, searchFor } from '../bench/data.ts';
import { type Figures, median, type Row } from '../bench/measure.ts';
import { drawing } from '../bench/operations.ts';
import { readOptions } from '../bench/options.ts';
import { report } from '../bench/report.ts';
import { launch } from '../support/process.ts';

const BENCH = join(import.meta.dirname, '../bench/bench.ts');
const bench = (args: readonly string[], environment: Record<string, string> = {}) =>
  launch(args, environment, [process.execPath, '--no-warnings', BENCH]).finished;

describe('the options', () => {
  test('are everything unless told', () => {
    expect(readOptions([])).toEqual({
      only: ['read', 'search', 'create', 'transaction'],
      stores: ['sqlite', 'mongodb'],
      connections: [1, 10, 32],
      seconds: 1.5,
      tries: 3,
      resources: 50_000,
      json: false,
    });
  });

  test('are taken in the order in which things are measured', () => {
    const options = readOptions(['--only', 'create,read', '--stores', 'mongodb', '--connections', '4,2']);
    expect(options).toMatchObject({ only: ['read', 'create'], stores: ['mongodb'], connections: [4, 2] });
  });

  test.each([
    [['--only', 'delete'], /--only: expected some of read/],
    [['--stores', 'postgres'], /--stores: expected some of sqlite, mongodb/],
    [['--connections', '1,,2'], /--connections: expected a whole number of at least 1/],
    [['--connections', '0'], /--connections/],
    [['--seconds', 'x'], /--seconds: expected a number from 0.1 to 600/],
    [['--tries', '0'], /--tries/],
    [['--resources', '99'], /--resources: expected a whole number of at least 100/],
    [['--fast'], /--fast/],
    [['read'], /read/],
  ])('%j is wrong usage', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});

describe('the data', () => {
  const OBSERVATIONS = 500;
  const resources = [...people(OBSERVATIONS), ...records(OBSERVATIONS)].flatMap(
    ({ bundle }) => (JSON.parse(bundle) as { entry: { resource: Record<string, unknown> }[] }).entry,
  );
  const observations = resources
    .map(entry => entry.resource)
    .filter(resource => resource.resourceType === 'Observation');

  test('have as many Observations as asked, each under an id of its own', () => {
    expect(observations).toHaveLength(OBSERVATIONS);
    expect(new Set(observations.map(one => one.id)).size).toBe(OBSERVATIONS);
  });

  test('a search expects as many hits as there are', () => {
    const { query, hits } = searchFor(3, 2, OBSERVATIONS);
    const asked = new URLSearchParams(query);
    const code = asked.get('code')!.split('|')[1];
    const found = observations.filter(one => {
      const { subject, code: own } = one as unknown as {
        subject: { reference: string };
        code: { coding: { code: string }[] };
      };
      return subject.reference === `Patient/${asked.get('patient')}` && own.coding[0]!.code === code;
    });
    expect(hits).toBe(10);
    expect(found).toHaveLength(hits);
  });

  test('an Observation takes about 650 bytes', () => {
    const bytes = JSON.stringify(observation(1234, 50_000)).length;
    expect(bytes).toBeGreaterThan(600);
    expect(bytes).toBeLessThan(700);
  });

  test('some people permit the payer, some do not', () => {
    expect([0, 1, 2, 3].map(permitsPayer)).toEqual([true, false, true, false]);
  });
});

test('numbers that are drawn follow from the seed alone and stay in range', () => {
  const some = (seed: number) => {
    const draw = drawing(seed);
    return Array.from({ length: 1000 }, () => draw(10));
  };
  expect(some(7)).toEqual(some(7));
  expect(some(7)).not.toEqual(some(8));
  expect(new Set(some(7))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
});

test.each([
  [[3], 3],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (numbers, expected) => {
  expect(median(numbers)).toBe(expected);
});

test('the report puts the stores side by side, and says so where a row was not measured', () => {
  const figures: Figures = { perSecond: 1234.5, p50: 0.0812, p99: 12.34, cpu: 123.4, databaseCpu: 1 };
  const row = (more: Partial<Row>): Row => ({
    store: 'sqlite',
    operation: 'read',
    name: 'program',
    label: 'as program',
    connections: 10,
    unit: 'req',
    server: 'product',
    figures,
    tries: [figures],
    ...more,
  });
  const limit = { name: 'bare-audited', label: 'bare', server: 'bare' } as const;
  const rows = [
    row(limit),
    row({ ofLimit: 0.512, ofUnaudited: 0.7, ofOpen: 0.6 }),
    row({ name: 'program-unaudited', label: 'no audit', server: 'unaudited' }),
    row({ ...limit, store: 'mongodb' }),
    row({ operation: 'create', store: 'mongodb', ofLimit: 1 }),
  ];
  const lines = report(rows, ['sqlite', 'mongodb'])
    .split('\n')
    .map(line => line.replaceAll(/ +/g, ' ').trim());
  expect(lines).toEqual([
    'SQLite | MongoDB',
    'c /s p50 ms p99 ms CPU ms of limit on/off of open | /s p50 ms p99 ms CPU ms mongod of limit on/off of open',
    '',
    'read by id',
    'bare 10 1,235 0.08 12.3 123 | 1,235 0.08 12.3 123 1.00',
    'as program 10 1,235 0.08 12.3 123 0.51x 0.70x 0.60x | - - - - - - - -',
    'no audit 10 1,235 0.08 12.3 123 | - - - - - - - -',
    '',
    'create an Observation',
    'as program 10 - - - - - - - | 1,235 0.08 12.3 123 1.00 1.00x',
    '',
  ]);
});

describe('the command', () => {
  test('runs on SQLite and prints every row as JSON', async () => {
    const quick = ['--resources', '100', '--seconds', '0.1', '--tries', '1', '--connections', '2'];
    const { code, out, error } = await bench([...quick, '--stores', 'sqlite', '--json']);
    expect({ code, error: code === 0 ? '' : error }).toEqual({ code: 0, error: '' });
    const { rows } = JSON.parse(out) as { rows: Row[] };
    expect(rows.map(row => `${row.operation} ${row.name} ${row.connections}`)).toEqual([
      'read bare-read 2',
      'read bare-audited 2',
      'read program 2',
      'read program-unaudited 2',
      'read program-open 2',
      'search bare-audited 2',
      'search program 2',
      'search program-unaudited 2',
      'search program-open 2',
      'search payer 2',
      'search payer-open 2',
      'create bare-create 2',
      'create program 2',
      'create program-unaudited 2',
      'create program-open 2',
      'transaction bare-create-many 4',
      'transaction program 4',
    ]);
    for (const { figures, server, ofLimit, name, operation, ofUnaudited } of rows) {
      expect(figures.perSecond).toBeGreaterThan(0);
      expect(ofLimit !== undefined).toBe(server === 'product');
      const priced = server === 'product' && name === 'program' && operation !== 'transaction';
      expect(ofUnaudited !== undefined).toBe(priced);
    }
  }, 120_000);

  test('says how it is used, and what is wrong with how it was', async () => {
    const help = await bench(['--help']);
    expect(help).toMatchObject({ code: 0, error: '' });
    expect(help.out).toContain('Usage: npm run bench');
    const wrong = await bench(['--stores', 'postgres']);
    expect(wrong).toEqual({
      code: 2,
      out: '',
      error: '--stores: expected some of sqlite, mongodb. See --help.\n',
    });
  });

  test('leaves MongoDB out where there is none, and has then failed if nothing is left', async () => {
    const { code, out, error } = await bench(['--stores', 'mongodb']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toContain('MongoDB is left out: neither MONGO_URL nor MONGOMS_SYSTEM_BINARY is set.');
  });
});
