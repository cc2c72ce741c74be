// Which Consents are told to have opened a chart, of lines that hold for who asks.
import { expect, test } from '@jest/globals';
import { opening } from '../../../src/access/notice.ts';
import type { ConsentLine } from '../../../src/store/port.ts';

const chart = { owner: 'prog', person: '1' };
const asked = { kind: 'consent' as const, actor: 'ehr', also: ['class:tpo'], purposes: ['TREAT'], at: 0 };
const line = (consent: string, rank: number, parts: Partial<ConsentLine> = {}): ConsentLine => ({
  ...chart,
  ...{ consent, rank, effect: 'permit', actor: 'ehr', purpose: 'TREAT', bound: false, shared: false },
  ...parts,
});
const deny = (rank: number, parts: Partial<ConsentLine> = {}): ConsentLine =>
  line('no', rank, { effect: 'deny', actor: '', purpose: '', ...parts });
const some = { bound: true };
const shared = { shared: true };
const ofClass = { actor: 'class:tpo' };

test.each<[string, ConsentLine[], string[], boolean?]>([
  ['the one there is', [line('a', 1)], ['a']],
  ['the highest', [line('a', 1), line('b', 2)], ['b']],
  ['several as high', [line('a', 2), line('b', 2)], ['a', 'b']],
  ['none of another chart', [line('a', 1, { person: '2' }), line('b', 1, { owner: 'other' })], []],
  ['none for another purpose', [line('a', 1, { purpose: 'HPAYMT' })], []],
  ['none where the highest is for some data alone', [line('a', 1), line('b', 2, some)], []],
  ['the highest, whatever a lower one is about', [line('a', 2), line('b', 1, some)], ['a']],
  ['none that tells of somebody else too', [line('a', 1, shared)], []],
  ['none that names a class alone', [line('a', 1, ofClass)], []],
  [
    'the one that may be read, whatever else permits',
    [line('a', 1), line('b', 2, shared), line('c', 2, ofClass)],
    ['a'],
  ],
  [
    'the one that may be read, whatever else permits of some data',
    [line('a', 1), line('b', 2, { ...shared, ...some })],
    ['a'],
  ],
  ['the one that a lower deny leaves', [line('a', 2), deny(1), deny(1, some)], ['a']],
  ['none where a deny is as high', [line('a', 1), deny(1)], []],
  [
    'the one that is left where a deny of some data did not hold, if it may be read',
    [line('a', 1), deny(2, some)],
    ['a'],
    true,
  ],
  ['none where another may have outranked that', [line('a', 1), deny(2, some), line('b', 3, shared)], []],
  ['the one where no other could have', [line('a', 1), deny(2, some), line('b', 2, shared)], ['a'], true],
])('%s', (_, lines, consents, doubtful = false) => {
  expect(opening(chart, lines, asked, 'ehr')).toEqual({ consents, doubtful });
});
