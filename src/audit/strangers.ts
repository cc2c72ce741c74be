// Rows of requests from nobody in particular: without a good token, or open to all. One may send any number
// of them, and the audit must not become a way to fill the disk. So the first of each minute leave a row each,
// durable before the answer as everybody's; those beyond are counted, and one row for each kind says how many
// when the minute is over. No row holds an address or anything else that a stranger sent. Callers that are
// known leave a row for each request: what they may send is bounded where requests come in.
import type { Clock } from '../fhir/id.ts';
import type { AuditDraft } from '../store/port/audit.ts';
import type { Store } from '../store/port.ts';

/** Rows of single requests in a minute: 60 of 250 bytes are 22 MB a day. */
export const MOST_STRANGERS = 60;
const MINUTE = 60_000;

/** What a stranger asked for, and how it ended. */
export type Strange = Pick<AuditDraft, 'request' | 'action' | 'outcome'>;

export interface Strangers {
  /** Rejects with `unavailable` where the row, or rows that are owed, cannot be written. */
  note(what: Strange): Promise<void>;
  /** Writes what is counted and not yet written. */
  close(): Promise<void>;
}

const NOBODY = { client: '', organization: '', role: '', reasons: [], patients: [], versions: [] };

/** `clock`: ms since the epoch. `most`: see MOST_STRANGERS. */
export function countStrangers(store: Pick<Store, 'record'>, clock: Clock, most = MOST_STRANGERS): Strangers {
  const beyond = new Map<string, Strange & { count: number }>();
  let minute = 0;
  let written = 0;
  /** What was counted in the minute before is still to be written. */
  let owed = false;
  let timer: NodeJS.Timeout | undefined;

  async function settle(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    for (const [kind, row] of [...beyond]) {
      beyond.delete(kind);
      try {
        await store.record({ ...row, ...NOBODY });
      } catch (error) {
        beyond.set(kind, { ...row, count: row.count + (beyond.get(kind)?.count ?? 0) });
        throw error;
      }
    }
  }

  function count({ action, outcome }: Strange): void {
    const kind = `${action} ${outcome}`;
    const before = beyond.get(kind)?.count ?? 0;
    beyond.set(kind, { request: '', action, outcome, count: before + 1 });
    // The next request settles it, or where none comes this: whoever must wait for a failed one tries again.
    timer ??= setTimeout(() => settle().catch(() => {}), MINUTE).unref();
  }

  return {
    note: async what => {
      const now = Math.floor(clock() / MINUTE);
      if (now !== minute) {
        minute = now;
        written = 0;
        owed = true;
      }
      written += 1;
      const counts = written > most;
      if (owed) {
        await settle();
        owed = false;
      }
      if (counts) count(what);
      else await store.record({ ...what, ...NOBODY });
    },
    close: settle,
  };
}
