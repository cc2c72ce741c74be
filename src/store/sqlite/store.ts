// The store port on one SQLite file.
import { FhirError } from '../../fhir/error.ts';
import type { AuditDraft } from '../port/audit.ts';
import type { Store } from '../port.ts';
import { completed } from '../unit/audit.ts';
import { runPlan } from '../unit/plan.ts';
import { doNow } from '../unit/work.ts';
import { appendAudit, readAudit, readAuditEnds, readAuditWriters } from './audit-log.ts';
import { readTrail } from './audit-trail.ts';
import { translate } from './connection.ts';
import { readConsentLines } from './consent-lines.ts';
import type { Group } from './group.ts';
import { historyPage } from './history.ts';
import { readOutbox } from './outbox.ts';
import type { Readers } from './readers.ts';
import type { Reading } from './reading.ts';
import { reindexAll } from './reindex.ts';
import { searchSteps } from './search.ts';
import { sqliteUnit, type Writer } from './unit.ts';
import { readVersion } from './version.ts';

export interface Parts extends Writer {
  readers: Readers;
  group: Group;
  /** Resolves once all that was committed before the call is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export function makeStore(parts: Parts): Store {
  const { readers, writing, group, tail, derive, sync, close } = parts;
  const append = (draft: AuditDraft): void => appendAudit(writing, tail, draft);
  /** For what leaves the server without an audit row: nobody is told of what a power failure may take back. */
  const kept = async <T>(read: (reading: Reading) => T): Promise<T> => {
    const answer = readers.run(read);
    await sync();
    return answer;
  };
  return {
    read: async (type, id, grant) => readers.run(reading => readVersion(reading, grant, { type, id })),
    vread: async (type, id, version, grant) =>
      readers.run(reading => readVersion(reading, grant, { type, id, version })),
    search: async (plan, grant) => {
      if (plan.grant !== grant.id) throw new Error('A plan was narrowed by another grant.');
      return readers.runSteps(reading => searchSteps(reading, plan));
    },
    history: async (query, grant) => readers.run(reading => historyPage(reading, query, grant)),
    consentLines: async (query, grant) => {
      if (query.grant !== grant.id) throw new Error('Lines are asked for by another grant.');
      return readers.run(reading => readConsentLines(reading, query));
    },
    transact: (plan, grant, audit) =>
      group.run({
        run: () => {
          const { results, acts } = doNow(runPlan(sqliteUnit(parts, grant), plan));
          append(completed(audit, results));
          for (const act of acts) append(act);
          return results;
        },
        refused: error => append({ ...audit, outcome: codeOf(error) }),
      }),
    record: audit => group.run({ run: () => append(audit) }),
    outbox: (after, limit) => kept(reading => readOutbox(reading, after, limit)),
    auditWriters: async () => readers.run(readAuditWriters),
    auditRows: async (writer, after, limit) =>
      readers.run(reading => readAudit(reading, writer, after, limit)),
    auditEnds: () => kept(readAuditEnds),
    audit: async (query, grant) => readers.run(reading => readTrail(reading, query, grant)),
    reindex: progress => reindexAll(writing, group, derive, progress),
    close,
  };
}

function codeOf(error: unknown): string {
  const known = translate(error);
  return known instanceof FhirError ? known.code : 'internal';
}
