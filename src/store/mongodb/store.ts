// The store port on one MongoDB.
import type { Derive } from '../port/derived.ts';
import type { Store } from '../port.ts';
import { readAudit, readEnds, readTrail, readWriters } from './audit-log.ts';
import { readConsentLines } from './consent-lines.ts';
import { translate, unavailable } from './errors.ts';
import { makeGroup } from './group.ts';
import { historyPage } from './history.ts';
import type { Lanes } from './lanes.ts';
import { readOutbox } from './outbox.ts';
import type { Reading } from './reading.ts';
import type { Recorder } from './recorder.ts';
import { reindexAll } from './reindex.ts';
import { searchPage } from './search.ts';
import { inMoment, plainReading, type Site } from './site.ts';
import { readVersion } from './version.ts';

export interface Parts {
  site: Site;
  lanes: Lanes;
  recorder: Recorder;
  derive: Derive;
  closed(): boolean;
  close(): Promise<void>;
}

export function makeStore({ site, lanes, recorder, derive, closed, close }: Parts): Store {
  const { collections } = site;
  const plain = plainReading(site);

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    if (closed()) throw unavailable('The store is closed.');
    try {
      return await question();
    } catch (error) {
      throw translate(error);
    }
  }
  const askMoment = <T>(question: (reading: Reading) => Promise<T>): Promise<T> =>
    ask(() => inMoment(site, question));

  const send = makeGroup({
    run: work => lanes.run(work),
    derive,
    record: draft => recorder.record(draft),
  });

  return {
    read: (type, id, grant) => ask(() => readVersion(plain, grant, { type, id })),
    vread: (type, id, version, grant) => ask(() => readVersion(plain, grant, { type, id, version })),
    search: async (plan, grant) => {
      if (plan.grant !== grant.id) throw new Error('A plan was narrowed by another grant.');
      return askMoment(reading => searchPage(reading, plan));
    },
    history: (query, grant) => askMoment(reading => historyPage(reading, query, grant)),
    consentLines: async (query, grant) => {
      if (query.grant !== grant.id) throw new Error('Lines are asked for by another grant.');
      return ask(() => readConsentLines(plain, query));
    },
    transact: (plan, grant, audit) => send({ plan, grant, audit }),
    record: audit => recorder.record(audit),
    outbox: (after, limit) => askMoment(reading => readOutbox(reading, after, limit)),
    auditWriters: () => ask(() => readWriters(collections)),
    auditRows: (writer, after, limit) => ask(() => readAudit(collections, writer, after, limit)),
    auditEnds: () => ask(() => readEnds(collections)),
    audit: (query, grant) => ask(() => readTrail(collections, query, grant)),
    reindex: progress => ask(() => reindexAll(site, derive, progress)),
    close,
  };
}
