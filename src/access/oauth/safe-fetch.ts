// Fetches a document from an address that somebody else chose. A server that fetches what it is told to can be
// sent into its own network: so only https, only public addresses, nothing is followed, and all has its limit.
import { lookup } from 'node:dns/promises';
import { type ClientRequest, get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from './address.ts';

/** Resolves to what the JSON there says; rejects for everything else. */
export type FetchJson = (url: string) => Promise<unknown>;

export interface FetchOptions {
  /** Own loopback addresses too, and there http: for a server that itself listens on loopback only. */
  loopback: boolean;
  /** ms for all of it. */
  timeout?: number;
  /** Every address of a name; the system's answer unless told. */
  resolve?: (host: string) => Promise<readonly Address[]>;
}

interface Address {
  address: string;
  family: number;
}

const TIMEOUT = 5000;
/** Bytes. */
const LARGEST = 256 * 1024;

export function createFetchJson({
  loopback,
  timeout = TIMEOUT,
  resolve = host => lookup(host, { all: true }),
}: FetchOptions): FetchJson {
  return async text => {
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error('Only https is fetched.');
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const family = isIP(host);
    const signal = AbortSignal.timeout(timeout);
    const addresses = family === 0 ? await before(signal, resolve(host)) : [{ address: host, family }];
    const address = checkedAddress(url, addresses, loopback);
    return JSON.parse(await download(url, address, signal));
  };
}

/** What comes too late is not waited for. */
function before<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  return new Promise((done, fail) => {
    signal.addEventListener('abort', () => fail(new Error('It took too long.')), { once: true });
    answer.then(done, fail);
  });
}

/** Every address a name has must be fine, since any of them may be used; the one that is returned is. */
function checkedAddress(url: URL, addresses: readonly Address[], loopback: boolean): Address {
  const [first] = addresses;
  if (first === undefined) throw new Error('The name has no address.');
  if (loopback && addresses.every(one => isLoopbackAddress(one.address))) return first;
  if (url.protocol !== 'https:') throw new Error('Only https is fetched.');
  if (addresses.every(one => isPublicAddress(one.address))) return first;
  throw new Error('The address is not a public one.');
}

async function download(url: URL, { address, family }: Address, signal: AbortSignal): Promise<string> {
  // The name is resolved no second time: what was checked is what is connected to.
  const checked: LookupFunction = (_host, options, answer) => {
    if (options.all === true) answer(null, [{ address, family }]);
    else answer(null, address, family);
  };
  const get = url.protocol === 'https:' ? getHttps : getHttp;
  const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
  const response = await answered(get(url, { lookup: checked, signal, agent: false, headers }));
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error('It was not answered with 200; nothing is followed.');
  }
  return textOf(response);
}

function answered(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((done, fail) => {
    request.on('response', done);
    request.on('error', fail);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST) throw new Error('It is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
