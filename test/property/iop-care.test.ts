import { describe, expect, test } from '@jest/globals';
import fc, { type Arbitrary } from 'fast-check';
import { attendance } from '../../src/iop/attendance.ts';
import type { Concept, RecordEnvelope } from '../../src/iop/concept.ts';
import { goal } from '../../src/iop/goal.ts';
import { medication } from '../../src/iop/medication.ts';
import { plan } from '../../src/iop/plan.ts';
import { session } from '../../src/iop/session.ts';
import { isJudgeable, verdictOf } from '../../src/iop/specimen-validity.ts';
import { urineScreen } from '../../src/iop/urine-screen.ts';
import { resultIn } from '../../src/iop/urine-screen-codes.ts';
import { validateResource } from '../../src/validation/validate.ts';
import { attendances, goals, medications, plans, sessions, urineScreens } from '../support/care-records.ts';
import { without } from '../support/round-trip.ts';
import { resourcesOf, stripAll, throughFhir, world } from '../support/world.ts';

interface Case<R extends RecordEnvelope = RecordEnvelope> {
  concept: Concept<R>;
  records: Arbitrary<R>;
}
const cases: readonly Case[] = [
  { concept: session, records: sessions },
  { concept: attendance, records: attendances },
  { concept: plan, records: plans },
  { concept: goal, records: goals },
  { concept: medication, records: medications },
  { concept: urineScreen, records: urineScreens },
];

describe.each(cases.map(one => [one.concept.kind, one] as const))('%s', (_kind, { concept, records }) => {
  test('became FHIR and is the same record again', () => {
    fc.assert(
      fc.property(records, record => {
        expect(concept.check(record)).toEqual([]);
        expect(throughFhir(concept, record)).toEqual(record);
      }),
    );
  });

  test('makes resources of the types it says, which have the structure of R4', () => {
    fc.assert(
      fc.property(records, record => {
        for (const [role, resource] of resourcesOf(concept, record, world(record.program))) {
          expect(concept.makes).toContain(resource.resourceType);
          expect([role, validateResource(resource)]).toEqual([role, []]);
        }
      }),
    );
  });

  test('gives each resource an identifier of its own, and its first one', () => {
    fc.assert(
      fc.property(records, record => {
        const parts = [...resourcesOf(concept, record, world(record.program)).values()];
        const first = parts.map(one => {
          const [identifier] = one.identifier as { system: string; value: string }[];
          return `${one.resourceType} ${identifier?.system} ${identifier?.value}`;
        });
        expect(new Set(first).size).toBe(parts.length);
      }),
    );
  });

  test('names one person in each resource that names any', () => {
    fc.assert(
      fc.property(records, record => {
        for (const resource of resourcesOf(concept, record, world(record.program)).values()) {
          const patients = JSON.stringify(resource).match(/"Patient\/[^"]+"/g) ?? [];
          expect(patients).toHaveLength(resource.resourceType === 'Slot' ? 0 : 1);
        }
      }),
    );
  });
});

/** Fields without an R4 element of their own; everything else comes back without local extensions. */
const LOCAL_FIELDS: Readonly<Record<string, readonly string[]>> = {
  plan: ['change'],
  goal: ['recordedAt'],
  medication: ['recordedAt', 'observed'],
};

test.each(cases.filter(one => one.concept.kind in LOCAL_FIELDS).map(one => [one.concept.kind, one] as const))(
  'without local extensions a %s keeps all that R4 has elements for',
  (kind, { concept, records }) => {
    fc.assert(
      fc.property(records, record => {
        const back = throughFhir(concept, record, stripAll);
        expect(back).toEqual(without(record, LOCAL_FIELDS[kind] ?? []));
      }),
    );
  },
);

test('without local extensions a urine screen keeps all but what explains a positive and what is no negative', () => {
  fc.assert(
    fc.property(urineScreens, record => {
      const judged = isJudgeable(verdictOf(record.validity));
      const analytes = record.analytes?.map(({ expectedFrom: _, ...one }) => ({
        ...one,
        ...(one.screen && { screen: bare(one.screen, judged) }),
        ...(one.confirm && { confirm: bare(one.confirm, judged) }),
      }));
      const { recordedAt: _, analytes: __, ...rest } = record;
      const expected = JSON.parse(JSON.stringify({ ...rest, analytes }), dropEmpty);
      expect(throughFhir(urineScreen, record, stripAll)).toEqual(expected);
    }),
  );
});

const bare = (found: { result: string }, judged: boolean): object =>
  judged || found.result !== 'negative' ? found : without(found, ['result']);
const dropEmpty = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? undefined : value;

test('no Observation of a specimen that is not valid can be counted as a negative', () => {
  fc.assert(
    fc.property(urineScreens, record => {
      const judged = isJudgeable(verdictOf(record.validity)) && record.collection === 'collected';
      const parts = resourcesOf(urineScreen, record, world(record.program));
      const negatives = [...parts.values()].filter(
        one =>
          resultIn(one.valueCodeableConcept as never) === 'negative' ||
          resultIn(one.interpretation as never) === 'negative',
      );
      if (!judged) expect(negatives).toEqual([]);
    }),
  );
});
