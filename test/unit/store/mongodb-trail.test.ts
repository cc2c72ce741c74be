// However the audit trail is asked, the server goes along an index, reads about as much as it answers, and
// sorts nothing.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AuditReach } from '../../../src/access/grant.ts';
import { auditDocuments, readTrail } from '../../../src/store/mongodb/audit-log.ts';
import type { AuditQuery } from '../../../src/store/port/audit.ts';
import { describeMongo, openTemporarySite, type TemporarySite } from '../../support/mongodb.ts';
import { explained, overheard } from '../../support/mongodb-explain.ts';
import { draft, grantFor } from '../../support/store.ts';

const FIRST = { number: 0, hash: '0'.repeat(64) };
const PEOPLE = 50;
const CHAINS = 4;
const EACH = 500;

describeMongo('the audit trail on MongoDB', () => {
  let temporary: TemporarySite;
  beforeAll(async () => {
    temporary = await openTemporarySite();
    for (let chain = 0; chain < CHAINS; chain += 1) {
      const drafts = Array.from({ length: EACH }, (_, at) =>
        draft('read', {
          client: `client-${at % 5}`,
          organization: 'ehr',
          owners: [at % 2 === 0 ? 'one' : 'two'],
          patients: [`p${at % PEOPLE}`],
        }),
      );
      const rows = drafts.flatMap((one, at) =>
        auditDocuments(`chain-${chain}`, { ...FIRST, number: at }, [one], at),
      );
      await temporary.site.collections.audit.insertMany(rows);
    }
  });
  afterAll(() => temporary.close());

  const reach = (organization: string): AuditReach => ({ kind: 'organization', organization });
  const from = { at: 100, writer: 'chain-2', number: 101 };
  const ASKED: [string, AuditReach, Omit<AuditQuery, 'limit'>, string][] = [
    ['all of an Organization', reach('one'), {}, 'IXSCAN(key)'],
    ['a window of time', reach('one'), { since: 100, until: 200 }, 'IXSCAN(key)'],
    ['a later page', reach('one'), { from }, 'IXSCAN(key)'],
    ['a person', reach('one'), { patient: 'p2' }, 'IXSCAN(key)'],
    ['a person and a client', reach('one'), { patient: 'p2', client: 'client-2' }, 'IXSCAN(key)'],
    ["a person's own", { kind: 'patient', patient: 'p3' }, {}, 'IXSCAN(key)'],
    ['one row', reach('one'), { row: { writer: 'chain-1', number: 3 } }, 'IXSCAN(chain)'],
  ];

  test.each(ASKED)('%s', async (_what, audit, query, index) => {
    const { collections } = temporary.site;
    const { reading, questions } = overheard({ collections, session: undefined, sharded: false });
    const { entries } = await readTrail(
      reading.collections,
      { ...query, limit: 10 },
      grantFor('x', { audit }),
    );
    expect(entries.length).toBeGreaterThan(0);
    expect(questions).toHaveLength(1);
    const { stages, documents } = await explained(collections, questions[0]!);
    expect(stages).toContain(index);
    expect(stages.filter(stage => /COLLSCAN|^SORT/.test(stage) && query.row === undefined)).toEqual([]);
    expect(documents).toBeLessThanOrEqual(12);
  });
});
