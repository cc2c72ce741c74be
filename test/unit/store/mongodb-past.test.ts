// What is asked of versions of the past: nothing is looked up where the version itself decides.
import { describe, expect, test } from '@jest/globals';
import type { Predicate } from '../../../src/search/ast.ts';
import { type Consents, consentKey } from '../../../src/store/mongodb/consents.ts';
import {
  alternativesOf,
  type PastQuestion,
  pastStages,
  possibleIn,
  roughPast,
} from '../../../src/store/mongodb/past.ts';
import { ownedBy, permittedTo, writtenBy } from '../../support/store.ts';

const own = ownedBy('me');
const source = writtenBy('me');
const consent = permittedTo('me') as Extract<Predicate, { kind: 'consent' }>;
const nobody: Predicate = { kind: 'no-person' };
const person: Predicate = { kind: 'person', patient: 'p1' };
const names: Predicate = { kind: 'names', actor: 'me' };
const or = (...of: Predicate[]): Predicate => ({ kind: 'or', of });
const and = (...of: Predicate[]): Predicate => ({ kind: 'and', of });

const few: Consents = new Map([
  [consentKey(consent), { persons: new Map([['prog', ['p1']]]), bound: new Map() }],
]);
const many: Consents = new Map([[consentKey(consent), undefined]]);

const question = (predicate: Predicate, parts: Partial<PastQuestion> = {}): PastQuestion => ({
  type: 'Consent',
  alternatives: alternativesOf(predicate),
  consents: few,
  settled: false,
  ...parts,
});
const lookedUp = (asked: PastQuestion): string[] =>
  pastStages(asked).flatMap(stage =>
    stage.$lookup === undefined ? [] : [`${stage.$lookup.from} as ${stage.$lookup.as}`],
  );

describe('a predicate as alternatives', () => {
  const table: [Predicate, Predicate[][]][] = [
    [{ kind: 'none' }, []],
    [own, [[own]]],
    [or(own, source), [[own], [source]]],
    [and(consent, names), [[consent, names]]],
    [
      and(or(own, source), names),
      [
        [own, names],
        [source, names],
      ],
    ],
    [and(), [[]]],
    [and(own, { kind: 'none' }), []],
  ];
  test.each(table)('%j', (predicate, expected) => {
    expect(alternativesOf(predicate)).toEqual(expected);
  });
});

describe('looked up for a version', () => {
  const table: [string, PastQuestion, string[]][] = [
    ['nothing for owner and source', question(or(own, source)), []],
    ['what the resource is now, for people it names', question(or(own, consent)), ['resource as now1']],
    ['what the resource is now, for the person it names', question(person), ['resource as now0']],
    ['nothing once that is known', question(or(own, consent), { settled: true }), []],
    [
      'the rules about its own people too, where they are many',
      question(or(own, consent), { consents: many }),
      ['resource as now1', 'history as was1'],
    ],
    [
      'those alone once the rest is known',
      question(consent, { consents: many, settled: true }),
      ['history as was0'],
    ],
  ];
  test.each(table)('%s', (_what, asked, expected) => {
    expect(lookedUp(asked)).toEqual(expected);
  });
});

test('a tombstone in the past answers no question about what it said', () => {
  expect(JSON.stringify(roughPast(question(names)))).toContain('{"deleted":false}');
  expect(JSON.stringify(roughPast(question(or(own, source, consent, nobody, person))))).not.toContain(
    '{"deleted":false}',
  );
});

test('alternatives are asked only in partitions where they can hold', () => {
  const all = alternativesOf(or(own, source, consent, nobody));
  const [byOwner, bySource, byConsent, byNobody] = all;
  expect(possibleIn(['me'], all, few)).toEqual([byOwner, bySource]);
  expect(possibleIn(['prog'], all, few)).toEqual([bySource, byConsent]);
  expect(possibleIn([''], all, few)).toEqual([byOwner, bySource, byNobody]);
  expect(possibleIn(['elsewhere'], all, many)).toEqual([bySource, byConsent]);
  expect(possibleIn('others', all, few)).toEqual(all);
});
