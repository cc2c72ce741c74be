// How clients come, get on and leave, and their life around it: whatever the schema of a kind allows goes to FHIR and comes back the
// same.
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc, { type Arbitrary } from 'fast-check';
import { agreement } from '../../src/iop/agreement.ts';
import { assessment } from '../../src/iop/assessment.ts';
import { benefit } from '../../src/iop/benefit.ts';
import { checkIn } from '../../src/iop/check-in.ts';
import type { Concept, RecordEnvelope } from '../../src/iop/concept.ts';
import { discharge } from '../../src/iop/discharge.ts';
import { enquiry } from '../../src/iop/enquiry.ts';
import { familyMember } from '../../src/iop/family-member.ts';
import { homePractice } from '../../src/iop/home-practice.ts';
import { letter } from '../../src/iop/letter.ts';
import { referral } from '../../src/iop/referral.ts';
import { risk } from '../../src/iop/risk.ts';
import { score } from '../../src/iop/score.ts';
import { slip } from '../../src/iop/slip.ts';
import { socialHistory } from '../../src/iop/social-history.ts';
import { task } from '../../src/iop/task.ts';
import { worksheet } from '../../src/iop/worksheet.ts';
import { extract } from '../../src/search/extract.ts';
import { validateResource } from '../../src/validation/validate.ts';
import { agreements, benefits, risks, scores, socialHistories, worksheets } from '../support/life-records.ts';
import { PROGRAM, without } from '../support/round-trip.ts';
import {
  assessments,
  checkIns,
  discharges,
  enquiries,
  familyMembers,
  homePractices,
  letters,
  referrals,
  slips,
  tasks,
} from '../support/stay-records.ts';
import { resourcesOf, stripAll, throughFhir, world } from '../support/world.ts';

interface Case<R extends RecordEnvelope = RecordEnvelope> {
  concept: Concept<R>;
  records: Arbitrary<R>;
  /** Fields that R4 has no element for: they are lost with the local extensions. */
  local: readonly string[];
}

const CASES: readonly Case[] = [
  { concept: familyMember, records: familyMembers, local: ['recordedAt'] },
  { concept: enquiry, records: enquiries, local: ['recordedAt'] },
  { concept: referral, records: referrals, local: ['recordedAt', 'part2Records'] },
  { concept: assessment, records: assessments, local: ['recordedAt'] },
  { concept: checkIn, records: checkIns, local: [] },
  { concept: slip, records: slips, local: [] },
  { concept: discharge, records: discharges, local: ['recordedAt'] },
  { concept: letter, records: letters, local: ['recordedAt'] },
  { concept: task, records: tasks, local: ['recordedAt'] },
  { concept: homePractice, records: homePractices, local: [] },
  { concept: score, records: scores, local: [] },
  { concept: socialHistory, records: socialHistories, local: [] },
  { concept: worksheet, records: worksheets, local: ['recordedAt'] },
  { concept: agreement, records: agreements, local: ['recordedAt'] },
  { concept: benefit, records: benefits, local: ['recordedAt'] },
  { concept: risk, records: risks, local: ['recordedAt'] },
];

const ajv = new Ajv({ allErrors: true });
addFormats.default(ajv);

describe.each(CASES.map(one => [one.concept.kind, one] as const))(
  'a %s record',
  (_kind, { concept, records, local }) => {
    const fits = ajv.compile(concept.schema);

    test('becomes FHIR and is the same record again', () => {
      fc.assert(
        fc.property(records, record => {
          expect([fits(record), concept.check(record)]).toEqual([true, []]);
          expect(throughFhir(concept, record)).toEqual(record);
        }),
      );
    });

    test('keeps what R4 has an element for when local extensions are removed', () => {
      fc.assert(
        fc.property(records, record => {
          expect(throughFhir(concept, record, stripAll)).toEqual(without(record, local));
        }),
      );
    });

    test('makes valid R4 of the types it says, each with an identifier of its own, about its client alone', () => {
      fc.assert(
        fc.property(records, record => {
          const parts = [...resourcesOf(concept, record, world(record.program)).values()];
          for (const resource of parts) {
            expect(concept.makes).toContain(resource.resourceType);
            expect(validateResource(resource)).toEqual([]);
            expect(resource).not.toHaveProperty('id');
            // One, and never somebody unknown.
            expect(extract({ ...resource, id: 'x' }).patients).toEqual([expect.stringMatching(/^x\d+$/)]);
          }
          const first = parts.map(one => JSON.stringify([one.resourceType, one.identifier]));
          expect(new Set(first).size).toBe(parts.length);
        }),
      );
    });

    test('refuses a field that is not in its schema', () => {
      const [one] = fc.sample(records, { numRuns: 1, seed: 1 });
      expect(fits({ ...one, favouriteColour: 'blue' })).toBe(false);
    });

    test('never throws on resources that say nothing', () => {
      const empty = concept.fromFhir(new Map(), { program: PROGRAM, of: () => undefined }, 'x');
      expect(empty).toEqual({ kind: concept.kind, id: 'x', program: PROGRAM });
    });
  },
);
