// What a move promises, from one store into another: all of it, exactly, or it goes on later, or it says why not.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FhirError } from '../../src/fhir/error.ts';
import { ARCHIVE_KINDS, type Archive, type ArchiveItem, PLACE_FACT } from '../../src/store/archive.ts';
import { demandWhole, moveStore } from '../../src/store/move.ts';
import type { Derive } from '../../src/store/port/derived.ts';
import type { Store } from '../../src/store/port.ts';
import type { Registry } from '../../src/store/registry.ts';
import { auditRows, brokenChains } from '../support/audit.ts';
import { clientEntry } from '../support/client-entry.ts';
import { courtOrder } from '../support/exceptions.ts';
import {
  deny,
  draft,
  grantFor,
  outsiderGrant,
  permit,
  permittedTo,
  planFor,
  stated,
  statedDerive,
  T,
  tokenClause,
  tokenValue,
  writtenBy,
} from '../support/store.ts';
import { codeOf, createOp, deleteOp, planOf, updateOp } from './hand.ts';

export interface MovableStore {
  store: Store;
  registry: Registry;
  archive: Archive;
  close(): Promise<void>;
}
/** Opens an empty store. */
export type OpenMovable = (options: { derive: Derive; clock: () => number }) => Promise<MovableStore>;

const own = grantFor('prog');
const everything = grantFor('asker', { narrow: () => ({ kind: 'all' }) });
const hospital = outsiderGrant('hosp');

/** Something of everything that a store can hold; some hundred items. */
async function fill({ store, registry }: MovableStore): Promise<void> {
  const send = (ops: Parameters<typeof planOf>[0], parts = {}, grant = own) =>
    store.transact(planOf(ops, parts), grant, draft('transaction'));
  await registry.putOrganization({ id: 'prog', prefix: '', program: true, part2: true });
  await registry.putOrganization({ id: 'hosp', prefix: 'hosp-', program: false, part2: false });
  for (const id of ['prog-client', 'hosp-client']) await registry.putClient(clientEntry(id));
  await registry.revokeToken('ended', T + 1000);
  await registry.putException(courtOrder('order-1'));
  await registry.putException(courtOrder('order-2'));
  await registry.putSync([
    { key: 'ehr/run', value: '{}' },
    { key: 'ehr/remote', value: '{"base":"https://ehr.example/fhir"}' },
  ]);
  await registry.setFact('demo', 'yes');
  await registry.setFact('of this store alone', 'stays');
  await send([createOp('Patient', '1'), createOp('Patient', '2')], {
    claims: [{ key: 'prog|client|1|', type: 'Patient', id: '1' }],
    marks: [{ key: 'prog|client|1', digest: 'd1', parts: ['prog|client|1|'], seen: undefined }],
  });
  await send([
    createOp('Consent', 'c1', { patients: ['1'], rules: [permit('1', 'hosp')] }),
    createOp('Consent', 'c2', { patients: ['2'], rules: [permit('2', 'hosp'), deny('2', 'hosp')] }),
    createOp('Consent', 'c3', { patients: ['2'], rules: [permit('2', 'hosp')] }),
  ]);
  await send([deleteOp('Consent', 'c3')]);
  // What the hospital writes of a Consent becomes part of the record, and never counts.
  await send([createOp('Patient', '3')]);
  const daring = outsiderGrant('hosp', { adopt: { kind: 'all' } });
  await send([createOp('Consent', 'hosp-c', { patients: ['3'], rules: [permit('3', 'hosp')] })], {}, daring);
  const about = (patient: string, code: string) => ({
    patients: [patient],
    values: [tokenValue('Observation', 'code', code)],
  });
  await send([
    createOp('Observation', 'o1', about('1', 'a')),
    createOp('Observation', 'o2', about('2', 'a')),
  ]);
  await send([createOp('Observation', 'o3', about('3', 'a'))]);
  await send([updateOp('Observation', 'o1', about('1', 'b'))]);
  // The hospital's own version is part of the program's record; then the program writes it.
  const foreign = { kind: 'create', type: 'Observation', id: 'hosp-o' } as const;
  const witness = { kind: 'create', type: 'Provenance', id: 'p1', body: stated('Provenance', 'p1') } as const;
  await send(
    [
      { ...foreign, body: stated('Observation', 'hosp-o', about('1', 'c')) },
      { ...witness, witness: 0 },
    ],
    {},
    hospital,
  );
  await send([updateOp('Observation', 'hosp-o', about('1', 'd'))]);
  await send([updateOp('Patient', '1', { text: 'changed through FHIR' })]);
  await send([deleteOp('Observation', 'o2')]);
  await send([updateOp('Observation', 'o2', about('2', 'again'))]);
  await send([deleteOp('Observation', 'o2')]);
  const tasks = Array.from({ length: 40 }, (_, at) =>
    createOp('Task', `t${at}`, { patients: ['1', '2', '?'] }),
  );
  await Promise.all(tasks.map(task => send([task])));
  await codeOf(send([createOp('Task', 't1')]));
  await store.record(draft('read', { patients: ['1'], versions: ['Patient/1/1'] }));
}

