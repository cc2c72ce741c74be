// Reference.reference in its forms. https://hl7.org/fhir/R4/references.html
import { isId } from './id.ts';

export type ParsedReference =
  | { kind: 'local'; type: string; id: string; version?: string }
  | { kind: 'contained'; id: string }
  | { kind: 'absolute'; url: string; type?: string; id?: string; version?: string }
  | { kind: 'urn'; urn: string }
  | { kind: 'conditional'; type: string; query: string }
  | { kind: 'other'; text: string };

const RELATIVE = /^([A-Z][A-Za-z]+)\/([^/?#]+)(?:\/_history\/([^/?#]+))?$/;
const ABSOLUTE = /^https?:\/\/[^\s]+$/;
const ABSOLUTE_TAIL = /\/([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;
const CONDITIONAL = /^([A-Z][A-Za-z]+)\?(.+)$/;

/**
 * Reads a literal reference. `base` is the server's own FHIR base URL: absolute references below it are
 * local. Returns `other` for what is none of the forms of the specification.
 */
export function parseReference(text: string, base?: string): ParsedReference {
  if (text.startsWith('#')) return { kind: 'contained', id: text.slice(1) };
  if (text.startsWith('urn:')) return { kind: 'urn', urn: text };
  const own = base !== undefined && text.startsWith(`${base}/`) ? text.slice(base.length + 1) : text;
  const relative = RELATIVE.exec(own);
  if (relative !== null && isId(relative[2])) return local(relative[1]!, relative[2], relative[3]);
  const conditional = CONDITIONAL.exec(own);
  if (conditional !== null) return { kind: 'conditional', type: conditional[1]!, query: conditional[2]! };
  if (!ABSOLUTE.test(text)) return { kind: 'other', text };
  const tail = ABSOLUTE_TAIL.exec(text);
  if (tail === null) return { kind: 'absolute', url: text };
  const found = { kind: 'absolute' as const, url: text, type: tail[1]!, id: tail[2]! };
  return tail[3] === undefined ? found : { ...found, version: tail[3] };
}

function local(type: string, id: string, version: string | undefined): ParsedReference {
  return version === undefined ? { kind: 'local', type, id } : { kind: 'local', type, id, version };
}

/** The key under which a reference is indexed and compared: `Type/id`, or the URL or URN as written. */
export function referenceKey(parsed: ParsedReference): string | undefined {
  switch (parsed.kind) {
    case 'local':
      return `${parsed.type}/${parsed.id}`;
    case 'absolute':
      return parsed.url;
    case 'urn':
      return parsed.urn;
    default:
      return undefined;
  }
}

/** Logical id of a resource of this type here; undefined where a reference is to anything else. */
export function localId(reference: string | undefined, type: string, base?: string): string | undefined {
  const parsed = parseReference(reference ?? '', base);
  return parsed.kind === 'local' && parsed.type === type ? parsed.id : undefined;
}
