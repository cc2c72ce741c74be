// How a urine screen becomes an order, a specimen, a report and one Observation per test and measure.
//
// A negative of a specimen that was not valid must not be read, or counted, as a negative: its Observation
// has a dataAbsentReason in place of a value and no interpretation, and the Specimen is `unsatisfactory`.
// A positive stays one. Where nothing was collected the report is `cancelled`, the Specimen `unavailable`,
// and one Observation says why there is no result.
import type { DiagnosticReport, Observation, Reference, ServiceRequest, Specimen } from '../fhir/types.ts';
import {
  COLLECTION_METHOD,
  EXPECTED_FROM_EXTENSION,
  REPORTED_RESULT_EXTENSION,
  SPECIMEN_VALIDITY,
  URINE_MEASURE,
} from './codes-care.ts';
import type { Links, Part } from './concept.ts';
import { type DrugTest, drugConcept, panelConcept } from './drug-screen.ts';
import { businessIdentifier, concept, part, recordedExtension, reference } from './element.ts';
import { quantity } from './quantity.ts';
import { isJudgeable, MEASURE_NAMES, MEASURES, verdictOf } from './specimen-validity.ts';
import { OBSERVATION_CATEGORY } from './systems.ts';
import type { Analyte, DrugFinding, UrineScreenRecord } from './urine-screen.ts';
import {
  ABSENT_REASON,
  accessionSystem,
  DIAGNOSTIC_SERVICE,
  measureRole,
  ORDER,
  resultConcept,
  SPECIMEN,
  SPECIMEN_CONDITION,
  SPECIMEN_TYPE,
  testRole,
  VERDICT,
} from './urine-screen-codes.ts';
import { extend, localConcept } from './vocabulary.ts';

export function urineScreenToFhir(record: UrineScreenRecord, links: Links): Part[] {
  const observations = observationsOf(record, links);
  const specimen = record.collection === 'pending' ? [] : [specimenOf(record, links)];
  const results = observations.map(one => own(record, links, one.role));
  return [reportOf(record, links, results), orderOf(record, links), ...specimen, ...observations];
}

const isDone = ({ collection }: UrineScreenRecord): boolean => collection === 'collected';
const isOff = ({ collection }: UrineScreenRecord): boolean =>
  collection === 'refused' || collection === 'not-collected';

const own = (record: UrineScreenRecord, links: Links, role: string): Reference => ({
  reference: links.to('urine-screen', record.id, role),
});
const subject = (record: UrineScreenRecord, links: Links): Reference => ({
  reference: links.to('client', record.client),
});
const clinician = (links: Links, id: string | undefined): Reference | undefined =>
  reference(id === undefined ? undefined : links.to('clinician', id));
/** Its type is stated: a name alone might be a person's, whom nobody has permitted. */
const lab = (record: UrineScreenRecord): Reference[] =>
  record.lab === undefined ? [] : [{ type: 'Organization', display: record.lab }];

function reportStatus(record: UrineScreenRecord): DiagnosticReport['status'] {
  if (isOff(record)) return 'cancelled';
  if (record.reportedAt !== undefined) return 'final';
  return record.analytes === undefined ? 'registered' : 'preliminary';
}

function reportOf(record: UrineScreenRecord, links: Links, results: Reference[]): Part {
  const report: DiagnosticReport = {
    resourceType: 'DiagnosticReport',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    basedOn: [own(record, links, ORDER)],
    status: reportStatus(record),
    category: [concept(DIAGNOSTIC_SERVICE, 'LAB', 'Laboratory')],
    code: panelConcept(record.panel),
    subject: subject(record, links),
    effectiveDateTime: record.collectedAt ?? record.orderedAt,
    issued: record.reportedAt,
    performer: lab(record),
    specimen: record.collection === 'pending' ? undefined : [own(record, links, SPECIMEN)],
    result: results,
    conclusion: record.conclusion,
  };
  return part('', report);
}

function orderStatus(record: UrineScreenRecord): ServiceRequest['status'] {
  if (isOff(record)) return 'revoked';
  return record.reportedAt === undefined ? 'active' : 'completed';
}

/** Medication that explains a result stands on the order too: https://hl7.org/fhir/R4/servicerequest.html */
function orderOf(record: UrineScreenRecord, links: Links): Part {
  const expected = new Set((record.analytes ?? []).flatMap(one => one.expectedFrom ?? []));
  const order: ServiceRequest = {
    resourceType: 'ServiceRequest',
    identifier: [businessIdentifier(record, ORDER)],
    status: orderStatus(record),
    intent: 'order',
    code: panelConcept(record.panel),
    subject: subject(record, links),
    authoredOn: record.orderedAt,
    requester: clinician(links, record.orderedBy),
    supportingInfo: [...expected].map(id => ({ reference: links.to('medication', id) })),
  };
  return part(ORDER, order);
}

