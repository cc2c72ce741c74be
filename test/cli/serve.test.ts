// `serve` towards the network.
import { copyFileSync } from 'node:fs';
import { get } from 'node:https';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeCertificate } from '../support/certificate.ts';
import { launch, type Running, runCommand, workplace } from '../support/process.ts';

const READY = /listens at (\S+)\n/;
let place: ReturnType<typeof workplace>;
let server: Running | undefined;
beforeEach(() => {
  place = workplace();
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  place.remove();
});
const start = async (environment: Record<string, string>): Promise<string> => {
  server = launch(['serve'], { ...place.environment, ...environment });
  return READY.exec(await server.until(READY))![1]!;
};

test.each<[Record<string, string>, number]>([
  [{ HOST: '127.0.0.1' }, 0],
  [{ HOST: '0.0.0.0' }, 1],
  [{ HOST: '0.0.0.0', TRUST_PROXY: '1' }, 0],
])('with %j it warns %i times that everything goes in clear, and serves', async (environment, times) => {
  const { port } = new URL(await start(environment));
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  const { code, error } = await server!.stop();
  expect(code).toBe(0);
  expect(error.split('\n').filter(line => line !== '')).toHaveLength(times);
  expect(error.startsWith('Warning: HOST is not loopback')).toBe(times === 1);
});

/** `CN` of the certificate that is shown. */
const shown = (port: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.on('error', reject);
  });

test('with a certificate it speaks https under an https URL, and SIGHUP takes a new one', async () => {
  const tls = writeCertificate(place.folder, 'one');
  const url = await start({ HOST: '0.0.0.0', TLS_CERT: tls.cert, TLS_KEY: tls.key });
  const { protocol, port } = new URL(url);
  expect(protocol).toBe('https:');
  const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/health', rejectUnauthorized: false }, reply => {
      reply.resume();
      resolve(reply.headers);
    }).on('error', reject);
  });
  expect(headers['strict-transport-security']).toMatch(/^max-age=/);
  expect(await shown(port)).toBe('one');
  const next = writeCertificate(place.folder, 'two');
  copyFileSync(next.cert, tls.cert);
  copyFileSync(next.key, tls.key);
  server!.child.kill('SIGHUP');
  await server!.until('TLS_CERT and TLS_KEY were read again.');
  expect(await shown(port)).toBe('two');
  expect(server!.error()).toBe('');
});

test.each([
  ['thrown', `setTimeout(() => JSON.parse('{"Marlowe'))`],
  ['a promise that nobody waits for', `Promise.reject(new Error('Marlowe'))`],
])('a bug that nobody caught (%s) ends it without a word of what it met', async (_how, bug) => {
  const script = `
    import { endOnBug } from './src/cli/bug.ts';
    import { createLog } from './src/observe/log.ts';
    endOnBug({ log: createLog('error') });
    ${bug}`;
  const node = [process.execPath, '--no-warnings', '--input-type=module', '-e'];
  const { code, out, error } = await launch([script], {}, node).finished;
  expect([code, error]).toEqual([1, '']);
  expect(JSON.parse(out)).toMatchObject({ msg: 'ended by a bug', err: { type: expect.any(String) } });
  expect(out).not.toContain('Marlowe');
});

test('a certificate that is not there is named, and nothing is served', async () => {
  const { code, out, error } = await runCommand(['serve'], {
    ...place.environment,
    TLS_CERT: `${place.folder}/none`,
    TLS_KEY: `${place.folder}/none`,
  });
  expect([code, out, error]).toEqual([1, '', 'TLS_CERT: the file cannot be read.\n']);
});
