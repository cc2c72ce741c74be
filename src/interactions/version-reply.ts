// Replies about one version, and the headers that name it. https://hl7.org/fhir/R4/http.html#versions
import type { Grant } from '../access/grant.ts';
import { readsBack } from '../access/notes.ts';
import { FhirError } from '../fhir/error.ts';
import { informational } from '../fhir/outcome.ts';
import type { Version } from '../store/port.ts';
import { present } from './present.ts';
import type { CarryingReply, Preference } from './request.ts';

export const etagOf = (version: Version): string => `W/"${version.version}"`;

/** Absolute URL of a version. */
export const locationOf = (version: Version, base: string): string =>
  `${base}/${version.type}/${version.id}/_history/${version.version}`;

export function versionHeaders(version: Version): Record<string, string> {
  return { ETag: etagOf(version), 'Last-Modified': new Date(Math.floor(version.seq / 1000)).toUTCString() };
}

/** The reply to a read: the version itself. */
export function versionReply(version: Version, grant: Grant): CarryingReply {
  const body = present(version, grant);
  return { status: 200, headers: versionHeaders(version), body, seq: version.seq, carries: [version] };
}

/** What a reply to a write is made for. */
export interface Replying {
  prefer: Preference;
  base: string;
  grant: Grant;
}

/** The reply to a write, with as much of it as the caller prefers: the representation unless told. */
export function writeReply(
  status: 200 | 201,
  version: Version,
  { prefer, base, grant }: Replying,
): CarryingReply {
  const headers = versionHeaders(version);
  if (status === 201) headers.Location = locationOf(version, base);
  const reply = { status, headers, seq: version.seq };
  if (prefer.return === 'minimal' || !readsBack(version, grant, base)) return reply;
  if (prefer.return !== 'OperationOutcome')
    return { ...reply, body: present(version, grant), carries: [version] };
  const outcome = informational([status === 201 ? 'Created.' : 'Stored.']);
  return { ...reply, body: JSON.stringify(outcome) };
}

/** A version id: a number from 1. Nothing else was ever one. */
export const parseVersion = (text: string): number | undefined =>
  /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;

const VERSION_TAG = /^(?:W\/)?"(\d{1,15})"$|^(\d{1,15})$/;

/** If-Match: `W/"3"`, and as lenient readers do `"3"` and `3`. Anything else is `invalid-value`. */
export function parseIfMatch(text: string | undefined, path = 'If-Match'): number | undefined {
  if (text === undefined) return undefined;
  const found = VERSION_TAG.exec(text.trim());
  if (found === null)
    throw new FhirError('invalid-value', [{ message: 'Expected one version, W/"3".', path }]);
  return Number(found[1] ?? found[2]);
}

/** If-None-Match: does one of the listed tags name this version? */
export function matchesTag(text: string | undefined, version: Version): boolean {
  if (text === undefined) return false;
  if (text.trim() === '*') return true;
  return text.split(',').some(tag => {
    const found = VERSION_TAG.exec(tag.trim());
    return found !== null && Number(found[1] ?? found[2]) === version.version;
  });
}
