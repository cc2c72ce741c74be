// A record that was read, as the resources it wants to be: pure, before anything is known of the store.
import type { Ids } from '../../fhir/id.ts';
import type { Json } from '../../fhir/types.ts';
import type { Amendment, Concept, Part, Problem, RecordEnvelope } from '../../iop/concept.ts';
import { digestOf } from './canonical.ts';
import { type PartKey, partKey, recordKey } from './key.ts';
import { linkBook } from './link.ts';

export interface Draft {
  concept: Concept;
  record: RecordEnvelope;
  /** `program|kind|id`. */
  key: string;
  digest: string;
  /** References are placeholders: see `asked`. */
  parts: readonly Part[];
  amendments: readonly (Amendment & { key: string })[];
  asked: ReadonlyMap<string, PartKey>;
}

export function draftRecord(concept: Concept, record: RecordEnvelope, ids: Ids): Draft {
  const book = linkBook(record.program, ids);
  const parts = concept.toFhir(record, book);
  const amendments = (concept.amend?.(record, book) ?? []).map(one => ({
    ...one,
    key: partKey({ program: record.program, kind: one.kind, id: one.id, role: one.role }),
  }));
  const digest = digestOf(record as unknown as Json);
  return { concept, record, key: recordKey(record), digest, parts, amendments, asked: book.asked };
}

export const keyOfPart = (record: RecordEnvelope, role: string): string =>
  partKey({ program: record.program, kind: record.kind, id: record.id, role });

/** What is said of a reference to a record that nobody imported yet, and which field holds it. */
export function unknownRecord(record: RecordEnvelope, to: Pick<PartKey, 'kind' | 'id' | 'role'>): Problem {
  const which = to.role === '' ? `${to.kind} ${to.id}` : `${to.kind} ${to.id} (${to.role})`;
  return {
    path: fieldHolding(record as unknown as Json, to.id, '') ?? '',
    message: `refers to ${which}, which is not known: import it first`,
  };
}

/** The first field with this text, other than the record's own envelope. */
function fieldHolding(value: Json | undefined, text: string, path: string): string | undefined {
  if (value === text) return path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, item] of Object.entries(value)) {
    if (path === '' && (name === 'kind' || name === 'id' || name === 'program')) continue;
    const below = Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    const found = fieldHolding(item, text, below);
    if (found !== undefined) return found;
  }
  return undefined;
}
