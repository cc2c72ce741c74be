// Audit rows that share an insert: one chain, whatever else writes to it.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { brokenAt } from '../../../src/audit/chain.ts';
import { FhirError } from '../../../src/fhir/error.ts';
import { readAudit, readWriters } from '../../../src/store/mongodb/audit-log.ts';
import { Recorder, recorderWriter } from '../../../src/store/mongodb/recorder.ts';
import { describeMongo, openTemporarySite, type TemporarySite } from '../../support/mongodb.ts';
import { draft } from '../../support/store.ts';

describeMongo('the recorder', () => {
  let held: TemporarySite;
  beforeEach(async () => {
    held = await openTemporarySite();
  });
  afterEach(() => held.close());

  const recorder = (writer: string): Recorder =>
    new Recorder({ collections: held.site.collections, writer, now: () => 5_000 });
  const rowsOf = (writer: string) => readAudit(held.site.collections, writer, 0, 1000);
  const record = (to: Recorder, names: readonly string[]) =>
    Promise.all(names.map(request => to.record(draft('read', { request }))));
  const named = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}${at}`);

  test('keeps rows in the order they came, in one chain, stamped with its clock', async () => {
    const to = recorder('w');
    await record(to, named('a', 30));
    await record(to, named('b', 3));
    const rows = await rowsOf('w');
    expect(rows.map(row => row.request)).toEqual([...named('a', 30), ...named('b', 3)]);
    expect(rows.map(row => row.at)).toEqual(rows.map(() => 5_000));
    expect(brokenAt(rows)).toBeUndefined();
    expect(await readWriters(held.site.collections)).toEqual(['w']);
  });

  test('goes on where another recorder of the chain ended', async () => {
    await record(recorder('w'), ['first']);
    await record(recorder('w'), ['second']);
    expect((await rowsOf('w')).map(row => row.request)).toEqual(['first', 'second']);
  });

  test('that shares its chain with another keeps it whole, with each row once', async () => {
    const both = [recorder('w'), recorder('w')];
    await Promise.all(
      Array.from({ length: 10 }, (_, turn) =>
        Promise.all(both.map((to, at) => record(to, named(`${at}-${turn}-`, 4)))),
      ),
    );
    const rows = await rowsOf('w');
    expect(brokenAt(rows)).toBeUndefined();
    expect(rows.length).toBe(80);
    expect(new Set(rows.map(row => row.request)).size).toBe(80);
  });

  test('that took a row for lost finds it again instead of writing it twice', async () => {
    const { audit } = held.site.collections;
    const to = recorder('w');
    await record(to, ['known']);
    // The same row as it would be written next, as if an answer had been lost on the way.
    const other = recorder('w');
    await record(other, ['lost']);
    await record(to, ['lost']);
    expect((await rowsOf('w')).map(row => row.request)).toEqual(['known', 'lost']);
    expect(await audit.countDocuments()).toBe(2);
  });

  test('takes no rows when it is closed', async () => {
    const to = recorder('w');
    const last = record(to, ['last']);
    await to.close();
    await last;
    await expect(to.record(draft())).rejects.toBeInstanceOf(FhirError);
    expect((await rowsOf('w')).map(row => row.request)).toEqual(['last']);
  });

  test('has its chain by the slot of the process', async () => {
    const { collections } = held.site;
    const asked = await Promise.all(
      [0, 0, 8, 0].map(slot => recorderWriter(collections, slot, () => randomUUID())),
    );
    expect(new Set(asked).size).toBe(2);
    expect(asked[0]).toBe(asked[1]);
    expect(asked[0]).toBe(asked[3]);
  });
});
