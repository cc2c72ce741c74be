// What a connection may cost, broken on purpose: what comes back, and that nothing else does.

import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { get as getTls } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { LONGEST_URL, MOST_HEADERS } from '../../src/http/head.ts';
import { type Listener, listen, SERVER_LIMITS, type ServerLimits } from '../../src/http/listener.ts';
import { writeCertificate } from '../support/certificate.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let listener: Listener | undefined;
beforeAll(async () => {
  server = await startServer();
});
afterEach(async () => {
  await listener?.stop();
  listener = undefined;
});
afterAll(() => server.close());

const open = async (
  limits: Partial<ServerLimits> = {},
  app: RequestListener = server.app.http,
): Promise<number> => {
  listener = await listen(app, { host: '127.0.0.1', port: 0, limits: { ...SERVER_LIMITS, ...limits } });
  return listener.port;
};

/** Everything that comes until the other side ends the connection. */
function talk(port: number, say: (socket: Socket) => void): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', chunk => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    say(socket);
  });
}

const SECRET = 'Marlowe';
const head = (path: string, ...headers: string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n');
const open1 = (path: string) => head(path, 'Connection: close');

/** One answer, whole: its status and OperationOutcome. */
function readAnswer(text: string): { status: number; code: string; headers: string } {
  const [headers = '', body = '', ...more] = text.split('\r\n\r\n');
  expect(more).toEqual([]);
  const length = /^content-length: (\d+)$/im.exec(headers)?.[1];
  expect(Buffer.byteLength(body)).toBe(Number(length));
  const outcome = JSON.parse(body);
  expect(outcome.resourceType).toBe('OperationOutcome');
  return { status: Number(headers.split(' ')[1]), code: outcome.issue[0].code, headers };
}

const many = (count: number) => Array.from({ length: count }, (_, at) => `X-${at}: ${SECRET}`);

const BROKEN: [what: string, bytes: string, status: number, code: string][] = [
  ['what is no HTTP', `${SECRET}\r\n\r\n`, 400, 'structure'],
  ['a method that is none', `${SECRET} / HTTP/1.1\r\nHost: x\r\n\r\n`, 400, 'structure'],
  ['a header without a name', head('/health', `: ${SECRET}`), 400, 'structure'],
  ['a header with a control character', head('/health', `X-A: ${SECRET}\u0001`), 400, 'structure'],
  ['two lengths', head('/health', 'Content-Length: 1', `Content-Length: 2`), 400, 'structure'],
  [
    'a length and chunks at once',
    head('/health', 'Content-Length: 5', 'Transfer-Encoding: chunked'),
    400,
    'structure',
  ],
  ['headers that are too large', head('/health', `X-A: ${SECRET.repeat(3000)}`), 431, 'too-long'],
  ['a URL that is too large for Node', head(`/fhir/Patient?name=${SECRET.repeat(3000)}`), 431, 'too-long'],
  [
    'a URL that is too long for us',
    open1(`/fhir/Patient?name=${SECRET.repeat(1 + LONGEST_URL / SECRET.length)}`),
    414,
    'too-long',
  ],
  ['too many headers', head('/health', ...many(MOST_HEADERS), 'Connection: close'), 431, 'too-long'],
  [
    'a chunk that is none',
    `${head('/fhir/Patient', 'Transfer-Encoding: chunked').replace('GET', 'POST')}${SECRET}\r\n`,
    400,
    'structure',
  ],
];

describe('one answer, and the connection ends', () => {
  test.each(BROKEN)('%s', async (_what, bytes, status, code) => {
    const port = await open();
    const text = await talk(port, socket => socket.write(bytes));
    const answer = readAnswer(text);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(text).not.toContain(SECRET);
    expect(text).not.toMatch(/HPE_|node:|\bat /);
    expect(answer.headers).toMatch(/^content-type: application\/fhir\+json; charset=utf-8$/im);
    expect(answer.headers).toMatch(/^cache-control: no-store$/im);
    expect(answer.headers).toMatch(/^connection: close$/im);
  });
});

test('a request that names no host is refused by Node itself, without a body', async () => {
  const port = await open();
  const text = await talk(port, socket => socket.write(`GET /fhir/${SECRET} HTTP/1.1\r\n\r\n`));
  expect(text).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
  expect(text).toMatch(/connection: close/i);
  expect(text).not.toContain(SECRET);
});

describe('what is odd and yet HTTP is no fault of the server', () => {
  test.each([
    ['OPTIONS * HTTP/1.1', 'Host: x'],
    ['GET http://other.example/fhir/Patient HTTP/1.1', 'Host: x'],
    ['GET //other.example/fhir HTTP/1.1', 'Host: x'],
    ['GET /fhir/../../etc/passwd HTTP/1.1', 'Host: x'],
    ['GET /fhir/%00 HTTP/1.1', 'Host: x'],
    ['GET /?%ff#x HTTP/1.1', 'Host: x'],
    ['GET /fhir/Patient HTTP/1.0'],
    ['TRACE /fhir/Patient HTTP/1.1', 'Host: x'],
    ['GET /fhir/Patient HTTP/1.1', 'Host: x', 'Upgrade: websocket', 'Connection: upgrade, close'],
    ['POST /fhir/Patient HTTP/1.1', 'Host: x', 'Expect: something', 'Content-Length: 0'],
  ])('%s', async (...lines) => {
    const port = await open();
    const close = lines.some(line => line.startsWith('Connection')) ? [] : ['Connection: close'];
    const text = await talk(port, socket => socket.write([...lines, ...close, '', ''].join('\r\n')));
    expect(text).toMatch(/^HTTP\/1.1 (200|4\d\d) /);
  });

  test('CONNECT is no way through', async () => {
    const port = await open();
    const text = await talk(port, socket => socket.write('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'));
    expect(text).not.toMatch(/ 200 /);
  });
});

describe('what is just within the limits is served', () => {
  test.each([
    ['a long URL', open1(`/health?${'x'.repeat(LONGEST_URL - '/health?'.length)}`)],
    ['many headers', head('/health', ...many(MOST_HEADERS - 2), 'Connection: close')],
  ])('%s', async (_what, bytes) => {
    const port = await open();
    expect(await talk(port, socket => socket.write(bytes))).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  });
});

describe('who takes too long', () => {
  const QUICK = { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20 };

  test('over the headers is answered 408', async () => {
    const port = await open(QUICK);
    const text = await talk(port, socket => socket.write(`GET /${SECRET} HTTP/1.1\r\n`));
    expect(readAnswer(text)).toMatchObject({ status: 408, code: 'timeout' });
  });

  test('over the body is answered 408', async () => {
    const port = await open(QUICK);
    const token = (await server.as('program')).token;
    const headers = [`Authorization: Bearer ${token}`, 'Content-Type: application/json', 'Content-Length: 9'];
    const text = await talk(port, socket =>
      socket.write(`${head('/fhir/Patient', ...headers).replace('GET', 'POST')}{`),
    );
    expect(readAnswer(text)).toMatchObject({ status: 408, code: 'timeout' });
  });

  test('with the next request is left', async () => {
    const port = await open({ keepAliveTimeout: 50 });
    const text = await talk(port, socket => socket.write(head('/health')));
    expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*{"status":"ok"}$/);
  });

  test('with reading its answer is left', async () => {
    const port = await open({ timeout: 100 }, (_request, response) => response.write('half'));
    expect(await talk(port, socket => socket.write(head('/')))).toContain('half');
  });
});

