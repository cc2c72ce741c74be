// What every test of leaks does with answers, and the queries that it makes of hidden resources.
import type { IndexValue } from '../../src/store/port/derived.ts';

const VARYING = new Set(['date', 'x-request-id', 'connection', 'keep-alive', 'transfer-encoding']);

/** The whole answer as text. Page links are sealed with fresh randomness, so only their presence counts. */
export function wholeAnswer(status: number, headers: Headers, text: string): string {
  const kept = [...headers].filter(([name]) => !VARYING.has(name) && name !== 'content-length');
  return `${status} ${JSON.stringify(kept)} ${text
    .replaceAll(/_page=[\w-]+/g, '_page=')
    .replaceAll(/"lastUpdated":"[^"]+"/g, '')
    .replaceAll(/(Last-Modified|lastModified)":"[^"]+"/gi, '')}`.replaceAll(/"last-modified","[^"]+"/g, '');
}

/** A query value that finds the resource an index value was taken from. */
export function queryFor(value: IndexValue): string | undefined {
  const code = value.key.split('.')[1]!;
  const escaped = (text: string) => encodeURIComponent(text.replaceAll(/[\\,|$]/g, found => `\\${found}`));
  switch (value.type) {
    case 'token':
      return `${code}=${value.system === '' ? '' : `${escaped(value.system)}%7C`}${escaped(value.code)}`;
    case 'string':
      return value.norm === '' ? undefined : `${code}=${escaped(value.exact.slice(0, 60))}`;
    case 'reference':
      return `${code}=${escaped(value.target)}`;
    case 'uri':
      return `${code}=${escaped(value.uri)}`;
    case 'date':
      return Math.abs(value.low) > 8e15 ? undefined : `${code}=ge${new Date(value.low).toISOString()}`;
    case 'number':
      return `${code}=${value.low}`;
    case 'quantity':
      return `${code}=${value.low}%7C${escaped(value.system)}%7C${escaped(value.code)}`;
  }
}
