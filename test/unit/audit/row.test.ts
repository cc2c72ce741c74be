import { describe, expect, test } from '@jest/globals';
import { keysOf, keysOfText, type SeenVersion, seenIn } from '../../../src/audit/row.ts';
import { RECORD_KIND } from '../../../src/fhir/counselling-note.ts';
import { draft } from '../../support/store.ts';

const version = (id: string, owner: string, ...patients: string[]): SeenVersion => ({
  type: 'Basic',
  id,
  version: 2,
  owner,
  patients,
  body: '{}',
});
const note = (body: string): SeenVersion => ({ ...version('n', 'p', 'x'), type: 'ClinicalImpression', body });

describe('what a row says of versions', () => {
  test.each<[string, SeenVersion[], object]>([
    ['none', [], { patients: [], versions: [] }],
    ['one', [version('a', 'p', 'x', 'y')], { patients: ['x', 'y'], versions: ['Basic/a/2'], owners: ['p'] }],
    [
      'several that name the same person, of one owner',
      [version('a', 'p', 'x'), version('b', 'p', 'x')],
      { patients: ['x'], versions: ['Basic/a/2', 'Basic/b/2'], owners: ['p'] },
    ],
    [
      'one that names nobody beside one that does',
      [version('a', 'p', 'x'), version('b', 'p')],
      { patients: ['x'], versions: ['Basic/a/2', 'Basic/b/2'], owners: ['p'], named: [[0], []] },
    ],
    [
      'different owners',
      [version('a', 'p', 'x'), version('b', 'q', 'x')],
      { patients: ['x'], versions: ['Basic/a/2', 'Basic/b/2'], owners: ['p', 'q'], owned: [0, 1] },
    ],
    [
      'counselling notes, and what is gone and may have been one',
      [version('a', 'p', 'x'), note(RECORD_KIND.url), { ...note(''), id: 'm' }, { ...note('{}'), id: 'o' }],
      {
        ...{ patients: ['x'], owners: ['p'], notes: [1, 2] },
        versions: ['Basic/a/2', 'ClinicalImpression/n/2', 'ClinicalImpression/m/2', 'ClinicalImpression/o/2'],
      },
    ],
    [
      'a note alone',
      [note(RECORD_KIND.url)],
      { patients: ['x'], versions: ['ClinicalImpression/n/2'], owners: ['p'], notes: [0] },
    ],
    [
      'the same twice',
      [version('a', 'p', 'x'), version('a', 'p', 'x')],
      { patients: ['x'], versions: ['Basic/a/2'], owners: ['p'] },
    ],
  ])('%s', (_what, versions, expected) => {
    expect(seenIn(versions)).toEqual(expected);
  });
});

test('a row is found by its people, its Organizations and its client, each once', () => {
  const row = draft('read', {
    client: 'c',
    organization: 'o',
    owners: ['o', 'p'],
    patients: ['x', '?', 'x'],
  });
  const keys = ['Patient/x', 'Organization/o', 'Organization/p', 'client c'];
  expect(keysOf(row)).toEqual(keys);
  expect(keysOfText(JSON.stringify(row))).toEqual(keys);
  expect(keysOfText('spoilt')).toEqual([]);
  expect(keysOf(draft('request', { client: '', organization: '' }))).toEqual([]);
});
