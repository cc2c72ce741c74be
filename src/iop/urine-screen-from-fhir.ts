// How the resources of a urine screen become the screen again.
import type { AnyResource, DiagnosticReport, Observation, ServiceRequest, Specimen } from '../fhir/types.ts';
import {
  COLLECTION_METHOD,
  EXPECTED_FROM_EXTENSION,
  REPORTED_RESULT_EXTENSION,
  SPECIMEN_VALIDITY,
} from './codes-care.ts';
import type { Names } from './concept.ts';
import { chosenLoinc, DRUGS, type Drug, type DrugTest, panelOf } from './drug-screen.ts';
import { codeIn, keyOf, partOf, prune, recordedAtOf } from './element.ts';
import { amountOf } from './quantity.ts';
import { MEASURE_NAMES, MEASURES, type Validity } from './specimen-validity.ts';
import type { Analyte, Collection, DrugFinding, UrineScreenRecord } from './urine-screen.ts';
import {
  ABSENT_REASON,
  measureRole,
  ORDER,
  resultIn,
  SPECIMEN,
  testRole,
  VERDICT,
} from './urine-screen-codes.ts';
import { extensionValue, localCode } from './vocabulary.ts';

type Parts = ReadonlyMap<string, AnyResource>;

export function urineScreenFromFhir(parts: Parts, names: Names, id: string): UrineScreenRecord {
  const report = partOf<DiagnosticReport>(parts);
  const order = partOf<ServiceRequest>(parts, ORDER);
  const specimen = partOf<Specimen>(parts, SPECIMEN);
  const collection = specimen.collection;
  const method = localCode(COLLECTION_METHOD, collection?.method);
  return prune<UrineScreenRecord>({
    kind: 'urine-screen',
    id,
    program: names.program,
    recordedAt: recordedAtOf(report),
    client: keyOf(names, 'client', report.subject),
    panel: panelOf(report.code),
    collection: collectionOf(parts),
    orderedAt: order.authoredOn,
    orderedBy: keyOf(names, 'clinician', order.requester),
    collectedAt: parts.has(SPECIMEN) ? collection?.collectedDateTime : reportDate(report),
    collectedBy: keyOf(names, 'clinician', collection?.collector),
    observed: method === undefined ? undefined : method === 'observed',
    accession: specimen.accessionIdentifier?.value,
    lab: report.performer?.[0]?.display,
    reportedAt: report.issued,
    analytes: analytesOf(parts, names),
    validity: validityOf(parts),
    conclusion: report.conclusion,
  });
}

const reportDate = ({ status, effectiveDateTime }: Partial<DiagnosticReport>): string | undefined =>
  reported(status) === 'collected' ? effectiveDateTime : undefined;

function collectionOf(parts: Parts): Collection {
  const specimen = partOf<Specimen>(parts, SPECIMEN);
  if (!parts.has(SPECIMEN)) return reported(partOf<DiagnosticReport>(parts).status);
  if (specimen.status !== 'unavailable') return 'collected';
  const { dataAbsentReason } = partOf<Observation>(parts, VERDICT);
  return codeIn(ABSENT_REASON, dataAbsentReason) === 'asked-declined' ? 'refused' : 'not-collected';
}

/** A report without its specimen, as it may come from elsewhere, tells by its own status. */
function reported(status: DiagnosticReport['status'] | undefined): Collection {
  if (status === undefined || status === 'registered') return 'pending';
  return status === 'cancelled' ? 'not-collected' : 'collected';
}

/** In the order in which the drugs stand among the parts. */
function analytesOf(parts: Parts, names: Names): Analyte[] {
  const drugs = new Set([...parts.keys()].map(drugOfRole).filter(drug => drug !== undefined));
  return [...drugs].map(drug => {
    const screen = live(parts, testRole('screen', drug));
    const confirm = live(parts, testRole('confirm', drug));
    const expected = [screen, confirm].map(one => extensionValue(EXPECTED_FROM_EXTENSION, one));
    return prune<Analyte>({
      drug,
      screen: findingOf(screen),
      confirm: findingOf(confirm),
      expectedFrom: keyOf(
        names,
        'medication',
        expected.find(one => one !== undefined),
      ),
    });
  });
}

const TESTS: readonly DrugTest[] = ['screen', 'confirm'];
const DRUG_BY_ROLE: ReadonlyMap<string, Drug> = new Map(
  TESTS.flatMap(test => DRUGS.map(drug => [testRole(test, drug), drug] as const)),
);
const drugOfRole = (role: string): Drug | undefined => DRUG_BY_ROLE.get(role);

/** A resource that was entered in error says nothing. */
function live(parts: Parts, role: string): Partial<Observation> | undefined {
  const observation = partOf<Observation>(parts, role);
  return parts.has(role) && observation.status !== 'entered-in-error' ? observation : undefined;
}

function findingOf(observation: Partial<Observation> | undefined): DrugFinding | undefined {
  if (observation === undefined) return undefined;
  const reported = extensionValue(REPORTED_RESULT_EXTENSION, observation);
  return prune<DrugFinding>({
    result:
      resultIn(observation.valueCodeableConcept) ??
      resultIn(observation.interpretation) ??
      (reported === 'negative' ? reported : undefined),
    loinc: chosenLoinc(observation.code),
    level: amountOf(observation.valueQuantity),
    cutoff: amountOf(observation.referenceRange?.[0]?.high),
  } as DrugFinding);
}

function validityOf(parts: Parts): Validity {
  const measures = MEASURE_NAMES.map(measure => {
    const value = amountOf(live(parts, measureRole(measure))?.valueQuantity);
    return [measure, value?.unit === MEASURES[measure].unit ? value.value : undefined] as const;
  });
  const verdict = localCode(SPECIMEN_VALIDITY, live(parts, VERDICT)?.valueCodeableConcept);
  return { verdict, ...Object.fromEntries(measures) } as Validity;
}
