// What terms of Consents may ask of a resource beyond what it is searched by: its security labels, every code in
// it, wherever that stands, since what a search does not find a person may still have meant, and who wrote it.
import { canonicalSystem } from '../fhir/code-system.ts';
import type { AnyResource } from '../fhir/types.ts';
import { authorMarks } from './authors.ts';
import { foldCode } from './param/token.ts';

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

/** By a code of v3-ActCode: `SUD`. */
export const labelMark = (code: string): string => `label|${foldCode(code)}`;
export const codeMark = (system: string, code: string): string =>
  `code|${canonicalSystem(system)}|${foldCode(code)}`;

/** Each once. Never throws. `base`: the server's own FHIR base URL. */
export function marksOf(resource: AnyResource, base?: string): string[] {
  const { meta, ...content } = resource;
  const marks = new Set<string>();
  const labels = isObject(meta) && Array.isArray(meta.security) ? meta.security : [];
  for (const label of labels)
    if (isObject(label) && typeof label.code === 'string' && isActCode(label.system))
      marks.add(labelMark(label.code));
  collect(content, marks);
  for (const mark of authorMarks(resource, base)) marks.add(mark);
  return [...marks];
}

const isActCode = (system: unknown): boolean =>
  typeof system === 'string' && canonicalSystem(system) === ACT_CODE;

/** A quantity has system and code as well: those are of its unit. */
function collect(value: unknown, marks: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, marks);
    return;
  }
  if (!isObject(value)) return;
  const { system, code } = value;
  if (typeof code === 'string' && typeof system === 'string' && value.value === undefined)
    marks.add(codeMark(system, code));
  for (const name in value) {
    const item = value[name];
    if (typeof item === 'object') collect(item, marks);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
