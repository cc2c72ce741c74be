import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createFetchJson } from '../../../../src/access/oauth/safe-fetch.ts';
import { type OwnServer, serveHttp } from '../../../support/http-servers.ts';

let server: OwnServer;
let asked: string[] = [];
beforeAll(async () => {
  server = await serveHttp((request, response) => {
    asked.push(request.url!);
    switch (request.url) {
      case '/redirect':
        response.writeHead(302, { location: '/fine' }).end();
        break;
      case '/stalls':
        response.writeHead(200).write('{"a":');
        break;
      case '/silent':
        break;
      case '/huge': {
        const chunk = `"${'x'.repeat(64 * 1024)}",`;
        response.writeHead(200).write('[');
        const more = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', more).on('error', () => {});
        more();
        break;
      }
      case '/text':
        response.writeHead(200).end('no json');
        break;
      case '/missing':
        response.writeHead(404).end('{}');
        break;
      default:
        response.writeHead(200).end('{"keys":[]}');
    }
  });
});
afterAll(() => server.close());

const here = createFetchJson({ loopback: true, timeout: 300 });

test('a server on loopback fetches from its own loopback', async () => {
  expect(await here(`${server.url}/fine`)).toEqual({ keys: [] });
});

test.each(['/redirect', '/stalls', '/silent', '/huge', '/text', '/missing'])(
  'what is answered at %s is refused, and nothing is followed',
  async path => {
    asked = [];
    await expect(here(server.url + path)).rejects.toThrow();
    expect(asked).toEqual([path]);
  },
);

describe('a server that others reach', () => {
  const out = createFetchJson({ loopback: false, timeout: 300 });

  test.each([
    ['http://', ''],
    ['http://localhost', ''],
    ['https://127.0.0.1', ''],
    ['https://localhost', ''],
    ['https://[::1]', ''],
    ['https://[::ffff:127.0.0.1]', ''],
    ['https://2130706433', ''],
    ['https://0x7f.1', ''],
  ])('fetches nothing from itself: %s', async start => {
    asked = [];
    const url = start === 'http://' ? server.url : `${start}:${server.port}`;
    await expect(out(`${url}/fine`)).rejects.toThrow(/public|https/);
    expect(asked).toEqual([]);
  });

  test.each([
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[fd00::1]/',
    'ftp://8.8.8.8/',
  ])('nor from its network: %s', async url => {
    await expect(out(url)).rejects.toThrow(/public|https/);
  });
});

describe('a name', () => {
  const named = (loopback: boolean, ...addresses: string[]) => {
    const resolved: string[] = [];
    const fetchJson = createFetchJson({
      loopback,
      timeout: 300,
      resolve: async host => {
        resolved.push(host);
        return addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }));
      },
    });
    return { fetchJson, resolved };
  };

  test('is resolved once, and what was checked is what is connected to', async () => {
    const { fetchJson, resolved } = named(true, '127.0.0.1');
    expect(await fetchJson(`http://keys.example:${server.port}/fine`)).toEqual({ keys: [] });
    expect(resolved).toEqual(['keys.example']);
  });

  test.each([
    [false, ['8.8.8.8', '127.0.0.1']],
    [false, ['8.8.8.8', '10.0.0.1']],
    [false, ['::ffff:10.0.0.1']],
    [true, ['127.0.0.1', '10.0.0.1']],
    [true, ['10.0.0.1']],
    [false, []],
  ] as [boolean, string[]][])(
    'of which any address is internal is refused (%j, %j)',
    async (loopback, addresses) => {
      const { fetchJson } = named(loopback, ...addresses);
      await expect(fetchJson('https://keys.example/fine')).rejects.toThrow(/address/);
    },
  );

  test('that is never resolved is not waited for', async () => {
    const fetchJson = createFetchJson({ loopback: true, timeout: 50, resolve: () => new Promise(() => {}) });
    await expect(fetchJson('https://keys.example/')).rejects.toThrow(/too long/);
  });

  test('is fetched by http from loopback alone', async () => {
    await expect(named(true, '8.8.8.8').fetchJson('http://keys.example/')).rejects.toThrow(/https/);
    await expect(named(false, '127.0.0.1').fetchJson('http://keys.example/')).rejects.toThrow(/https/);
  });
});
