// `import --map` as a clinic runs it: the sheets of fixtures/sheets, a dry run, the rows that did not get in, and these
// again once they were put right.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Place } from '../support/place.ts';
import { runHere } from '../support/run-here.ts';
import { onEveryStore } from '../support/stores.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const sheet = (name: string): string => join(FIXTURES, 'sheets', `${name}.csv`);
const map = (name: string): string[] => ['--map', join(FIXTURES, 'sheets', `${name}.map.json`)];
const OF = ['--program', 'riverbend'];

onEveryStore(store => {
  const folder = mkdtempSync(join(tmpdir(), 'iop-sheet-'));
  let place: Place;
  const run = (...args: string[]) => runHere(['import', ...args, ...OF], place.environment);
  /** What a run ended with: its lines, without the seconds. */
  const linesOf = async (...args: string[]) => {
    const { code, out } = await run(...args);
    return [
      code,
      ...out
        .trim()
        .replace(/ in [\d.]+ s/, '')
        .split('\n'),
    ];
  };
  beforeAll(async () => {
    place = store.place();
    const added = await runHere(
      ['program', 'add', '--name', 'Riverbend', '--id', 'riverbend'],
      place.environment,
    );
    expect(added.code).toBe(0);
    for (const name of ['1-directory', '2-clients', '5-care-october'])
      expect((await run(join(FIXTURES, `${name}.ndjson`))).error).toBe('');
  }, 60_000);
  afterAll(async () => {
    await place.remove();
    rmSync(folder, { recursive: true });
  });

  test('a dry run tells what would be written, and writes nothing', async () => {
    const expected = [
      1,
      'line 2: attendance morning-2026-10-19-c-104: would be written (2 resources)',
      'line 3: attendance morning-2026-10-23-c-104: would be written (2 resources)',
      'line 4: attendance weekend-2026-10-24-c-110: would be written (2 resources)',
      'line 5: status (Status) is none of P, L, E, NS',
      'dry run: written 3, unchanged 0, conflicting 0, bad 1 (6 resources)',
    ];
    for (const _ of [1, 2])
      expect(await linesOf(sheet('attendance'), ...map('attendance'), '--dry-run')).toEqual(expected);
  });

  test('what did not get in is a sheet, which is put right and imported again', async () => {
    const bad = join(folder, 'bad.csv');
    const into = [...map('attendance'), '--bad', bad];
    expect((await linesOf(sheet('attendance'), ...into)).at(-1)).toBe(
      'written 3, unchanged 0, conflicting 0, bad 1 (6 resources)',
    );
    const text = readFileSync(bad, 'utf8');
    expect(text.split('\r\n')).toEqual([
      'Date,Session,Client,Type,Where,Status,In,Out,Billing,Reason,problem',
      '10/25/2026,weekend-2026-10-25,c-110,Skills,Clinic,X,9:00 AM,1:00 PM,H0015,,"status (Status) is none of P, L, E, NS"',
      '',
    ]);
    expect(statSync(bad).mode & 0o777).toBe(0o600);
    expect((await run(sheet('attendance'), ...into)).error).toMatch(/there is such a file already/);
    writeFileSync(bad, text.replace(',X,', ',P,'));
    const again = join(folder, 'again.csv');
    expect(await linesOf(bad, ...map('attendance'), '--bad', again)).toEqual([
      0,
      'written 1, unchanged 0, conflicting 0, bad 0 (2 resources)',
    ]);
    expect(() => statSync(again)).toThrow();
    expect((await linesOf(sheet('attendance'), ...map('attendance'))).at(-1)).toBe(
      'written 0, unchanged 3, conflicting 0, bad 1 (0 resources)',
    );
  });

  test.each([
    ['lab', 0, 'written 2, unchanged 0, conflicting 0, bad 0 (15 resources)'],
    ['roster', 0, 'written 2, unchanged 0, conflicting 0, bad 0 (5 resources)'],
    ['contacts', 1, 'written 2, unchanged 0, conflicting 0, bad 1 (2 resources)'],
  ])('the sheet %s', async (name, code, last) => {
    const lines = await linesOf(sheet(name), ...map(name));
    expect([lines[0], lines.at(-1)]).toEqual([code, last]);
  });

  test.each<[string, string[], RegExp]>([
    ['a sheet in another encoding', [sheet('lab'), ...map('attendance')], /encoding that its map declares/],
    ['a sheet of another map', [sheet('roster'), ...map('contacts')], /^There is no column No\./],
    ['a map that is none', [sheet('lab'), '--map', sheet('lab')], /^The map is not valid JSON/],
    [
      'a map that is not there',
      [sheet('lab'), '--map', 'nowhere.json'],
      /^Cannot read the map nowhere\.json\./,
    ],
  ])('%s is refused', async (_, args, words) => {
    const { code, error } = await run(...args);
    expect([code, error]).toEqual([1, expect.stringMatching(words)]);
  });
});
