// Raw query text to pairs. Order and repetition matter, so nothing is folded.
import { FhirError } from '../fhir/error.ts';

export type Pair = readonly [name: string, value: string];

/** `a=b&c=d` decoded, `+` = space. Throws `invalid-value` for a broken percent escape. */
export function queryPairs(text: string): Pair[] {
  return text
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const at = part.indexOf('=');
      return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new FhirError('invalid-value', 'The query holds a percent escape that is not UTF-8.');
  }
}

/** Handled at the door, for every request alike. */
const DOOR = new Set(['_format', '_pretty']);

/**
 * The pairs of the parameters that a request knows. Others are refused under strict handling, else left
 * out. A known parameter given twice is `invalid-value`.
 */
export function knownPairs(text: string, known: readonly string[], strict: boolean): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of queryPairs(text)) {
    if (DOOR.has(name)) continue;
    if (!known.includes(name)) {
      if (strict) throw new FhirError('invalid-search', `Only ${known.join(', ')} can be given here.`);
      continue;
    }
    if (found.has(name)) throw new FhirError('invalid-value', `${name} is given more than once.`);
    found.set(name, value);
  }
  return found;
}
