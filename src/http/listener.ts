// The socket side of the server: what a connection may cost before the application sees a request of it.
import { readFileSync, statSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import { refuseBrokenRequests } from './broken-request.ts';

/** Milliseconds and counts, as Node names them. */
export interface ServerLimits {
  /** Bytes of request line and headers. */
  maxHeaderSize: number;
  headersTimeout: number;
  /** For a whole request to arrive. */
  requestTimeout: number;
  /** Without a request. Longer than proxies keep theirs, so that none is closed just as they use it. */
  keepAliveTimeout: number;
  /** Without a byte in either direction: a caller that does not read its answer. */
  timeout: number;
  connectionsCheckingInterval: number;
  /** More are closed at once. */
  maxConnections: number;
  /** Of TLS. */
  handshakeTimeout: number;
}

export const SERVER_LIMITS: ServerLimits = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 120_000,
  keepAliveTimeout: 65_000,
  timeout: 600_000,
  connectionsCheckingInterval: 2_000,
  maxConnections: 4_096,
  handshakeTimeout: 10_000,
};

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface ListenerOptions {
  port: number;
  host: string;
  tls?: TlsFiles | undefined;
  limits?: ServerLimits;
}

export interface Listener {
  readonly port: number;
  /** Reads the TLS files again, for connections to come. Throws where they are no good, and keeps the old. */
  renewTls(): void;
  /** Lets running requests end. */
  stop(): Promise<void>;
}

/** Throws an Error that names a TLS file and never its content, or Node's own where the port cannot be had. */
export async function listen(app: RequestListener, options: ListenerOptions): Promise<Listener> {
  const { port, host, tls, limits = SERVER_LIMITS } = options;
  const server = makeServer(app, limits, tls);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    renewTls: () => {
      if (tls !== undefined && server instanceof TlsServer) server.setSecureContext(readTls(tls));
    },
    stop: () => drained(server),
  };
}

function makeServer(app: RequestListener, limits: ServerLimits, tls: TlsFiles | undefined): Server {
  const { maxConnections, timeout, handshakeTimeout, ...options } = limits;
  const server =
    tls === undefined
      ? createServer(options, app)
      : createTlsServer({ ...options, handshakeTimeout, ...readTls(tls) }, app);
  // head.ts counts: Node would drop what is too many.
  server.maxHeadersCount = 0;
  server.maxConnections = maxConnections;
  server.timeout = timeout;
  refuseBrokenRequests(server);
  return server;
}

function readTls({ cert, key }: TlsFiles) {
  const read = (name: string, path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new Error(`${name}: the file cannot be read.`, { cause: error });
    }
  };
  const files = { cert: read('TLS_CERT', cert), key: read('TLS_KEY', key) };
  // A group may be given the key (ssl-cert); everybody on the machine may not.
  if ((statSync(key).mode & 0o007) !== 0)
    throw new Error('TLS_KEY: everybody on this machine can read the file. Take that away: chmod o= FILE.');
  try {
    createSecureContext(files);
  } catch (error) {
    throw new Error('TLS_CERT, TLS_KEY: these are not a certificate and its key, in PEM.', { cause: error });
  }
  return { ...files, minVersion: 'TLSv1.2' } as const;
}

/** Longest wait for requests that run when the server is asked to stop. */
const DRAIN = 10_000;

function drained(server: Server): Promise<void> {
  return new Promise(resolve => {
    const late = setTimeout(() => server.closeAllConnections(), DRAIN);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}
