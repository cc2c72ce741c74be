// What the stores are filled with: people, a Consent and a Coverage of each, and 650-byte Observations of five kinds. All of
// it follows from a number, ids too, so that every process of a run knows it without being told.
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../src/fhir/types.ts';
import { PART2_SCOPE, part2Items } from '../support/part2.ts';

export const PROGRAM = 'program';
export const PAYER = 'payer';
const EHR = 'ehr';

/** Observations of one person; five kinds, so that a search for person and code finds ten. */
const PER_PERSON = 50;

const CODES = [
  ['44261-6', 'Patient Health Questionnaire 9 item (PHQ-9) total score'],
  ['70274-6', 'Generalized anxiety disorder 7 item (GAD-7) total score'],
  ['72109-2', 'Alcohol Use Disorders Identification Test - Consumption'],
  ['82667-7', 'Total score of the Drug Abuse Screening Test (DAST-10)'],
  ['69737-5', 'Generalized anxiety disorder 2 item (GAD-2) total score'],
] as const;
const LOINC = 'http://loinc.org';

/** Random-looking, so that an index by id is written all over, as with ids that a server makes. */
const idOf = (kind: string, n: number): string =>
  createHash('sha256').update(`${kind} ${n}`).digest('hex').slice(0, 24);

export const personId = (n: number): string => idOf('person', n);
export const observationId = (n: number): string => idOf('observation', n);

/** How many people there are to so many Observations. */
export const personsOf = (observations: number): number => Math.max(2, Math.ceil(observations / PER_PERSON));

/** Every other person permits the payer; the others an EHR, who never asks. */
export const permitsPayer = (person: number): boolean => person % 2 === 0;

const personOf = (n: number, persons: number): number => n % persons;
const codeOf = (n: number, persons: number): number => Math.floor(n / persons) % CODES.length;

/** A search for what a person has of a code, and how many Observations that is. */
export function searchFor(person: number, code: number, observations: number) {
  const persons = personsOf(observations);
  let hits = 0;
  for (let n = person; n < observations; n += persons) if (codeOf(n, persons) === code) hits += 1;
  const token = encodeURIComponent(`${LOINC}|${CODES[code]![0]}`);
  return { query: `patient=${personId(person)}&code=${token}&_count=20`, hits };
}
export const CODE_COUNT = CODES.length;

export function patient(n: number): JsonObject {
  return {
    resourceType: 'Patient',
    id: personId(n),
    identifier: [{ system: 'urn:bench:record-number', value: `R${n}` }],
    name: [{ use: 'official', family: `Family${n % 977}`, given: [`Given${n % 89}`] }],
    gender: n % 3 === 0 ? 'male' : 'female',
    birthDate: `${1950 + (n % 50)}-0${1 + (n % 9)}-1${n % 9}`,
  };
}

/** See test/support/server.ts for the form in which a Consent permits. */
export function consent(n: number): JsonObject {
  const [actor, purpose] = permitsPayer(n) ? [PAYER, 'HPAYMT'] : [EHR, 'TREAT'];
  const participation = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
  const scope = 'http://terminology.hl7.org/CodeSystem/consentscope';
  return {
    resourceType: 'Consent',
    id: idOf('consent', n),
    status: 'active',
    scope: { coding: [{ system: scope, code: 'patient-privacy' }] },
    category: [{ coding: [{ system: LOINC, code: '59284-0' }] }],
    patient: { reference: `Patient/${personId(n)}` },
    policy: [{ uri: 'https://www.ecfr.gov/current/title-42/part-2' }],
    ...part2Items(PROGRAM),
    provision: {
      extension: PART2_SCOPE,
      type: 'permit',
      actor: [
        {
          role: { coding: [{ system: participation, code: 'IRCP' }] },
          reference: { reference: `Organization/${actor}` },
        },
      ],
      purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: purpose }],
    },
  };
}

/** Of everybody by the payer, so that a Consent decides whom it sees. */
export const coverage = (n: number): JsonObject => ({
  resourceType: 'Coverage',
  id: idOf('coverage', n),
  status: 'active',
  beneficiary: { reference: `Patient/${personId(n)}` },
  payor: [{ reference: `Organization/${PAYER}` }],
});

/** Observation `n` of so many: about 650 bytes. Without an id it is one to create. */
export function observation(n: number, observations: number): JsonObject {
  const persons = personsOf(observations);
  const [code, display] = CODES[codeOf(n, persons)]!;
  const day = new Date(Date.UTC(2025, 0, 1) + (n % 600) * 86_400_000).toISOString().slice(0, 10);
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'survey' }],
      },
    ],
    code: { coding: [{ system: LOINC, code, display }], text: display },
    subject: { reference: `Patient/${personId(personOf(n, persons))}` },
    effectiveDateTime: `${day}T09:30:00-05:00`,
    issued: `${day}T10:15:00.000-05:00`,
    valueQuantity: { value: n % 27, unit: 'score', system: 'http://unitsofmeasure.org', code: '{score}' },
  };
}

/** A transaction Bundle that creates so many Observations from number `first` on. */
export function creating(first: number, count: number, observations: number): string {
  const entry = Array.from({ length: count }, (_, i) => ({
    resource: observation(first + i, observations),
    request: { method: 'POST', url: 'Observation' },
  }));
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
}

/** Resources of one Bundle while filling. */
const PER_BUNDLE = 200;

/** Transaction Bundles of PUTs under the ids above, each with how many Observations it holds. */
export type Filling = Generator<{ bundle: string; observations: number }>;

/** The people and their Consents: to be there before what names them, so that it joins their records. */
export function* people(observations: number): Filling {
  for (const some of ranges(personsOf(observations), PER_BUNDLE / 2))
    yield { bundle: putting(some.flatMap(n => [patient(n), consent(n), coverage(n)])), observations: 0 };
}

export function* records(observations: number): Filling {
  for (const some of ranges(observations, PER_BUNDLE)) {
    const resources = some.map(n => ({ ...observation(n, observations), id: observationId(n) }));
    yield { bundle: putting(resources), observations: some.length };
  }
}

/** 0 to `end`, in pieces of `size`. */
export function* ranges(end: number, size: number): Generator<number[]> {
  for (let from = 0; from < end; from += size)
    yield Array.from({ length: Math.min(size, end - from) }, (_, i) => from + i);
}

const putting = (resources: readonly JsonObject[]): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map(resource => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType as string}/${resource.id as string}` },
    })),
  });
