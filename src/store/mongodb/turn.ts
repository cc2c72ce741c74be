import type { AuditDraft } from '../port/audit.ts';
import type { Reading } from './reading.ts';

/** One attempt at a unit: a transaction in a lane. A later attempt gets another one. */
export interface Turn {
  /** In the transaction. */
  readonly reading: Reading;
  /** Strictly increasing, above every seq that the transaction can see. */
  nextSeq(): number;
  /** Adds a row to the lane's audit chain, in this commit. */
  audit(draft: AuditDraft): void;
}

/** What was under way when a moment was read. */
export interface Horizon {
  /** No seq in this moment is above it. */
  last: number;
  /** What is committed later has a seq of at least this; Infinity where nothing is under way. */
  below: number;
  /** Lanes with a unit under way: what they commit later has a seq above `last` of theirs. */
  open: readonly (readonly [slot: number, last: number])[];
}
