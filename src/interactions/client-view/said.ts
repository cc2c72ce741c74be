// What a record said over time: the versions of its resource, each from when it was said. Pure.
import type { AnyResource } from '../../fhir/types.ts';
import type { Concept, RecordEnvelope } from '../../iop/concept.ts';
import type { Read } from './read.ts';
import type { FoundRecords } from './records.ts';

/** A version of a resource, and its lastUpdated. */
export interface PastVersion {
  resource: AnyResource;
  updated: string;
}
/** By `Type/id`, oldest first, the current one included. */
export type Past = ReadonlyMap<string, readonly PastVersion[]>;

export interface Said<R> {
  record: R;
  /** An instant. */
  at: string;
  /** What `at` is: when the program recorded it, or when this server was told. */
  by: 'recorded' | 'version';
}

/**
 * Oldest first. A version is dated by when the program recorded it, where that is later than the version
 * before: a program that keeps the day of admission there does not say when it changed something.
 */
export function saidOver<R extends RecordEnvelope>(
  concept: Concept<R>,
  { id = '', resource, record }: Read<R>,
  past: Past,
  found: FoundRecords,
): Said<R>[] {
  const versions = past.get(resource) ?? [];
  if (versions.length === 0) return [];
  const said: Said<R>[] = [];
  for (const [index, version] of versions.entries()) {
    const last = index === versions.length - 1;
    const parts = new Map([['', version.resource]]);
    const then = last ? record : concept.fromFhir(parts, found.names, id);
    const before = said.at(-1);
    const { recordedAt } = then;
    const dated =
      recordedAt !== undefined &&
      (before === undefined || Date.parse(recordedAt) > Date.parse(before.record.recordedAt ?? before.at));
    said.push({
      record: then,
      at: dated ? recordedAt : version.updated,
      by: dated ? 'recorded' : 'version',
    });
  }
  return said;
}
