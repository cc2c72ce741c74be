// What a command does to a store leaves a row in the audit trail of that store, as every request does: who is
// the command line, and the Organization is the one whom it concerns.
import type { AuditAct, OpenedStore } from '../app.ts';

export interface Act {
  /** The row's word. */
  action: AuditAct | 'token';
  /** Organization id; '' where it concerns the store as a whole. */
  organization: string;
  /** Client for whom a token is signed. */
  client?: string;
  /** Of the client that is changed. */
  id?: string;
  /** ok, or an error code. */
  outcome?: string;
}

/** Durable when it returns. Throws `unavailable` where it cannot be: the act is then not to be done. */
export function recordAct(
  store: Pick<OpenedStore['store'], 'record'>,
  request: string,
  act: Act,
): Promise<void> {
  const { client = 'cli', outcome = 'ok', ...named } = act;
  return store.record({
    request,
    client,
    role: 'admin',
    outcome,
    reasons: [],
    patients: [],
    versions: [],
    ...named,
  });
}