/** What a store answers to those who may ask; everything that must not differ after a move. */
async function answersOf({ store, registry }: MovableStore) {
  const grants = [own, hospital, everything, grantFor('hosp', { narrow: () => writtenBy('hosp') })];
  const log = await store.outbox(0, 1000);
  const answers: unknown[] = [log];
  for (const grant of grants) {
    for (const { type, id, version } of log) answers.push(await store.vread(type, id, version, grant));
    answers.push(await store.history({ limit: 1000, total: true }, grant));
    for (const type of ['Patient', 'Consent', 'Observation', 'Task', 'Provenance']) {
      answers.push(await store.search(planFor(grant, type, { total: true }), grant));
      for (const code of ['a', 'b', 'd', 'again']) {
        const where = [tokenClause(type, 'code', code)];
        answers.push((await store.search(planFor(grant, type, { where }), grant)).matches);
      }
    }
  }
  answers.push(
    await registry.organizations(),
    await registry.clients(),
    await registry.caller('prog-client', 'ended', []),
    await registry.exceptions('court-order'),
    await registry.fact('demo'),
    [...(await registry.imports(['prog|client|1']))],
    [...(await registry.claims(['prog|client|1|']))],
  );
  return answers;
}

export function moveContract(from: OpenMovable, to: OpenMovable): void {
  let source: MovableStore;
  let target: MovableStore;
  let now = T;
  beforeEach(async () => {
    now = T;
    const options = { derive: statedDerive, clock: () => now };
    [source, target] = [await from(options), await to(options)];
    await fill(source);
  });
  afterEach(async () => {
    await source.close();
    await target.close();
  });
  const move = (options = {}) => moveStore(source.archive, target.archive, { batch: 7, ...options });

  test('a store answers after the move as it did before, and its chains are whole', async () => {
    const moved = await move();
    expect(moved).toMatchObject({
      finished: true,
      counts: { organization: 2, client: 2, revocation: 1, exception: 2, fact: 1, claim: 1, mark: 1 },
    });
    expect(moved.checksums!.to).toBe(moved.checksums!.from);
    expect(await answersOf(target)).toEqual(await answersOf(source));
    expect(await auditRows(target.store)).toEqual(await auditRows(source.store));
    expect(await brokenChains(target.store)).toEqual([]);
    expect(await target.registry.fact('of this store alone')).toBeUndefined();
  });

  test('who was permitted, denied or the source before is so after the move', async () => {
    await move();
    const seen = async (store: Store) => {
      const consented = grantFor('hosp', { narrow: () => permittedTo('hosp') });
      const sent = grantFor('hosp', { narrow: () => writtenBy('hosp') });
      const ids = async (grant: typeof own) =>
        (await store.search(planFor(grant, 'Observation'), grant)).matches.map(one => one.id);
      const past = await store.history({ type: 'Observation', id: 'hosp-o', limit: 9, total: false }, sent);
      return [await ids(consented), await ids(sent), past.versions.map(one => one.version)];
    };
    expect(await seen(source.store)).toEqual([['o1', 'hosp-o'], [], [1]]);
    expect(await seen(target.store)).toEqual([['o1', 'hosp-o'], [], [1]]);
  });

  test('whom a version names is what it was when it was written, whatever is derived of it today', async () => {
    const derive: Derive = resource => ({ ...statedDerive(resource), patients: ['somebody'] });
    const other = await to({ derive, clock: () => now });
    expect((await moveStore(source.archive, other.archive)).finished).toBe(true);
    const named = async ({ store }: MovableStore) =>
      (await store.search(planFor(everything, 'Observation'), everything)).matches.map(one => one.patients);
    expect(await named(other)).toEqual(await named(source));
    await other.close();
  });

  test('the target goes on where the source stopped: later times, its own chain, the next version', async () => {
    await move();
    const before = await target.store.outbox(0, 1000);
    now = T - 60_000;
    const written = await target.store.transact(planOf([updateOp('Patient', '1')]), own, draft());
    expect(written[0]).toMatchObject({ kind: 'updated', version: { version: 3 } });
    const [row] = await target.store.outbox(before.at(-1)!.seq, 10);
    expect(row).toMatchObject({ type: 'Patient', id: '1', version: 3 });
    expect(await brokenChains(target.store)).toEqual([]);
    const moved = await source.store.auditWriters();
    expect((await target.store.auditWriters()).filter(one => !moved.includes(one)).length).toBe(1);
  });

  test('an interrupted move goes on, and until then the target is not whole', async () => {
    const stop = new AbortController();
    let batches = 0;
    const progress = () => {
      batches += 1;
      if (batches === 7) stop.abort();
    };
    expect(await move({ signal: stop.signal, progress })).toMatchObject({ finished: false });
    expect(batches).toBe(7);
    const place = await target.registry.fact(PLACE_FACT);
    expect(() => demandWhole(place)).toThrow(/not finished/);
    const seen: number[] = [];
    const rest = await move({
      progress: ({ phase, done }: { phase: string; done: number }) => {
        if (phase === 'move') seen.push(done);
      },
    });
    expect(rest.finished).toBe(true);
    expect(seen[0]).toBeGreaterThan(7);
    const all = Object.values(await source.archive.counts());
    expect(batches + seen.length).toBe(all.reduce((sum, count) => sum + Math.ceil(count / 7), 0));
    expect(await answersOf(target)).toEqual(await answersOf(source));
    const done = await target.registry.fact(PLACE_FACT);
    expect(() => demandWhole(done)).not.toThrow();
  });

  test('a move that lost its place sends again what is there already, and changes nothing', async () => {
    const begun = await target.archive.place();
    expect(begun).toBeUndefined();
    const items: ArchiveItem[] = [];
    for (const kind of ARCHIVE_KINDS) items.push(...(await source.archive.read(kind, undefined, 20)).items);
    await moveStore(source.archive, target.archive, { signal: AbortSignal.abort() });
    const start = (await target.archive.place())!;
    await target.archive.write(items, start);
    await target.archive.write(items, start);
    expect((await move()).finished).toBe(true);
    expect(await target.archive.counts()).toEqual(await source.archive.counts());
  });

  test.each(ARCHIVE_KINDS)('something else in the place of an item is a conflict: %s', async kind => {
    for (const one of ARCHIVE_KINDS) {
      const page = await source.archive.read(one, undefined, 100);
      await target.archive.write(page.items, 'here');
    }
    const [item] = (await source.archive.read(kind, undefined, 1)).items;
    const counts = await target.archive.counts();
    expect(await codeOf(target.archive.write([changed(item!)], 'there'))).toBe('conflict');
    expect(await target.archive.counts()).toEqual(counts);
    expect(await target.archive.place()).toBe('here');
  });

  test('a version whose predecessor is missing is a conflict', async () => {
    const { items } = await source.archive.read('version', undefined, 100);
    const later = items.filter(item => item.kind === 'version' && item.version === 2 && !item.deleted);
    expect(later.length).toBeGreaterThan(0);
    expect(await codeOf(target.archive.write(later.slice(0, 1), 'here'))).toBe('conflict');
  });

  test('a target that holds anything is refused, and so is a second move into it', async () => {
    await target.registry.putOrganization({ id: 'x', prefix: 'x-', program: false, part2: false });
    expect(await codeOf(move())).toBe('conflict');
    expect(await target.archive.place()).toBeUndefined();
    const third = await to({ derive: statedDerive, clock: () => now });
    await moveStore(source.archive, third.archive);
    expect(await codeOf(moveStore(source.archive, third.archive))).toBe('conflict');
    await third.close();
  });

  test('a target that only recorded a read is refused', async () => {
    await target.store.record(draft('read'));
    expect(await codeOf(move())).toBe('conflict');
  });

  test('a store is not moved into itself, nor half a one anywhere, nor two into one', async () => {
    expect(await codeOf(moveStore(source.archive, source.archive))).toBe('conflict');
    await move({ signal: AbortSignal.abort() });
    const third = await to({ derive: statedDerive, clock: () => now });
    expect(await codeOf(moveStore(target.archive, third.archive))).toBe('conflict');
    expect(await codeOf(moveStore(third.archive, target.archive))).toBe('conflict');
    await third.close();
  });

  test.each(ARCHIVE_KINDS)('a difference in the end is found and its kind is named: %s', async kind => {
    const { archive } = target;
    const lying: Archive = {
      id: archive.id,
      write: archive.write,
      place: archive.place,
      counts: archive.counts,
      read: async (asked, after, limit) => {
        const page = await archive.read(asked, after, limit);
        if (asked !== kind || after !== undefined) return page;
        const [first, ...others] = page.items;
        return { ...page, items: [changed(first!), ...others] };
      },
    };
    const failed = await moveStore(source.archive, lying).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(FhirError);
    expect((failed as FhirError).message).toContain(`(${kind})`);
    expect(await codeOf(move({ batch: 500 }))).toBe('resolved');
  });

  test('what was written to the source meanwhile is not overlooked', async () => {
    const stop = new AbortController();
    await move({
      signal: stop.signal,
      progress: ({ phase }: { phase: string }) => {
        if (phase === 'compare') stop.abort();
      },
    });
    await source.store.transact(planOf([updateOp('Patient', '2')]), own, draft());
    expect(await codeOf(move())).toBe('conflict');
  });
}

/** The same item, but for what it says. */
function changed(item: ArchiveItem): ArchiveItem {
  switch (item.kind) {
    case 'organization':
      return { ...item, part2: !item.part2 };
    case 'client':
      return { ...item, disabled: !item.disabled };
    case 'revocation':
      return { ...item, expires: item.expires + 1 };
    case 'exception':
      return { ...item, entry: { ...item.entry, program: 'another' } };
    case 'sync':
    case 'fact':
      return { ...item, value: 'no' };
    case 'version':
      return { ...item, body: item.body.replace('"meta":{}', '"meta":{"tag":[]}') };
    case 'claim':
      return { ...item, imported: item.imported + 1 };
    case 'mark':
      return { ...item, digest: 'other' };
    case 'audit':
      return { ...item, draft: item.draft.replace('client', 'klient') };
  }
}
