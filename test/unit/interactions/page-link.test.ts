import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Principal } from '../../../src/access/grant.ts';
import { type PageState, pageSeal } from '../../../src/interactions/page-link.ts';

const caller = (changes: Partial<Principal> = {}): Principal => ({
  client: 'ehr-app',
  organization: 'ehr',
  role: 'ehr',
  scopes: [],
  purposes: [],
  idSpace: { prefix: 'ehr-', others: [] },
  ...changes,
});
const state: PageState = {
  kind: 'search',
  type: 'Patient',
  query: 'family=Longname',
  cursor: { snapshot: 5, values: [null, 'a'], after: 3 },
};
const pages = pageSeal(randomBytes(32));

test.each([
  ['a short search', state],
  ['a long search', { ...state, query: `family=${'Longname,'.repeat(1000)}` }],
  ['a history', { kind: 'history' as const, query: { limit: 5, total: false, before: 7 } }],
])('a page link of %s opens to what was sealed', (_what, sealed) => {
  expect(pages.open(pages.seal(sealed, caller()), caller())).toEqual(sealed);
});

test('a page link shows nothing of the search, and is another one every time', () => {
  const link = pages.seal(state, caller());
  expect(link).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(Buffer.from(link, 'base64url').toString('latin1')).not.toContain('Longname');
  expect(pages.seal(state, caller())).not.toBe(link);
});

test.each([
  ['client', caller({ client: 'other-app' })],
  ['organization', caller({ organization: 'payer' })],
  ['role', caller({ role: 'payer' })],
])('a page link of another %s is refused', (_what, other) => {
  const link = pages.seal(state, caller());
  expect(() => pages.open(link, other)).toThrow(expect.objectContaining({ code: 'invalid-value' }));
});

test('a page link sealed under another key is refused', () => {
  const link = pageSeal(randomBytes(32)).seal(state, caller());
  expect(() => pages.open(link, caller())).toThrow(expect.objectContaining({ code: 'invalid-value' }));
});

test('a page link with any byte changed or cut off is refused', () => {
  const bytes = Buffer.from(pages.seal(state, caller()), 'base64url');
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ mask;
      const open = (some: Buffer) => () => pages.open(some.toString('base64url'), caller());
      expect(open(changed)).toThrow(expect.objectContaining({ code: 'invalid-value' }));
      expect(open(bytes.subarray(0, at))).toThrow(expect.objectContaining({ code: 'invalid-value' }));
    }),
  );
});

test.each(['', 'a', 'not a link', '%%%', 'Zm9v'])('%j is no page link', text => {
  expect(() => pages.open(text, caller())).toThrow(expect.objectContaining({ code: 'invalid-value' }));
});

test('a search whose link would not fit into a URL is refused when its link is made', () => {
  const query = `_id=${Array.from({ length: 3000 }, () => randomBytes(8).toString('hex')).join(',')}`;
  expect(() => pages.seal({ ...state, query }, caller())).toThrow(
    expect.objectContaining({ code: 'too-large' }),
  );
});
