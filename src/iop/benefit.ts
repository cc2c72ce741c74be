// Benefits: what a payer answered when it was asked what a client's coverage pays for (CoverageEligibilityResponse).
// What was authorized for a stay, and what was claimed, is no part of it.
//
// Glossary. In force: the coverage holds. Limits: what of a benefit is limited, and how much of that is used; of
// sessions and days a number, else US dollars. Authorization: the payer wants to be asked before.
import type {
  AnyResource,
  CoverageEligibilityResponse,
  CoverageEligibilityResponseInsuranceItem,
  CoverageEligibilityResponseInsuranceItemBenefit,
  Money,
} from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import { BENEFIT_CATEGORY, BENEFIT_LIMIT } from './codes-life.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
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
import {
  choice,
  date,
  decimal,
  flag,
  instant,
  keyOfA,
  line,
  list,
  object,
  organization,
  recordSchema,
} from './schema.ts';
import { type CodeOf, codesOf, localCode, localConcept } from './vocabulary.ts';

type Limited = CodeOf<typeof BENEFIT_LIMIT>;

export interface BenefitLimit {
  what: Limited;
  allowed?: number;
  used?: number;
}

export interface Benefit {
  category: CodeOf<typeof BENEFIT_CATEGORY>;
  /** Not paid for at all. */
  excluded?: boolean;
  authorization?: boolean;
  limits?: BenefitLimit[];
}

export interface BenefitRecord extends RecordEnvelope {
  kind: 'benefit';
  client: string;
  coverage: string;
  /** Who answered. */
  payer: string;
  /** When it answered. */
  at: string;
  outcome: (typeof OUTCOMES)[number];
  inForce?: boolean;
  from?: string;
  until?: string;
  /** The payer's number of its answer. */
  answer?: string;
  benefits?: Benefit[];
}

/** http://hl7.org/fhir/R4/valueset-remittance-outcome.html */
const OUTCOMES = ['queued', 'complete', 'error', 'partial'] as const;
const REQUEST = 'request';
const COUNTED: readonly Limited[] = ['sessions', 'days'];
const MOST = 1_000_000;

const schema = recordSchema(
  'benefit',
  "What a client's coverage pays for",
  {
    client: keyOfA('client', 'Whose care.'),
    coverage: keyOfA('coverage', 'Of which coverage.'),
    payer: organization('Who answered.'),
    at: instant('When it answered.'),
    outcome: choice(OUTCOMES, 'What kind of answer it is.'),
    inForce: flag('The coverage holds.'),
    from: date('First day of the benefits.'),
    until: date('Last day of the benefits.'),
    answer: line("The payer's number of its answer.", 60),
    benefits: list(
      object(
        {
          category: choice(codesOf(BENEFIT_CATEGORY), 'What was asked about.'),
          excluded: flag('It is not paid for.'),
          authorization: flag('The payer wants to be asked before.'),
          limits: list(
            object(
              {
                what: choice(codesOf(BENEFIT_LIMIT), 'What is limited.'),
                allowed: decimal('How much there is: a number, or US dollars.', 0, MOST),
                used: decimal('How much of that is used.', 0, MOST),
              },
              ['what'],
            ),
            'What is limited.',
            10,
          ),
        },
        ['category'],
      ),
      'What is paid for.',
      20,
    ),
  },
  ['client', 'coverage', 'payer', 'at', 'outcome'],
);

const isWhole = (value: number | undefined): boolean => value === undefined || Number.isInteger(value);

function check({ from, until, benefits = [] }: BenefitRecord): Problem[] {
  const limits = benefits.flatMap(({ limits: all = [] }, index) =>
    all.flatMap(({ what, allowed, used }, at) => {
      const path = `benefits[${index}].limits[${at}]`;
      const counted = COUNTED.includes(what);
      return [
        ...unless(
          allowed !== undefined || used !== undefined,
          path,
          'says neither how much nor how much is used',
        ),
        ...unless(!counted || isWhole(allowed), `${path}.allowed`, `is no number of ${what}`),
        ...unless(!counted || isWhole(used), `${path}.used`, `is no number of ${what}`),
      ];
    }),
  );
  return [...endAfterStart(from, until, 'until'), ...limits];
}

const dollars = (value: number | undefined): Money | undefined =>
  value === undefined ? undefined : { value, currency: 'USD' };

function limitOf({ what, allowed, used }: BenefitLimit): CoverageEligibilityResponseInsuranceItemBenefit {
  const type = localConcept(BENEFIT_LIMIT, what);
  if (COUNTED.includes(what)) return { type, allowedUnsignedInt: allowed, usedUnsignedInt: used };
  return { type, allowedMoney: dollars(allowed), usedMoney: dollars(used) };
}

const itemOf = (one: Benefit): CoverageEligibilityResponseInsuranceItem => ({
  category: localConcept(BENEFIT_CATEGORY, one.category),
  excluded: one.excluded,
  benefit: one.limits?.map(limitOf),
  authorizationRequired: one.authorization,
});

function toFhir(record: BenefitRecord, links: Links): Part[] {
  const response: CoverageEligibilityResponse = {
    resourceType: 'CoverageEligibilityResponse',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    status: 'active',
    purpose: ['benefits'],
    patient: { reference: links.to('client', record.client) },
    created: record.at,
    requestor: organizationReference(record.program),
    // Asked by telephone or on the payer's site: the request has a number and is kept nowhere.
    request: { type: 'CoverageEligibilityRequest', identifier: businessIdentifier(record, REQUEST) },
    outcome: record.outcome,
    insurer: organizationReference(record.payer),
    insurance: [
      {
        coverage: { reference: links.to('coverage', record.coverage) },
        inforce: record.inForce,
        benefitPeriod: period(record.from, record.until),
        item: record.benefits?.map(itemOf),
      },
    ],
    preAuthRef: record.answer,
  };
  return [part('', response)];
}

function limitIn(from: CoverageEligibilityResponseInsuranceItemBenefit): BenefitLimit {
  return prune<BenefitLimit>({
    what: localCode(BENEFIT_LIMIT, from.type) as Limited,
    allowed: from.allowedUnsignedInt ?? from.allowedMoney?.value,
    used: from.usedUnsignedInt ?? from.usedMoney?.value,
  });
}

const benefitIn = (item: CoverageEligibilityResponseInsuranceItem): Benefit =>
  prune<Benefit>({
    category: localCode(BENEFIT_CATEGORY, item.category) as Benefit['category'],
    excluded: item.excluded,
    authorization: item.authorizationRequired,
    limits: item.benefit?.map(limitIn),
  });

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): BenefitRecord {
  const response = partOf<CoverageEligibilityResponse>(parts);
  const insurance = response.insurance?.[0];
  return prune<BenefitRecord>({
    kind: 'benefit',
    id,
    program: names.program,
    recordedAt: recordedAtOf(response),
    client: keyOf(names, 'client', response.patient),
    coverage: keyOf(names, 'coverage', insurance?.coverage),
    payer: organizationKey(response.insurer),
    at: response.created,
    outcome: response.outcome,
    inForce: insurance?.inforce,
    from: insurance?.benefitPeriod?.start,
    until: insurance?.benefitPeriod?.end,
    answer: response.preAuthRef,
    benefits: insurance?.item?.map(benefitIn),
  });
}

export const benefit: Concept<BenefitRecord> = {
  kind: 'benefit',
  title: "What a client's coverage pays for",
  schema,
  makes: ['CoverageEligibilityResponse'],
  check,
  toFhir,
  fromFhir,
};
