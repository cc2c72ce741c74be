// Where a record and what FHIR says now differ, in words of the record.
import type { Json, JsonObject } from '../../fhir/types.ts';
import { sameJson } from './canonical.ts';

/** A value that is absent on a side is left out there. */
export interface Difference {
  /** Path within the record: `start`, `clients[2].cancelled`. */
  path: string;
  record?: Json;
  fhir?: Json;
}

/** More than this would not be read; the record is shown to differ all the same. */
const MOST = 50;
/** They name the record and cannot differ. */
const ENVELOPE = new Set(['kind', 'id', 'program']);

/** In the order of the record's fields. */
export function differences(record: JsonObject, fhir: JsonObject): Difference[] {
  const found: Difference[] = [];
  for (const name of namesOf(record, fhir)) {
    if (!ENVELOPE.has(name)) compare(name, record[name], fhir[name], found);
  }
  return found.slice(0, MOST);
}

function compare(path: string, record: Json | undefined, fhir: Json | undefined, found: Difference[]): void {
  if (found.length > MOST || sameJson(record, fhir)) return;
  if (isObject(record) && isObject(fhir)) {
    for (const name of namesOf(record, fhir)) compare(`${path}.${name}`, record[name], fhir[name], found);
  } else if (Array.isArray(record) && Array.isArray(fhir) && record.length === fhir.length) {
    for (const [i, item] of record.entries()) compare(`${path}[${i}]`, item, fhir[i], found);
  } else {
    found.push({
      path,
      ...(record === undefined ? {} : { record }),
      ...(fhir === undefined ? {} : { fhir }),
    });
  }
}

const namesOf = (a: JsonObject, b: JsonObject): string[] => [
  ...new Set([...Object.keys(a), ...Object.keys(b)]),
];

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
