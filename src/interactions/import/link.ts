// References between records. A concept asks for them by record key; they are placeholders until the
// resources exist, and become `Type/id` either when the import is planned or within the commit.
import type { Ids } from '../../fhir/id.ts';
import { parseReference, referenceKey } from '../../fhir/reference.ts';
import type { Json } from '../../fhir/types.ts';
import type { Links, Names } from '../../iop/concept.ts';
import { type PartKey, parsePartKey, partKey } from './key.ts';

export interface LinkBook extends Links {
  /** What was asked for so far: placeholder -> key of the resource it stands for. */
  readonly asked: ReadonlyMap<string, PartKey>;
}

/** Placeholders are `urn:uuid:` texts: valid references, and found nowhere else. */
export function linkBook(program: string, ids: Ids): LinkBook {
  const asked = new Map<string, PartKey>();
  const placeholders = new Map<string, string>();
  const to = (kind: string, id: string, role = ''): string => {
    const key = { program, kind, id, role };
    const text = partKey(key);
    const known = placeholders.get(text);
    if (known !== undefined) return known;
    const placeholder = `urn:uuid:${ids()}`;
    placeholders.set(text, placeholder);
    asked.set(placeholder, key);
    return placeholder;
  };
  return { to, asked };
}

/** `Type/id` of a reference to this server, however it is written; undefined for others. */
function localKey(reference: string, base: string): string | undefined {
  const parsed = parseReference(reference, base);
  return parsed.kind === 'local' ? referenceKey(parsed) : undefined;
}

/** Every reference to this server within a resource, as `Type/id`. */
export function referencesIn(value: Json | undefined, base: string, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [name, item] of Object.entries(value)) {
    if (typeof item === 'string' && name === 'reference') {
      const key = localKey(item, base);
      if (key !== undefined) found.add(key);
    } else referencesIn(item, base, found);
  }
  return found;
}

/** `claims`: `Type/id` -> claim keys, as the registry has them. */
export function namesFrom(
  program: string,
  claims: ReadonlyMap<string, readonly string[]>,
  base: string,
): Names {
  const all = (reference: string): PartKey[] => {
    const keys = claims.get(localKey(reference, base) ?? '') ?? [];
    return keys.map(parsePartKey).filter(key => key?.program === program) as PartKey[];
  };
  return { program, all, of: reference => all(reference)[0] };
}
