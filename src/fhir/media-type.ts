// https://hl7.org/fhir/R4/http.html#mime-type
import { FhirError } from './error.ts';

export const FHIR_JSON = 'application/fhir+json';

/** What means FHIR as JSON, as a body's type or in `_format`. */
const JSON_TYPES: ReadonlySet<string> = new Set([FHIR_JSON, 'application/json', 'text/json', 'json']);
/** In an Accept header. */
const ACCEPTED: ReadonlySet<string> = new Set([...JSON_TYPES, '*/*', 'application/*', 'text/*']);
const FHIR_VERSIONS: ReadonlySet<string> = new Set(['4.0', '4.0.1']);

export interface MediaType {
  /** Lower case, `application/fhir+json`. */
  type: string;
  parameters: ReadonlyMap<string, string>;
}

/** Reads one media type with its parameters, names and type folded to lower case. */
export function parseMediaType(text: string): MediaType {
  const [type = '', ...rest] = text.split(';');
  const parameters = new Map<string, string>();
  for (const part of rest) {
    const [name = '', value = ''] = part.split('=', 2);
    parameters.set(name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1'));
  }
  return { type: type.trim().toLowerCase(), parameters };
}

/** Throws `media-type` unless a body of this Content-Type is UTF-8 text of one of `types`. */
export function demandContentType(
  contentType: string | undefined,
  types: ReadonlySet<string> = JSON_TYPES,
): void {
  const { type, parameters } = parseMediaType(contentType ?? '');
  if (!types.has(type)) throw new FhirError('media-type', `The Content-Type must be ${[...types][0]}.`);
  const charset = parameters.get('charset')?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw new FhirError('media-type', 'The charset must be UTF-8.');
}

/** Throws `not-acceptable` where the caller wants something else than JSON of R4. `_format` overrides Accept. */
export function demandJson(accept: string | undefined, format: string | undefined): void {
  if (format !== undefined) {
    // In a query `+` may have been decoded to a space.
    const { type } = parseMediaType(format.replaceAll(' ', '+'));
    if (!JSON_TYPES.has(type)) throw new FhirError('not-acceptable', `_format: only ${FHIR_JSON} is served.`);
    return;
  }
  if (accept === undefined || accept.trim() === '') return;
  if (accept.split(',').some(isAccepted)) return;
  throw new FhirError('not-acceptable', `Accept: only ${FHIR_JSON} in FHIR version 4.0 is served.`);
}

const HTML_TYPES: ReadonlySet<string> = new Set(['text/html', 'html']);

/**
 * Where an answer may be had as a page too: is it what the caller asks for? Only where HTML is named, and named
 * before JSON. Throws `not-acceptable` where neither will do.
 */
export function wantsHtml(accept: string | undefined, format: string | undefined): boolean {
  if (format !== undefined && HTML_TYPES.has(parseMediaType(format).type)) return true;
  if (format === undefined && qualityOf(HTML_TYPES, accept) > qualityOf(JSON_TYPES, accept)) return true;
  demandJson(accept, format);
  return false;
}

/** The best of these types; 0 where none is named, or all are refused. */
function qualityOf(types: ReadonlySet<string>, accept = ''): number {
  const named = accept
    .split(',')
    .map(parseMediaType)
    .filter(one => types.has(one.type));
  return Math.max(0, ...named.map(one => Number(one.parameters.get('q') ?? '1') || 0));
}

const CSV_TYPES: ReadonlySet<string> = new Set(['text/csv', 'csv']);

/** Where an answer may be had as CSV too: is it what the caller asks for? */
export function wantsCsv(accept: string | undefined, format: string | undefined): boolean {
  if (format !== undefined) return CSV_TYPES.has(parseMediaType(format).type);
  return (accept ?? '').split(',').some(range => {
    const { type, parameters } = parseMediaType(range);
    return type === 'text/csv' && !/^0(\.0*)?$/.test(parameters.get('q') ?? '1');
  });
}

function isAccepted(range: string): boolean {
  const { type, parameters } = parseMediaType(range);
  const version = parameters.get('fhirversion');
  const refused = /^0(\.0*)?$/.test(parameters.get('q') ?? '1');
  return ACCEPTED.has(type) && !refused && (version === undefined || FHIR_VERSIONS.has(version));
}
