// What is done in treatment: methods and therapies, each a word of ours and the code it is written with.
// https://www.snomed.org codes where one is known, else the local CodeSystem `modality`.
import type { CodeableConcept } from '../fhir/types.ts';
import { concept } from './element.ts';
import { SNOMED } from './systems.ts';
import { codesOf, defineSystem, localCode, localConcept } from './vocabulary.ts';

export const MODALITY = defineSystem(
  'modality',
  { title: 'Modality', description: 'Methods of treatment for which no standard code is used.' },
  {
    'motivational-interviewing': 'Motivational interviewing',
    'trauma-focused': 'Trauma-focused therapy',
    mindfulness: 'Mindfulness',
    holistic: 'Holistic therapy',
    art: 'Art therapy',
    music: 'Music therapy',
    yoga: 'Yoga',
  },
);

const SNOMED_MODALITIES = {
  cbt: ['228557008', 'Cognitive behavioral therapy'],
  dbt: ['405780009', 'Dialectical behavior therapy'],
  'group-therapy': ['76168009', 'Group therapy'],
  'individual-therapy': ['18512000', 'Individual psychotherapy'],
  'family-therapy': ['108313002', 'Family therapy'],
  'addiction-counseling': ['60112009', 'Drug addiction counseling'],
  'substance-abuse-counseling': ['313071005', 'Counseling for substance abuse'],
  'substance-use-therapy': ['385989002', 'Substance use therapy'],
  'relapse-prevention-drug': ['720177001', 'Drug relapse prevention program'],
  'relapse-prevention-alcohol': ['720176005', 'Alcohol relapse prevention program'],
} as const;

type SnomedModality = keyof typeof SNOMED_MODALITIES;
export type Modality = SnomedModality | keyof typeof MODALITY.codes;

export const MODALITIES: readonly Modality[] = [
  ...(Object.keys(SNOMED_MODALITIES) as SnomedModality[]),
  ...codesOf(MODALITY),
];

const isSnomed = (modality: Modality): modality is SnomedModality => modality in SNOMED_MODALITIES;
const BY_CODE = new Map(
  (Object.keys(SNOMED_MODALITIES) as SnomedModality[]).map(name => [
    SNOMED_MODALITIES[name][0] as string,
    name,
  ]),
);

export function modalityConcept(modality: Modality): CodeableConcept {
  if (!isSnomed(modality)) return localConcept(MODALITY, modality);
  const [code, display] = SNOMED_MODALITIES[modality];
  return concept(SNOMED, code, display);
}

export function modalityOf(from: CodeableConcept | undefined): Modality | undefined {
  const coded = from?.coding?.find(one => one.system === SNOMED && BY_CODE.has(one.code ?? ''));
  return coded === undefined ? localCode(MODALITY, from) : BY_CODE.get(coded.code ?? '');
}
