// Access tokens of another server: SMART Backend Services, the client's side.
// https://hl7.org/fhir/smart-app-launch/backend-services.html
import { type KeyFile, readClientKey, signAssertion } from '../access/oauth/client-key.ts';
import { demandOwnerOnly } from '../access/oauth/key-folder.ts';
import { FhirError } from '../fhir/error.ts';
import type { Clock } from '../fhir/id.ts';

/** A token is asked for anew so long before it ends, ms. */
const EARLY_MS = 30_000;
/** Where nobody says how long it is good. */
const USUAL_SECONDS = 300;
const LARGEST = 64 * 1024;

export interface TokenPlace {
  /** Our client id there. */
  client: string;
  scope: string;
  /** File of the private JWK. */
  keyFile: string;
  /** The token endpoint, known or asked for. */
  endpoint: () => Promise<string>;
  timeout: number;
  clock: Clock;
}

export interface Tokens {
  /** One that is good for a while yet. */
  get(signal: AbortSignal): Promise<string>;
  /** The one that was given is no longer taken. */
  forget(): void;
}

/**
 * `get` rejects with `unavailable` where the endpoint may be asked again later, `forbidden` where it refused: with its
 * OAuth error code and nothing else of what it said.
 */
export function createTokens(place: TokenPlace): Tokens {
  let known: { token: string; until: number } | undefined;
  return {
    get: async signal => {
      if (known === undefined || known.until <= place.clock()) known = await ask(place, signal);
      return known.token;
    },
    forget: () => {
      known = undefined;
    },
  };
}

async function ask(place: TokenPlace, signal: AbortSignal): Promise<{ token: string; until: number }> {
  const audience = await place.endpoint();
  const { privateJwk } = readOwnKey(place.keyFile);
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: place.scope,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signAssertion({ client: place.client, key: privateJwk, audience }, place.clock),
  });
  const answer = await post(audience, body, AbortSignal.any([signal, AbortSignal.timeout(place.timeout)]));
  if (answer.status >= 500 || answer.status === 429)
    throw new FhirError('unavailable', `The token endpoint answers ${answer.status}.`);
  const { access_token: token, expires_in: seconds, error } = answer.said;
  if (answer.status !== 200 || typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    const code = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? ` (${error})` : '';
    throw new FhirError('forbidden', `The token endpoint refuses us: ${answer.status}${code}.`);
  }
  const good = typeof seconds === 'number' && seconds > 0 ? seconds : USUAL_SECONDS;
  return { token, until: place.clock() + Math.max(good * 1000 - EARLY_MS, (good * 1000) / 2) };
}

function readOwnKey(path: string): KeyFile {
  try {
    demandOwnerOnly(path);
  } catch (cause) {
    const message = `Others on this machine can read or change ${path}, and may have: register another key there.`;
    throw new FhirError('forbidden', message, { cause });
  }
  return readClientKey(path);
}

/** No redirect is followed: an assertion is for the endpoint that was named and for no other. */
async function post(
  url: string,
  body: URLSearchParams,
  signal: AbortSignal,
): Promise<{ status: number; said: Record<string, unknown> }> {
  try {
    const headers = { accept: 'application/json' };
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'error', signal });
    const text = (await response.text()).slice(0, LARGEST);
    return { status: response.status, said: readObject(text) };
  } catch (cause) {
    throw new FhirError('unavailable', 'The token endpoint cannot be reached.', { cause });
  }
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
