import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ScoreRecord, score } from '../../../src/iop/score.ts';
import { validateResource } from '../../../src/validation/validate.ts';
import { recordArbitrary } from '../../support/record-arbitrary.ts';
import { links, PROGRAM, roundTrip, roundTripBare } from '../../support/round-trip.ts';

const records = recordArbitrary<ScoreRecord>(score.schema).filter(record => score.check(record).length === 0);
const phq = {
  kind: 'score',
  id: 's-1',
  program: PROGRAM,
  client: 'c-1',
  instrument: 'phq-9',
  total: 14,
  at: '2026-09-01T18:00:00-04:00',
} as const;

describe('a questionnaire score', () => {
  test('became FHIR and is the same record again, also without local extensions', () => {
    fc.assert(
      fc.property(records, record => {
        expect(roundTrip(score, record)).toEqual(record);
        expect(roundTripBare(score, record)).toEqual(record);
        for (const { resource } of score.toFhir(record, links))
          expect(validateResource(resource)).toEqual([]);
      }),
    );
  });

  test('is a survey Observation with the LOINC code of the total and a value to search by', () => {
    expect(score.toFhir(phq, links)[0]!.resource).toMatchObject({
      category: [{ coding: [{ code: 'survey' }] }],
      code: { coding: [{ system: 'http://loinc.org', code: '44261-6' }] },
      valueQuantity: { value: 14, code: '{score}' },
    });
  });

  test('is no more than its instrument can give', () => {
    expect(score.check({ ...phq, total: 27 })).toEqual([]);
    expect(score.check({ ...phq, total: 28 })).toEqual([
      { path: 'total', message: 'is more than phq-9 can give (27)' },
    ]);
  });
});