function specimenOf(record: UrineScreenRecord, links: Links): Part {
  const usable = isJudgeable(verdictOf(record.validity)) ? 'available' : 'unsatisfactory';
  const method = record.observed === true ? 'observed' : 'unobserved';
  const specimen: Specimen = {
    resourceType: 'Specimen',
    identifier: [businessIdentifier(record, SPECIMEN)],
    accessionIdentifier:
      record.accession === undefined
        ? undefined
        : { system: accessionSystem(record.program), value: record.accession },
    status: isDone(record) ? usable : 'unavailable',
    type: concept(SPECIMEN_TYPE, 'UR', 'Urine'),
    subject: subject(record, links),
    request: [own(record, links, ORDER)],
    collection: {
      collector: clinician(links, record.collectedBy),
      collectedDateTime: record.collectedAt,
      method: record.observed === undefined ? undefined : localConcept(COLLECTION_METHOD, method),
    },
    condition: isDone(record) ? undefined : [concept(SPECIMEN_CONDITION, 'SNR', 'Specimen not received')],
  };
  return part(SPECIMEN, specimen);
}

function observationsOf(record: UrineScreenRecord, links: Links): Part[] {
  const tests = (record.analytes ?? []).flatMap(one => [
    ...testOf(record, links, { one, test: 'screen' }),
    ...testOf(record, links, { one, test: 'confirm' }),
  ]);
  return [...tests, ...measuresOf(record, links), ...verdictPart(record, links)];
}

/** What all Observations of a screen share. */
function common(record: UrineScreenRecord, links: Links, role: string) {
  return {
    resourceType: 'Observation' as const,
    identifier: [businessIdentifier(record, role)],
    basedOn: [own(record, links, ORDER)],
    status: record.reportedAt === undefined ? ('preliminary' as const) : ('final' as const),
    category: [concept(OBSERVATION_CATEGORY, 'laboratory', 'Laboratory')],
    subject: subject(record, links),
    effectiveDateTime: record.collectedAt ?? record.orderedAt,
    issued: record.reportedAt,
    performer: lab(record),
    specimen: own(record, links, SPECIMEN),
  };
}

function testOf(
  record: UrineScreenRecord,
  links: Links,
  { one, test }: { one: Analyte; test: DrugTest },
): Part[] {
  const found = one[test];
  if (found === undefined) return [];
  const role = testRole(test, one.drug);
  const counts = found.result !== 'negative' || isJudgeable(verdictOf(record.validity));
  const expected = one.expectedFrom === undefined ? undefined : links.to('medication', one.expectedFrom);
  const observation: Observation = {
    ...common(record, links, role),
    extension: [
      ...extend(EXPECTED_FROM_EXTENSION, reference(expected)),
      ...extend(REPORTED_RESULT_EXTENSION, counts ? undefined : found.result),
    ],
    code: drugConcept(one.drug, test, found.loinc),
    ...(counts ? measured(found) : { dataAbsentReason: concept(ABSENT_REASON, 'error') }),
    referenceRange: found.cutoff && [{ high: quantity(found.cutoff) }],
    derivedFrom:
      test === 'confirm' && one.screen !== undefined
        ? [own(record, links, testRole('screen', one.drug))]
        : undefined,
  };
  return [part(role, observation)];
}

const measured = ({ result, level }: DrugFinding): Partial<Observation> => ({
  ...(level === undefined
    ? { valueCodeableConcept: resultConcept(result) }
    : { valueQuantity: quantity(level) }),
  interpretation: [resultConcept(result)],
});

function measuresOf(record: UrineScreenRecord, links: Links): Part[] {
  return MEASURE_NAMES.flatMap(measure => {
    const value = record.validity?.[measure];
    if (value === undefined) return [];
    const { code, unit } = MEASURES[measure];
    const role = measureRole(measure);
    return [part(role, { ...common(record, links, role), code, valueQuantity: quantity({ value, unit }) })];
  });
}

/** The verdict on the specimen, or why there is none. */
function verdictPart(record: UrineScreenRecord, links: Links): Part[] {
  const verdict = record.validity?.verdict;
  const code = localConcept(URINE_MEASURE, 'verdict');
  const base = { ...common(record, links, VERDICT), code };
  if (verdict !== undefined)
    return [part(VERDICT, { ...base, valueCodeableConcept: localConcept(SPECIMEN_VALIDITY, verdict) })];
  if (!isOff(record)) return [];
  const why = record.collection === 'refused' ? 'asked-declined' : 'not-performed';
  return [part(VERDICT, { ...base, status: 'cancelled', dataAbsentReason: concept(ABSENT_REASON, why) })];
}
