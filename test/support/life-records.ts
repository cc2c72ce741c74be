// Arbitrary records of a client's life around treatment: whatever their schemas allow, brought into the relations
// that their `check` asks for.
import type { Arbitrary } from 'fast-check';
import { type AgreementRecord, agreement } from '../../src/iop/agreement.ts';
import { type BenefitRecord, benefit } from '../../src/iop/benefit.ts';
import { type RiskRecord, risk } from '../../src/iop/risk.ts';
import { INSTRUMENTS, type ScoreRecord, score } from '../../src/iop/score.ts';
import { FINDINGS, type SocialHistoryRecord, socialHistory } from '../../src/iop/social-history.ts';
import { type WorksheetRecord, worksheet } from '../../src/iop/worksheet.ts';
import { inOrder, recordArbitrary } from './record-arbitrary.ts';

export const socialHistories: Arbitrary<SocialHistoryRecord> = recordArbitrary<SocialHistoryRecord>(
  socialHistory.schema,
).map(record => {
  const possible = FINDINGS[record.aspect];
  const finding = possible.includes(record.finding) ? record.finding : possible[0]!;
  const clinician = record.by === 'clinician' ? { clinician: record.clinician ?? 'dr-a' } : {};
  return { ...record, finding, ...clinician };
});

export const worksheets: Arbitrary<WorksheetRecord> = recordArbitrary<WorksheetRecord>(worksheet.schema);

export const agreements: Arbitrary<AgreementRecord> = recordArbitrary<AgreementRecord>(agreement.schema)
  .map(inOrder)
  .map(({ signedOn, ...record }) => {
    if (record.status === 'offered' || record.status === 'refused') return record;
    const needed = record.status === 'signed' ? (signedOn ?? record.from) : signedOn;
    return needed === undefined ? record : { ...record, signedOn: needed };
  });

export const benefits: Arbitrary<BenefitRecord> = recordArbitrary<BenefitRecord>(benefit.schema)
  .map(inOrder)
  .map(({ benefits: all, ...record }) => {
    if (all === undefined) return record;
    const limited = all.map(({ limits, ...one }) => {
      if (limits === undefined) return one;
      return { ...one, limits: limits.map(({ what, allowed = 12, used }) => limitOf(what, allowed, used)) };
    });
    return { ...record, benefits: limited };
  });

type Limit = NonNullable<NonNullable<BenefitRecord['benefits']>[number]['limits']>[number];

function limitOf(what: Limit['what'], allowed: number, used: number | undefined): Limit {
  const rounded = (value: number) => (what === 'sessions' || what === 'days' ? Math.floor(value) : value);
  return { what, allowed: rounded(allowed), ...(used === undefined ? {} : { used: rounded(used) }) };
}

export const risks: Arbitrary<RiskRecord> = recordArbitrary<RiskRecord>(risk.schema).map(record => {
  const ordered = inOrder(record);
  return ordered.status === 'inactive' ? { ...ordered, until: ordered.until ?? ordered.from } : ordered;
});

export const scores: Arbitrary<ScoreRecord> = recordArbitrary<ScoreRecord>(score.schema).map(record => ({
  ...record,
  total: Math.min(record.total, INSTRUMENTS[record.instrument].most),
}));