test('what is broken after a request that is being answered gets no answer in its place', async () => {
  const port = await open({}, (_request, response) => void setTimeout(() => response.end('late'), 200));
  expect(await talk(port, socket => socket.write(`${head('/')}${SECRET}\r\n\r\n`))).toBe('');
});

test('connections over the limit are closed at once, and free again when others end', async () => {
  const port = await open({ maxConnections: 1 });
  const first = connect(port, '127.0.0.1');
  first.write(head('/health'));
  await new Promise(resolve => first.once('data', resolve));
  expect(await talk(port, socket => socket.write(head('/health')))).toBe('');
  first.destroy();
  await new Promise(resolve => first.once('close', resolve));
  let text = '';
  while (text === '') text = await talk(port, socket => socket.write(open1('/health')));
  expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n/);
});

test('a port that is in use is Node’s own error, which the command explains', async () => {
  const other = createServer();
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', () => resolve()));
  const { port } = other.address() as AddressInfo;
  await expect(listen(server.app.http, { host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  other.close();
});

describe('TLS', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'iop-tls-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const options = { host: '127.0.0.1', port: 0 };
  const handshake = (port: number, versions: object = {}): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...versions });
      socket.once('secureConnect', () => resolve(socket));
      socket.once('error', reject);
    });

  test('the certificate of the files is shown, and the application answers behind it', async () => {
    const tls = writeCertificate(folder, 'one');
    listener = await listen(server.app.http, { ...options, tls });
    const { port } = listener;
    const status = await new Promise((resolve, reject) => {
      const ca = readFileSync(tls.cert);
      getTls(
        { host: '127.0.0.1', port, path: '/health', ca, checkServerIdentity: () => undefined },
        reply => {
          reply.resume();
          resolve(reply.statusCode);
        },
      ).on('error', reject);
    });
    expect(status).toBe(200);
  });

  test('TLS 1.2 is the least', async () => {
    listener = await listen(server.app.http, { ...options, tls: writeCertificate(folder, 'two') });
    const { port } = listener;
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    await expect(handshake(port, old)).rejects.toThrow();
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      const socket = await handshake(port, { minVersion: version, maxVersion: version });
      expect(socket.getProtocol()).toBe(version);
      socket.destroy();
    }
  });

  test('new files are taken when asked; files that are no good change nothing', async () => {
    const tls = writeCertificate(folder, 'three');
    listener = await listen(server.app.http, { ...options, tls });
    const { port } = listener;
    const shown = async () => {
      const socket = await handshake(port);
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      return CN;
    };
    expect(await shown()).toBe('three');
    const next = writeCertificate(folder, 'four');
    copyFileSync(next.cert, tls.cert);
    expect(() => listener!.renewTls()).toThrow('TLS_CERT, TLS_KEY');
    expect(await shown()).toBe('three');
    copyFileSync(next.key, tls.key);
    listener.renewTls();
    expect(await shown()).toBe('four');
  });

  test.each<[string, (tls: { cert: string; key: string }) => object, string]>([
    [
      'a file that is not there',
      tls => ({ ...tls, cert: join(folder, 'none') }),
      'TLS_CERT: the file cannot',
    ],
    ['a key of another', tls => ({ ...tls, key: writeCertificate(folder, 'x').key }), 'TLS_CERT, TLS_KEY: '],
    ['what is no key', tls => ({ ...tls, key: tls.cert }), 'TLS_'],
    [
      'a key that everybody can read',
      tls => {
        chmodSync(tls.key, 0o644);
        return tls;
      },
      'TLS_KEY: everybody on this machine can read',
    ],
  ])('%s is refused by name, with nothing of its content', async (_what, change, said) => {
    const tls = change(writeCertificate(folder, 'five')) as { cert: string; key: string };
    const error = await listen(server.app.http, { ...options, tls }).catch((thrown: Error) => thrown);
    expect((error as Error).message).toContain(said);
    expect((error as Error).message).not.toContain('BEGIN');
  });
});
