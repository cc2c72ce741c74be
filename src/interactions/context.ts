// What every interaction is given besides the request and the caller. Made once by the composition root.
import type { Asked } from '../access/decide.ts';
import type { Grant, Principal } from '../access/grant.ts';
import type { TrailIds } from '../audit/event-id.ts';
import type { Strangers } from '../audit/strangers.ts';
import type { Clock, Ids } from '../fhir/id.ts';
import type { Store } from '../store/port.ts';
import type { Registry } from '../store/registry.ts';
import type { PageSeal } from './page-link.ts';

export interface Limits {
  /** Matches on a page of a search or history: where `_count` is absent, and at most. */
  defaultCount: number;
  maxCount: number;
  /** Entries of a batch or transaction. */
  maxEntries: number;
}

export const DEFAULT_LIMITS: Limits = { defaultCount: 50, maxCount: 1000, maxEntries: 5000 };

/**
 * Where bugs are reported. Fields never hold a value of a record or of a query; an error goes in as `err`,
 * of which the log keeps kind and place alone.
 */
export interface Log {
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
  /** What somebody has to look at, and is no bug. */
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface Context {
  store: Store;
  registry: Registry;
  /**
   * Called afresh for every request: a Grant is never kept. `asked`: every type and use the request needs
   * (a transaction: one per entry; no type = the whole server). Throws `forbidden` where scope or role put
   * one of them out of reach as such.
   */
  decide: (principal: Principal, asked: readonly Asked[]) => Grant;
  ids: Ids;
  clock: Clock;
  /** FHIR base URL without a slash at its end: `http://localhost:8080/fhir`. */
  base: string;
  limits: Limits;
  pages: PageSeal;
  /** Web pages of some other origin may call. */
  cors: boolean;
  /** Ids of AuditEvents that are rendered from the audit trail. */
  trail: TrailIds;
  /** Rows of requests without a known caller. */
  strangers: Strangers;
  log: Log;
}
