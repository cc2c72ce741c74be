// Another FHIR server as it is asked: through fhir-kit-client, with a token, no faster than agreed, again where it was
// not there, and never at another address than its own. What it says of an error is not passed on but for codes.
import { Client } from 'fhir-kit-client';
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { AnyResource, JsonObject } from '../fhir/types.ts';
import { linkWithin, readUrl } from './address.ts';
import { createPace, readRetryAfter, type Surround, waitAfter } from './pace.ts';
import type { RemoteEntry } from './state.ts';
import { createTokens } from './token.ts';

export interface Asking {
  method: 'GET' | 'POST' | 'PUT';
  /** Relative to the base, or a link within it. */
  url: string;
  headers?: Record<string, string>;
  /** JSON text: digits as they are written. */
  body?: string;
}

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

export interface Remote {
  /**
   * Asks until it is answered or refused. `make` is called before every try; what it takes back is not asked, and
   * undefined is the answer. Rejects with `unavailable` where tries are over, `forbidden` where we get no token or are
   * sent elsewhere, `invalid-structure` where the answer cannot be read.
   */
  ask(make: () => Promise<Asking | undefined>): Promise<Answer | undefined>;
  /** The resources of a search, page by page; each version once. Rejects as `ask`, and where pages have no end. */
  pages(type: string, query: Readonly<Record<string, string>>): AsyncGenerator<AnyResource[]>;
}

/** Pages of one walk, and pages without anything new that may follow each other. */
const MOST_PAGES = 100_000;
const MOST_IDLE = 5;
/** Not there now; anything else is an answer. */
const AGAIN: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

export interface Connection {
  entry: RemoteEntry;
  keyFile: string;
  surround: Surround;
  signal: AbortSignal;
}

export function connect({ entry, keyFile, surround, signal }: Connection): Remote {
  const client = new Client({ baseUrl: entry.base, requestOptions: { redirect: 'error' } });
  const pace = createPace(entry.rate, surround);
  const tokens = createTokens({
    ...entry,
    ...surround,
    keyFile,
    endpoint: remembered(() => endpointOf(entry, once)),
  });

  /** One try. Retry-After in ms where it is to be tried again. */
  async function once(asking: Asking, token?: string): Promise<Answer | Again> {
    const { method, url, headers = {}, body } = asking;
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(surround.timeout)]);
    const authorization: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    try {
      const sent = body === undefined ? {} : { body: body as unknown as AnyResource };
      const typed: Record<string, string> =
        body === undefined ? {} : { 'content-type': 'application/fhir+json' };
      const options = { headers: { ...typed, ...headers, ...authorization }, signal: deadline };
      const said = await client.request(url, { method, options, ...sent });
      const { response } = Client.httpFor(said);
      return answerOf(said, response);
    } catch (error) {
      signal.throwIfAborted();
      return faultOf(error, surround.clock());
    }
  }

  async function tryOnce(make: () => Promise<Asking | undefined>): Promise<Answer | Again | undefined> {
    let token: string;
    try {
      token = await tokens.get(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof FhirError) || error.code !== 'unavailable') throw error;
      return { again: error.message };
    }
    const asking = await make();
    if (asking === undefined) return undefined;
    const answer = await once(asking, token);
    if ('status' in answer && answer.status === 401) {
      tokens.forget();
      return { again: 'It does not take our token', soon: true };
    }
    return answer;
  }

  async function ask(make: () => Promise<Asking | undefined>): Promise<Answer | undefined> {
    for (let tried = 1; ; tried += 1) {
      await pace(signal);
      signal.throwIfAborted();
      const got = await tryOnce(make);
      if (got === undefined || 'status' in got) return got;
      // A second token that is not taken either will not be taken later.
      const last = got.soon === true && tried > 1;
      const wait = last ? undefined : waitAfter(tried, got.after, surround.random);
      if (wait === undefined)
        throw new FhirError('unavailable', `${got.again}${tried > 1 ? ` (${tried} tries)` : ''}.`);
      await surround.sleep(got.soon === true ? 0 : wait, signal);
      signal.throwIfAborted();
    }
  }

  async function* pages(
    type: string,
    query: Readonly<Record<string, string>>,
  ): AsyncGenerator<AnyResource[]> {
    const seen = new Set<string>();
    let url: string | undefined = `${type}?${new URLSearchParams(query)}`;
    for (let page = 0, idle = 0; url !== undefined; page += 1) {
      const asked: Asking = { method: 'GET', url };
      const answer = (await ask(async () => asked))!;
      if (answer.status !== 200) throw new FhirError('forbidden', `${type}: ${answer.why ?? answer.status}.`);
      const found = resourcesIn(answer.said, type).filter(one => isNew(one, seen));
      idle = found.length === 0 ? idle + 1 : 0;
      if (idle > MOST_IDLE || page >= MOST_PAGES)
        throw new FhirError('invalid-structure', `${type}: its pages have no end.`);
      yield found;
      url = nextOf(answer.said, entry.base, type);
    }
  }

  return { ask, pages };
}

/** Not answered; `after`: ms that it asks for; `soon`: at once. */
interface Again {
  again: string;
  after?: number | undefined;
  soon?: true;
}

function answerOf(said: unknown, response: Response | undefined): Answer {
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

function faultOf(error: unknown, now: number): Answer | Again {
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

function resourcesIn(said: JsonObject, type: string): AnyResource[] {
  if (said.resourceType !== 'Bundle' || (said.entry !== undefined && !Array.isArray(said.entry)))
    throw unreadable();
  return ((said.entry ?? []) as (JsonObject | null)[])
    .filter(entry => ((entry?.search as JsonObject | undefined)?.mode ?? 'match') === 'match')
    .map(entry => entry?.resource as AnyResource | undefined)
    .filter((one): one is AnyResource => one?.resourceType === type && isId(one.id));
}

function isNew(resource: AnyResource, seen: Set<string>): boolean {
  const meta = resource.meta as JsonObject | undefined;
  const name = `${resource.id}/${meta?.versionId ?? ''}`;
  if (seen.has(name)) return false;
  seen.add(name);
  return true;
}

function nextOf(said: JsonObject, base: string, type: string): string | undefined {
  const links = (Array.isArray(said.link) ? said.link : []) as JsonObject[];
  const next = links.find(one => one?.relation === 'next');
  if (next === undefined) return undefined;
  const url = linkWithin(base, next.url);
  if (url === undefined)
    throw new FhirError('forbidden', `${type}: a page leads to another server, which is not followed.`);
  return url;
}

/** Asked for until it is known. */
function remembered<T>(find: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return () => {
    known ??= find().catch(error => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

/** https://hl7.org/fhir/smart-app-launch/conformance.html */
async function endpointOf(
  { tokenUrl, base }: RemoteEntry,
  once: (asking: Asking) => Promise<Answer | Again>,
): Promise<string> {
  if (tokenUrl !== undefined) return tokenUrl;
  const answer = await once({
    method: 'GET',
    url: '.well-known/smart-configuration',
    headers: { accept: 'application/json' },
  });
  if ('again' in answer) throw new FhirError('unavailable', answer.again);
  const what = "Its smart-configuration's token_endpoint";
  if (answer.status !== 200)
    throw new FhirError('forbidden', `${base} has no smart-configuration: ${answer.status}.`);
  return readUrl(answer.said.token_endpoint, what).href;
}
