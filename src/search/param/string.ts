// https://hl7.org/fhir/R4/search.html#string
import { type Found, listOf, objectOf, type ParamKind, textOf, unescapeText } from './kind.ts';

/**
 * The form in which strings are compared: compatibility decomposition without combining marks, full case
 * folding, apostrophes dropped, every other run of punctuation and white space one blank.
 */
export const foldString = (text: string): string =>
  (ASCII.test(text) ? text.toLowerCase() : foldLetters(text))
    .replace(/['\u2018\u2019\u02bc]/g, '')
    .replace(/[\p{P}\p{Z}\p{C}\s]+/gu, ' ')
    .trim();

/** Most texts are ASCII, and folding is most of the cost of indexing a Patient. */
const ASCII = /^[ -~]*$/;

/** Case by way of capitals, which spell out what small letters do not (sharp s); then marks once more. */
const foldLetters = (text: string): string =>
  withoutMarks(
    withoutMarks(text)
      .toUpperCase()
      .toLowerCase()
      .replace(/\u03c2/g, '\u03c3'),
  );

const withoutMarks = (text: string): string => text.normalize('NFKD').replace(/\p{M}+/gu, '');

export const string: ParamKind = {
  modifiers: ['exact', 'contains'],
  parse(text) {
    const exact = unescapeText(text);
    const norm = foldString(exact);
    return exact === '' ? undefined : { kind: 'string', norm, exact };
  },
  index: (found, key) =>
    textsOf(found).map(exact => ({ type: 'string', key, norm: foldString(exact), exact })),
  matches(value, index, modifier) {
    if (value.kind !== 'string' || index.type !== 'string') return false;
    if (modifier === 'exact') return index.exact === value.exact;
    // Nothing but punctuation: starts every string and says nothing.
    if (value.norm === '') return false;
    return modifier === 'contains' ? index.norm.includes(value.norm) : index.norm.startsWith(value.norm);
  },
};

const NAME_PARTS = ['text', 'family', 'given', 'prefix', 'suffix'];
const ADDRESS_PARTS = ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'];

function textsOf({ type, value }: Found): string[] {
  switch (type) {
    case 'HumanName':
      return partsOf(value, NAME_PARTS);
    case 'Address':
      return partsOf(value, ADDRESS_PARTS);
    case 'CodeableConcept':
      return [
        ...partsOf(value, ['text']),
        ...listOf(objectOf(value)?.coding).flatMap(coding => partsOf(coding, ['display'])),
      ];
    case 'Annotation':
      return partsOf(value, ['text']);
    default: {
      const text = textOf(value);
      return text === undefined ? [] : [text];
    }
  }
}

const partsOf = (value: unknown, names: readonly string[]): string[] =>
  names
    .flatMap(name => listOf(objectOf(value)?.[name]))
    .filter(part => textOf(part) !== undefined) as string[];
