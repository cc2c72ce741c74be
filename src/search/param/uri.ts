// https://hl7.org/fhir/R4/search.html#uri
import { type ParamKind, textOf, unescapeText } from './kind.ts';

export const uri: ParamKind = {
  modifiers: [],
  parse(text) {
    const uri = unescapeText(text);
    return uri === '' ? undefined : { kind: 'uri', uri };
  },
  index: (found, key) => urisOf(found.type, textOf(found.value)).map(one => ({ type: 'uri', key, uri: one })),
  matches: (value, index) => value.kind === 'uri' && index.type === 'uri' && index.uri === value.uri,
};

/** A canonical is found with and without its version. */
function urisOf(type: string, text: string | undefined): string[] {
  if (text === undefined) return [];
  const bare = type === 'canonical' ? text.split('|', 1)[0]! : text;
  return bare === text || bare === '' ? [text] : [text, bare];
}
