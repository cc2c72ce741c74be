import { expect, test } from '@jest/globals';
import type { Version } from '../../../src/store/port.ts';
import { completed } from '../../../src/store/unit/audit.ts';
import { draft } from '../../support/store.ts';

const version = (id: string, patients: readonly string[], owner = 'prog'): Version => ({
  type: 'Basic',
  id,
  version: 1,
  seq: 5,
  created: 5,
  owner,
  source: 'prog',
  writer: 'prog',
  patients,
  deleted: false,
  body: '{}',
});

test('an audit draft is completed by what was written, read and found, each once', () => {
  const [a, b, c] = [version('a', ['p']), version('b', ['p', 'q']), version('c', ['r'], 'other')] as const;
  const done = completed(draft('transaction'), [
    { kind: 'created', version: a, seq: 5 },
    { kind: 'absent' },
    { kind: 'found', page: { matches: [a, b], included: [c] } },
  ]);
  expect(done).toEqual(
    draft('transaction', {
      patients: ['p', 'q', 'r'],
      versions: ['Basic/a/1', 'Basic/b/1', 'Basic/c/1'],
      owners: ['prog', 'other'],
      owned: [0, 0, 1],
      named: [[0], [0, 1], [2]],
      read: [1, 2],
    }),
  );
});

test('a plan that brings nothing leaves the draft as it was', () => {
  const before = draft('read');
  expect(completed(before, [{ kind: 'absent' }])).toEqual(before);
});
