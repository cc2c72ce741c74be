// Stands in front of a server and ends a process at a certain request: before it is handled, after it was handled and
// before it is answered, or some time after the answer.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Kill {
  /** `METHOD path` of the request. */
  at: RegExp;
  when: 'before' | 'after' | 'answered';
  /** ms after the answer. */
  later?: number;
}

export interface KillingProxy {
  url: string;
  /** Port of the server behind it. */
  target: number;
  /** From now on, once. */
  arm(kill: Kill, child: ChildProcess): void;
  close(): Promise<void>;
}

export async function startKillingProxy(): Promise<KillingProxy> {
  let armed: { kill: Kill; child: ChildProcess } | undefined;
  const proxy: KillingProxy = {
    url: '',
    target: 0,
    arm: (kill, child) => {
      armed = { kill, child };
    },
    close: async () => {},
  };
  const handle = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const hit = armed?.kill.at.test(`${asked.method} ${asked.url}`) === true ? armed : undefined;
    if (hit !== undefined) armed = undefined;
    if (hit?.kill.when === 'before') return end(hit.child, answer);
    const passed = request({
      host: '127.0.0.1',
      port: proxy.target,
      method: asked.method,
      path: asked.url,
      headers: asked.headers,
    });
    asked.pipe(passed);
    const [got] = (await once(passed, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of got) chunks.push(chunk as Buffer);
    if (hit?.kill.when === 'after') return end(hit.child, answer);
    answer.writeHead(got.statusCode ?? 500, got.headers);
    answer.end(Buffer.concat(chunks));
    if (hit !== undefined) setTimeout(() => hit.child.kill('SIGKILL'), hit.kill.later ?? 0);
  };
  const end = (child: ChildProcess, answer: ServerResponse): void => {
    child.kill('SIGKILL');
    answer.destroy();
  };
  const server = createServer((asked, answer) => void handle(asked, answer).catch(() => answer.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxy.close = async () => {
    server.closeAllConnections();
    await new Promise<void>(resolve => server.close(() => resolve()));
  };
  return proxy;
}
