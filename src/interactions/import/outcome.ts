// What became of a record.
import type { Json } from '../../fhir/types.ts';
import type { Problem } from '../../iop/concept.ts';
import type { Difference } from './difference.ts';

/** Where a record stood in its source: a line of NDJSON, or an item of a list. */
export interface Place {
  /** From 1. */
  line?: number;
  /** From 0. */
  index?: number;
}

export interface RecordOutcome extends Place {
  /** Absent where the record does not say. */
  kind?: string;
  id?: string;
  /**
   * conflict: the record and others, through FHIR, changed the same field to different values; nothing was written.
   * bad: the record cannot be accepted; nothing was written.
   */
  outcome: 'written' | 'unchanged' | 'conflict' | 'bad';
  /** Resources created, changed or deleted. */
  resources: number;
  issues?: Problem[];
  conflicts?: Difference[];
  /** Where others changed through FHIR what the record, unchanged there, still says otherwise: FHIR's value stays. */
  kept?: Difference[];
}

/** One item of a source, before it is read. */
export type Input = Place & ({ text: string; problem?: string } | { value: Json });

export interface Counts {
  written: number;
  unchanged: number;
  conflicting: number;
  bad: number;
  resources: number;
}

export const noCounts = (): Counts => ({ written: 0, unchanged: 0, conflicting: 0, bad: 0, resources: 0 });

export function count(
  counts: Counts,
  { outcome, resources }: Pick<RecordOutcome, 'outcome' | 'resources'>,
): void {
  counts[outcome === 'conflict' ? 'conflicting' : outcome] += 1;
  counts.resources += resources;
}
