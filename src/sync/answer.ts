// What another server answers, and what of it is believed. Pure.
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { AnyResource, JsonObject } from '../fhir/types.ts';
import { linkWithin } from './address.ts';
import { readRetryAfter } from './pace.ts';

export interface Answer {
  status: number;
  /** What came with it; {} where nothing did. */
  said: JsonObject;
  /** Version id there. */
  etag?: string;
  /** Where it was written. */
  location?: string;
  /** Of a refusal: codes and places. */
  why?: string;
}

/** Not there now; anything else is an answer. */
const AGAIN: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Not answered; `after`: ms that it asks for; `soon`: at once. */
export interface Again {
  again: string;
  after?: number | undefined;
  soon?: true;
}

export function answerOf(said: unknown, response: Response | undefined): Answer {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) throw unreadable();
  const body = said as JsonObject;
  const meta = body.meta as JsonObject | undefined;
  const etag = /^(?:W\/)?"([^"]+)"$/.exec(response?.headers.get('etag') ?? '')?.[1] ?? meta?.versionId;
  const location = response?.headers.get('location') ?? undefined;
  return {
    status: response?.status ?? 200,
    said: body,
    ...(typeof etag === 'string' ? { etag } : {}),
    ...(location === undefined ? {} : { location }),
  };
}

const unreadable = (): FhirError => new FhirError('invalid-structure', 'What it answers is no FHIR JSON.');

/** What fhir-kit-client throws: with a response where there was one. */
interface KitError {
  response?: { status: number; data?: unknown };
  config?: { headers?: Headers };
  cause?: { message?: string };
  name?: string;
}

export function faultOf(error: unknown, now: number): Answer | Again {
  if (error instanceof FhirError) throw error;
  const { response, config, cause, name } = error as KitError;
  if (response === undefined) {
    if (/redirect/i.test(cause?.message ?? ''))
      throw new FhirError('forbidden', 'It sends us to another address, which is not followed.');
    // What is not from the network is JSON that is no object.
    if (cause === undefined && name === 'TypeError') throw unreadable();
    return { again: 'It cannot be reached' };
  }
  const { status, data } = response;
  if (AGAIN.has(status)) {
    const after = readRetryAfter(config?.headers?.get('retry-after'), now);
    return { again: `It answers ${status}`, ...(after === undefined ? {} : { after }) };
  }
  if (status < 300) throw unreadable();
  return { status, said: {}, why: `${status}${codesIn(data)}` };
}

/** Words of the specification and places, never texts: these may tell of a person. */
function codesIn(data: unknown): string {
  const { issue } = (typeof data === 'object' && data !== null ? data : {}) as { issue?: unknown };
  const [first] = (Array.isArray(issue) ? issue : []) as { code?: unknown; expression?: unknown }[];
  const code = typeof first?.code === 'string' && /^[a-z-]{1,40}$/.test(first.code) ? first.code : undefined;
  const [place] = (Array.isArray(first?.expression) ? first.expression : []) as unknown[];
  const at = typeof place === 'string' && /^[A-Za-z0-9.[\]]{1,100}$/.test(place) ? ` at ${place}` : '';
  return code === undefined ? '' : ` (${code}${at})`;
}

export function resourcesIn(said: JsonObject, type: string): AnyResource[] {
  if (said.resourceType !== 'Bundle' || (said.entry !== undefined && !Array.isArray(said.entry)))
    throw unreadable();
  return ((said.entry ?? []) as (JsonObject | null)[])
    .filter(entry => ((entry?.search as JsonObject | undefined)?.mode ?? 'match') === 'match')
    .map(entry => entry?.resource as AnyResource | undefined)
    .filter((one): one is AnyResource => one?.resourceType === type && isId(one.id));
}

export function isNew(resource: AnyResource, seen: Set<string>): boolean {
  const meta = resource.meta as JsonObject | undefined;
  const name = `${resource.id}/${meta?.versionId ?? ''}`;
  if (seen.has(name)) return false;
  seen.add(name);
  return true;
}

export function nextOf(said: JsonObject, base: string, type: string): string | undefined {
  const links = (Array.isArray(said.link) ? said.link : []) as JsonObject[];
  const next = links.find(one => one?.relation === 'next');
  if (next === undefined) return undefined;
  const url = linkWithin(base, next.url);
  if (url === undefined)
    throw new FhirError('forbidden', `${type}: a page leads to another server, which is not followed.`);
  return url;
}
