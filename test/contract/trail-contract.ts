// The audit trail as it is read: by whom a row is found, in which order, page by page.
import { expect, test } from '@jest/globals';
import type { AuditReach } from '../../src/access/grant.ts';
import type { AuditDraft, AuditPlace, AuditQuery } from '../../src/store/port/audit.ts';
import { draft, grantFor } from '../support/store.ts';
import { create, useStore } from './hand.ts';
import type { OpenStore } from './store-contract.ts';

const seen = (client: string, organization: string, owners: string[], patients: string[]): AuditDraft =>
  draft('read', { client, organization, owners, patients, request: `${client} ${patients.join('+')}` });

const ROWS: readonly AuditDraft[] = [
  seen('ehr-1', 'ehr', ['prog'], ['a']),
  seen('ehr-1', 'ehr', ['prog', 'other'], ['a', 'b']),
  seen('ehr-2', 'ehr', ['other'], ['b']),
  seen('staff', 'prog', ['prog'], ['a']),
  seen('staff', 'prog', [], []),
  draft('request', { client: '', organization: '', request: 'nobody', patients: ['?'] }),
];

const REACH: Readonly<Record<string, AuditReach>> = {
  prog: { kind: 'organization', organization: 'prog' },
  other: { kind: 'organization', organization: 'other' },
  ehr: { kind: 'organization', organization: 'ehr' },
  a: { kind: 'patient', patient: 'a' },
  b: { kind: 'patient', patient: 'b' },
  '?': { kind: 'patient', patient: '?' },
  nobody: { kind: 'none' },
};

type Asked = Omit<AuditQuery, 'limit'>;

/** Who reads, what is asked, and the rows by their number in ROWS, newest first. */
const CASES: [string, Asked, number[]][] = [
  ['prog', {}, [4, 3, 1, 0]],
  ['other', {}, [2, 1]],
  ['ehr', {}, [2, 1, 0]],
  ['a', {}, [3, 1, 0]],
  ['b', {}, [2, 1]],
  ['?', {}, []],
  ['nobody', {}, []],
  ['nobody', { patient: 'a' }, []],
  ['prog', { patient: 'a' }, [3, 1, 0]],
  ['prog', { patient: 'b' }, [1]],
  ['a', { patient: 'b' }, [1]],
  ['prog', { client: 'ehr-1' }, [1, 0]],
  ['prog', { client: 'ehr-2' }, []],
  ['prog', { organization: 'ehr' }, [1, 0]],
  ['prog', { organization: 'prog', client: 'staff', patient: 'a' }, [3]],
  ['b', { organization: 'prog' }, [1]],
  ['prog', { client: 'never seen' }, []],
];

export function trailContract(open: OpenStore): void {
  const hand = useStore(open);
  const grantOf = (who: string) => grantFor('reader', { audit: REACH[who]! });

  async function fill(): Promise<void> {
    for (const row of ROWS) {
      hand().now += 10;
      await hand().store.record(row);
    }
  }
  async function found(who: string, asked: Asked, limit = 50): Promise<string[][]> {
    const pages: string[][] = [];
    let from: AuditPlace | undefined;
    do {
      const query = { ...asked, limit, ...(from === undefined ? {} : { from }) };
      const page = await hand().store.audit(query, grantOf(who));
      pages.push(page.entries.map(entry => entry.request));
      from = page.next;
    } while (from !== undefined);
    return pages;
  }
  const requests = (numbers: readonly number[]) => numbers.map(at => ROWS[at]!.request);

  test('everybody finds the rows of his reach, narrowed by what he asks, newest first', async () => {
    await fill();
    for (const [who, asked, expected] of CASES) {
      const pages = await found(who, asked);
      expect([who, asked, pages.flat()]).toEqual([who, asked, requests(expected)]);
    }
  });

  test('a window of time is half open', async () => {
    const start = hand().now * 1000;
    await fill();
    const window = { since: start + 20_000, until: start + 50_000 };
    expect((await found('prog', window)).flat()).toEqual(requests([3, 1]));
    expect((await found('prog', { until: start + 10_000 })).flat()).toEqual([]);
  });

  test('page by page come the same rows, also where many are of one moment', async () => {
    for (let at = 0; at < 25; at += 1)
      await hand().store.record(draft('read', { organization: 'prog', request: `r${at}` }));
    const whole = (await found('prog', {})).flat();
    expect(whole).toHaveLength(25);
    const pages = await found('prog', {}, 4);
    expect(pages.map(page => page.length)).toEqual([4, 4, 4, 4, 4, 4, 1]);
    expect(pages.flat()).toEqual(whole);
  });

  test('one row is found by its place, by those alone who reach it', async () => {
    await fill();
    const { entries } = await hand().store.audit({ client: 'ehr-2', limit: 1 }, grantOf('ehr'));
    const [{ writer, number } = { writer: '', number: 0 }] = entries;
    const row = { writer, number };
    expect((await found('other', { row })).flat()).toEqual(requests([2]));
    expect((await found('prog', { row })).flat()).toEqual([]);
    expect((await found('other', { row: { writer: 'nobody', number: 1 } })).flat()).toEqual([]);
  });

  test('a write is found by those whose record it became part of', async () => {
    await create(hand(), 'Task', 't', { patients: ['a'] });
    const { entries } = await hand().store.audit({ patient: 'a', limit: 5 }, grantOf('prog'));
    expect(entries).toMatchObject([{ owners: ['prog'], versions: ['Task/t/1'], patients: ['a'] }]);
  });

  test('the ends of the chains are their last rows', async () => {
    await fill();
    const { auditEnds, auditWriters, auditRows } = hand().store;
    const ends = await auditEnds();
    expect(ends.map(end => end.writer)).toEqual(await auditWriters());
    for (const { writer, number, hash } of ends) {
      const last = (await auditRows(writer, 0, 1000)).at(-1)!;
      expect({ number, hash }).toEqual({ number: last.number, hash: last.hash });
    }
  });
}
