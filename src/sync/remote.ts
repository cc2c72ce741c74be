// Another FHIR server as it is asked: through fhir-kit-client, with a token, no faster than agreed, again where it was
// not there, and never at another address than its own. What it says of an error is not passed on but for codes.
import { Client } from 'fhir-kit-client';
import { FhirError } from '../fhir/error.ts';
import type { AnyResource } from '../fhir/types.ts';
import { isOwnMachine, readUrl } from './address.ts';
import { type Again, type Answer, answerOf, faultOf, isNew, nextOf, resourcesIn } from './answer.ts';
import { createPace, type Surround, waitAfter } from './pace.ts';
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

  return { ask, pages: (type, query) => pagesOf(ask, entry.base, type, query) };
}

async function* pagesOf(
  ask: Remote['ask'],
  base: string,
  type: string,
  query: Readonly<Record<string, string>>,
): AsyncGenerator<AnyResource[]> {
  const seen = new Set<string>();
  const { _sort, ...unsorted } = query;
  let url: string | undefined = `${type}?${new URLSearchParams(query)}`;
  for (let page = 0, idle = 0; url !== undefined; page += 1) {
    let asked: Asking = { method: 'GET', url };
    let answer = (await ask(async () => asked))!;
    // Not every server sorts, and nothing hangs on it.
    if (page === 0 && answer.status === 400 && _sort !== undefined) {
      asked = { method: 'GET', url: `${type}?${new URLSearchParams(unsorted)}` };
      answer = (await ask(async () => asked))!;
    }
    if (answer.status !== 200) throw new FhirError('forbidden', `${type}: ${answer.why ?? answer.status}.`);
    const found = resourcesIn(answer.said, type).filter(one => isNew(one, seen));
    idle = found.length === 0 ? idle + 1 : 0;
    if (idle > MOST_IDLE || page >= MOST_PAGES)
      throw new FhirError('invalid-structure', `${type}: its pages have no end.`);
    yield found;
    url = nextOf(answer.said, base, type);
  }
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
  const url = readUrl(answer.said.token_endpoint, what);
  if (isOwnMachine(url) && !isOwnMachine(new URL(base)))
    throw new FhirError('forbidden', `${what} leads to this machine, which is not followed.`);
  return url.href;
}
