import { describe, expect, test } from '@jest/globals';
import type { Predicate } from '../../../src/search/ast.ts';
import { factsOf, holdsFor } from '../../../src/store/unit/holds.ts';
import type { Row } from '../../../src/store/unit/unit.ts';
import { ownedBy, permittedTo, writtenBy } from '../../support/store.ts';

const row: Row = {
  type: 'Basic',
  id: 'a',
  version: 2,
  seq: 2,
  created: 1,
  owner: 'prog',
  source: 'ehr',
  writer: 'ehr',
  foreignFrom: undefined,
  patients: ['p'],
  deleted: false,
  body: '{}',
};

const ALL: Predicate = { kind: 'all' };
const NONE: Predicate = { kind: 'none' };
const NOBODY: Predicate = { kind: 'no-person' };
const PERSON: Predicate = { kind: 'person', patient: 'p' };
const ASK = permittedTo('ehr');
const and = (...of: Predicate[]): Predicate => ({ kind: 'and', of });
const or = (...of: Predicate[]): Predicate => ({ kind: 'or', of });

describe('a row at hand decides', () => {
  test.each<[string, Predicate, boolean | undefined, Partial<Row>?]>([
    ['what is always so', ALL, true],
    ['what is never so', NONE, false],
    ['whose record it is', ownedBy('prog'), true],
    ['whose record it is not', ownedBy('ehr'), false],
    ['that its source wrote it', writtenBy('ehr'), true],
    ['that another is not its source', writtenBy('prog'), false],
    ['that its source no longer is its only writer', writtenBy('ehr'), false, { foreignFrom: 2 }],
    ['that it was pure before it was deleted', writtenBy('ehr'), true, { foreignFrom: 2, deleted: true }],
    [
      'that it was not pure before it was deleted',
      writtenBy('ehr'),
      false,
      { foreignFrom: 2, deleted: true, version: 3 },
    ],
    ['that it names somebody', NOBODY, false],
    ['that it names nobody', NOBODY, true, { patients: [] }],
    ['whom it names', PERSON, true],
    ['whom it names beside another', PERSON, false, { patients: ['p', 'q'] }],
    ['that it names another', PERSON, false, { patients: ['q'] }],
    ['that nobody is the person', PERSON, false, { patients: [] }],
    ['nothing of what Consents say', ASK, undefined],
    ['an OR of which it knows one that holds', or(ASK, ownedBy('prog')), true],
    ['no OR of which what it knows does not hold', or(NONE, ASK), undefined],
    ['an OR of which it knows that none holds', or(NONE, ownedBy('ehr')), false],
    ['an AND of which it knows one that does not hold', and(ASK, ownedBy('ehr')), false],
    ['no AND of which what it knows holds', and(ALL, ASK), undefined],
    ['an AND of which it knows that all hold', and(ALL, ownedBy('prog')), true],
    ['an empty AND', and(), true],
    ['an empty OR', or(), false],
    ['what is nested', and(or(NONE, writtenBy('ehr')), or(ASK, ALL)), true],
  ])('%s', (_name, predicate, expected, parts = {}) => {
    expect(holdsFor(predicate, factsOf({ ...row, ...parts }))).toBe(expected);
  });
});
