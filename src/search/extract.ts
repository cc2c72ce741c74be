// What a resource says, as the index holds it: computed once when it is written.
import type { AnyResource } from '../fhir/types.ts';
import type { Source } from '../generated/tables.ts';
import type { IndexValue } from '../store/port/derived.ts';
import type { Param } from './ast.ts';
import { marksOf } from './marks.ts';
import { KINDS } from './param/kinds.ts';
import { personsOf } from './persons.ts';
import { paramsOf, sourcesOf } from './registry.ts';
import { select } from './select.ts';

/** Changes whenever the same resource may give other values: a store made with another one is reindexed. */
export const EXTRACTORS = '3';

export interface Extracted {
  values: IndexValue[];
  /** See Derived.patients in store/port/derived.ts. */
  patients: string[];
  /** See Derived.marks in store/port/derived.ts. */
  marks: string[];
}

/**
 * Index values of every served parameter, and the persons named. `base` is the server's own FHIR base
 * URL: absolute references below it are local. Never throws: what cannot be read is not indexed.
 */
export function extract(resource: AnyResource, base?: string): Extracted {
  const values: IndexValue[] = [];
  for (const { param, sources } of extractorsOf(resource.resourceType)) {
    const found = select(resource, sources);
    if (found.length === 0) continue;
    const kind = KINDS[param.type];
    const indexed = found.flatMap(one => kind.index(one, param.key, base));
    values.push(...(indexed.length > 1 ? distinct(indexed) : indexed));
  }
  const patients = personsOf(resource, base);
  return { values, patients, marks: patients.length === 0 ? [] : marksOf(resource, base) };
}

interface Extractor {
  param: Param;
  sources: readonly Source[];
}

const extractorCache = new Map<string, readonly Extractor[]>();

function extractorsOf(type: string): readonly Extractor[] {
  const known = extractorCache.get(type);
  if (known !== undefined) return known;
  const extractors = paramsOf(type).map(param => ({ param, sources: sourcesOf(type, param.code) }));
  if (extractors.length > 0) extractorCache.set(type, extractors);
  return extractors;
}

function distinct(values: readonly IndexValue[]): IndexValue[] {
  const byText = new Map<string, IndexValue>();
  for (const value of values) byText.set(JSON.stringify(Object.values(value)), value);
  return [...byText.values()];
}
