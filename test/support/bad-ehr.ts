// A FHIR server that does what it is told to, wrong things too: for what may come from another server.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../src/fhir/types.ts';

export interface Asked {
  method: string;
  /** Path and query below the root. */
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Told {
  status?: number;
  headers?: Record<string, string>;
  /** Text as it is, or an object as JSON. */
  body?: string | object;
}

export interface BadEhr {
  root: string;
  /** FHIR base. */
  base: string;
  /** What it was asked below its base. */
  asked: Asked[];
  /** Answers by the start of `METHOD path`, the longest first; anything else is an empty Bundle. */
  on: Record<string, (asked: Asked, times: number) => Told>;
  close(): Promise<void>;
}

const EMPTY = { resourceType: 'Bundle', type: 'searchset' };

export const bundleOf = (resources: readonly JsonObject[], next?: string): JsonObject => ({
  ...EMPTY,
  ...(next === undefined ? {} : { link: [{ relation: 'next', url: next }] }),
  entry: resources.map(resource => ({ resource })),
});

export async function startBadEhr(): Promise<BadEhr> {
  const ehr: BadEhr = { root: '', base: '', asked: [], on: {}, close: async () => {} };
  const times = new Map<string, number>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked: Asked = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    if (asked.url.startsWith('/fhir/') && !asked.url.includes('.well-known')) ehr.asked.push(asked);
    const line = `${asked.method} ${asked.url}`;
    const [key] = Object.keys(ehr.on)
      .filter(start => line.startsWith(start))
      .sort((a, b) => b.length - a.length);
    const count = (times.get(key ?? '') ?? 0) + 1;
    times.set(key ?? '', count);
    const { status = 200, headers = {}, body = EMPTY } = key === undefined ? {} : ehr.on[key]!(asked, count);
    const type = typeof body === 'string' ? 'text/html' : 'application/fhir+json';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server: Server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ehr.root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  ehr.base = `${ehr.root}/fhir`;
  ehr.on = {
    'GET /fhir/.well-known/smart-configuration': () => ({ body: { token_endpoint: `${ehr.root}/token` } }),
    'POST /token': () => ({ body: { access_token: 'secret-token', expires_in: 300 } }),
  };
  ehr.close = async () => {
    server.closeAllConnections();
    await new Promise<void>(resolve => server.close(() => resolve()));
  };
  return ehr;
}
