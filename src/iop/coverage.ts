// A coverage: who pays for a client's care (Coverage). Without a payer the client pays.
//
// Glossary. Payer: an outside Organization, by its logical id. Member id: the client's number with the
// payer. Rank: 1 is asked first. Sliding scale: the percentage of the full fee that a client pays, by income; of a
// grant the plan is its number and name.
import type { AnyResource, Coverage, CoverageClass, CoverageCostToBeneficiary } from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import { COVERAGE_KIND, type CoverageKind } from './codes.ts';
import { FEE } from './codes-life.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  codeIn,
  concept,
  keyOf,
  organizationKey,
  organizationReference,
  part,
  partOf,
  period,
  prune,
  recordedAtOf,
  recordedExtension,
} from './element.ts';
import { quantity } from './quantity.ts';
import { choice, date, keyOfA, line, object, organization, recordSchema, whole } from './schema.ts';
import { COVERAGE_CLASS, SUBSCRIBER_RELATIONSHIP } from './systems.ts';
import { codesOf, localCode, localConcept } from './vocabulary.ts';

/** A number and the name that goes with it. */
export interface PlanClass {
  value: string;
  name?: string;
}

export interface CoverageRecord extends RecordEnvelope {
  kind: 'coverage';
  client: string;
  status: (typeof STATUSES)[number];
  /** What kind of coverage: commercial, Medicaid, ... */
  type: CoverageKind;
  payer?: string;
  memberId?: string;
  relationship?: (typeof RELATIONSHIPS)[number];
  group?: PlanClass;
  plan?: PlanClass;
  rank?: number;
  slidingScale?: number;
  from?: string;
  until?: string;
}

const STATUSES = ['active', 'cancelled', 'draft', 'entered-in-error'] as const;
const RELATIONSHIPS = ['self', 'spouse', 'child', 'parent', 'other'] as const;

const planClass = (what: string) =>
  object(
    { value: line(`Number of the ${what}.`, 60), name: line(`Name of the ${what}.`) },
    ['value'],
    `The ${what}.`,
  );

const schema = recordSchema(
  'coverage',
  "Who pays for a client's care",
  {
    client: keyOfA('client', 'Whose care.'),
    status: choice(STATUSES, 'Where it stands.'),
    type: choice(codesOf(COVERAGE_KIND), 'Kind of coverage.'),
    payer: organization('Who pays; absent: the client.'),
    memberId: line("The client's number with the payer.", 60),
    relationship: choice(RELATIONSHIPS, 'What the client is to the subscriber.'),
    group: planClass('group'),
    plan: planClass('plan'),
    rank: whole('1 is asked first.', 1, 20),
    slidingScale: whole('Percentage of the full fee that the client pays.', 0, 100),
    from: date('First day.'),
    until: date('Last day.'),
  },
  ['client', 'status', 'type'],
);

const CLIENT_PAYS: readonly CoverageKind[] = ['self-pay', 'grant'];

function check(record: CoverageRecord): Problem[] {
  const selfPay = record.type === 'self-pay';
  return [
    ...endAfterStart(record.from, record.until, 'until'),
    ...unless(!selfPay || record.payer === undefined, 'payer', 'does not belong to self-pay'),
    ...unless(
      record.slidingScale === undefined || CLIENT_PAYS.includes(record.type),
      'slidingScale',
      'is for self-pay and grants',
    ),
    ...unless(selfPay || record.payer !== undefined, 'payer', 'is missing: only self-pay has none'),
  ];
}

const classOf = (code: string, display: string, from: PlanClass | undefined): CoverageClass[] =>
  from === undefined ? [] : [{ type: concept(COVERAGE_CLASS, code, display), ...from }];

function planClassOf(code: string, from: readonly CoverageClass[] | undefined): PlanClass | undefined {
  const found = from?.find(one => codeIn(COVERAGE_CLASS, one.type) === code);
  return found === undefined ? undefined : prune<PlanClass>({ value: found.value, name: found.name });
}

function feeOf(percent: number | undefined): CoverageCostToBeneficiary[] {
  if (percent === undefined) return [];
  return [
    { type: localConcept(FEE, 'sliding-scale'), valueQuantity: quantity({ value: percent, unit: '%' })! },
  ];
}

const slidingScaleIn = (from: readonly CoverageCostToBeneficiary[] | undefined): number | undefined =>
  from?.find(one => localCode(FEE, one.type) === 'sliding-scale')?.valueQuantity?.value;

function toFhir(record: CoverageRecord, links: Links): Part[] {
  const patient = { reference: links.to('client', record.client) };
  const { relationship, payer } = record;
  const coverage: Coverage = {
    resourceType: 'Coverage',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    status: record.status,
    type: localConcept(COVERAGE_KIND, record.type),
    subscriberId: record.memberId,
    beneficiary: patient,
    relationship: relationship === undefined ? undefined : concept(SUBSCRIBER_RELATIONSHIP, relationship),
    period: period(record.from, record.until),
    payor: [payer === undefined ? patient : organizationReference(payer)],
    class: [...classOf('group', 'Group', record.group), ...classOf('plan', 'Plan', record.plan)],
    order: record.rank,
    costToBeneficiary: feeOf(record.slidingScale),
  };
  return [part('', coverage)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): CoverageRecord {
  const coverage = partOf<Coverage>(parts);
  const relationship = codeIn(SUBSCRIBER_RELATIONSHIP, coverage.relationship);
  return prune<CoverageRecord>({
    kind: 'coverage',
    id,
    program: names.program,
    recordedAt: recordedAtOf(coverage),
    client: keyOf(names, 'client', coverage.beneficiary),
    status: coverage.status,
    type: localCode(COVERAGE_KIND, coverage.type),
    payer: coverage.payor?.map(organizationKey).find(key => key !== undefined),
    memberId: coverage.subscriberId,
    relationship: RELATIONSHIPS.find(one => one === relationship),
    group: planClassOf('group', coverage.class),
    plan: planClassOf('plan', coverage.class),
    rank: coverage.order,
    slidingScale: slidingScaleIn(coverage.costToBeneficiary),
    from: coverage.period?.start,
    until: coverage.period?.end,
  });
}

export const coverage: Concept<CoverageRecord> = {
  kind: 'coverage',
  title: "Who pays for a client's care",
  schema,
  makes: ['Coverage'],
  check,
  toFhir,
  fromFhir,
};
