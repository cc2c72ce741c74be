// The store port on one SQLite file.
import type { Grant } from '../../access/grant.ts';
import { FhirError } from '../../fhir/error.ts';
import type { AuditDraft, Derive, Store } from '../port.ts';
import { appendAudit, completed, readAudit } from './audit-log.ts';
import { translate } from './connection.ts';
import type { Group } from './group.ts';
import { historyPage } from './history.ts';
import { readOutbox } from './outbox.ts';
import { runPlan } from './plan.ts';
import type { Readers } from './readers.ts';
import type { Reading } from './reading.ts';
import { reindexAll } from './reindex.ts';
import { searchSteps } from './search.ts';
import type { Tail } from './tail.ts';
import { readVersion } from './version.ts';

export interface Parts {
  readers: Readers;
  writing: Reading;
  group: Group;
  tail: Tail;
  derive: Derive;
  close(): Promise<void>;
}

export function makeStore({ readers, writing, group, tail, derive, close }: Parts): Store {
  const append = (draft: AuditDraft): void => appendAudit(writing.connection, tail, draft);
  return {
    read: async (type, id, grant) => readers.run(reading => readVersion(reading, grant, { type, id })),
    vread: async (type, id, version, grant) =>
      readers.run(reading => readVersion(reading, grant, { type, id, version })),
    search: async (plan, grant) => {
      if (plan.grant !== grant.id) throw new Error('A plan was narrowed by another grant.');
      return readers.runSteps(reading => searchSteps(reading, plan));
    },
    history: async (query, grant) => readers.run(reading => historyPage(reading, query, grant)),
    transact: (plan, grant, audit) =>
      group.run({
        run: () => {
          const results = runPlan(unitOf(grant), plan);
          append(completed(audit, results));
          return results;
        },
        refused: error => append({ ...audit, outcome: codeOf(error) }),
      }),
    record: audit => group.run({ run: () => append(audit) }),
    outbox: async (after, limit) => readers.run(reading => readOutbox(reading, after, limit)),
    auditRows: async (after, limit) =>
      readers.run(reading => readAudit(reading.connection, tail.writer, after, limit)),
    reindex: progress => reindexAll(writing, group, derive, progress),
    close,
  };

  function unitOf(grant: Grant) {
    const writer = writing.words.intern(writing.connection, grant.principal.organization);
    return { reading: writing, derive, tail, grant, writer };
  }
}

function codeOf(error: unknown): string {
  const known = translate(error);
  return known instanceof FhirError ? known.code : 'internal';
}
