// Where another server may be: https, or http on this machine; and nothing of it leads elsewhere.
import { FhirError } from '../fhir/error.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

export const isOwnMachine = ({ hostname }: URL): boolean => LOOPBACK.has(hostname);

/** A FHIR base as it is kept: no slash at its end. Throws `invalid-value`. */
export function readBase(text: string): string {
  const url = readUrl(text, 'The URL');
  if (url.search !== '' || url.hash !== '')
    throw new FhirError('invalid-value', 'The URL of a FHIR server has no query and no fragment.');
  return url.href.replace(/\/+$/, '');
}

/** Throws `invalid-value`; `what` it is, for the message. */
export function readUrl(text: unknown, what: string): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new FhirError('invalid-value', `${what}: expected an absolute URL.`);
  if (url.username !== '' || url.password !== '')
    throw new FhirError('invalid-value', `${what}: it holds a name or a password.`);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isOwnMachine(url))) return url;
  throw new FhirError('invalid-value', `${what}: expected https, or http on this machine.`);
}

/** A link of an answer, in full; undefined where it leads to another server. */
export function linkWithin(base: string, link: unknown): string | undefined {
  if (typeof link !== 'string' || !URL.canParse(link, `${base}/`)) return undefined;
  const url = new URL(link, `${base}/`);
  return url.origin === new URL(base).origin && url.username === '' ? url.href : undefined;
}
