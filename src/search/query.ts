// The text of a query as pairs, in order and with repetitions.
import { FhirError } from '../fhir/error.ts';

/** Characters of a query, parameters in it, alternatives of one parameter: more is no search of a person. */
export const LONGEST_QUERY = 65_536;
export const MOST_PARAMETERS = 100;
export const MOST_VALUES = 500;

export type Pair = readonly [name: string, value: string];

/** Throws `too-large`, and `invalid-search` for what is not percent-encoded UTF-8 or has no name. */
export function readPairs(query: string): Pair[] {
  if (query.length > LONGEST_QUERY)
    throw new FhirError('too-large', `The query is longer than ${LONGEST_QUERY} characters.`);
  const parts = query.split('&').filter(part => part !== '');
  if (parts.length > MOST_PARAMETERS)
    throw new FhirError('too-large', `The query has more than ${MOST_PARAMETERS} parameters.`);
  return parts.map(readPair);
}

function readPair(part: string): Pair {
  const at = part.indexOf('=');
  const name = decode(at < 0 ? part : part.slice(0, at));
  if (name === '') throw new FhirError('invalid-search', 'A parameter of the query has no name.');
  return [name, at < 0 ? '' : decode(part.slice(at + 1))];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new FhirError('invalid-search', 'The query is not percent-encoded UTF-8.');
  }
}
