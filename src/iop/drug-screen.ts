// Codes of urine drug screens as data: which LOINC codes stand for which drug, by screening (presumptive)
// and by confirmation. The drug itself is a local code, so that a screen is counted alike whatever code a
// laboratory uses, and so that drugs without a LOINC code can be reported at all.
//
// A LOINC code stands for exactly one drug here: 19659-2 is phencyclidine, though messages are seen that
// use it for opiates. https://loinc.org
import type { CodeableConcept } from '../fhir/types.ts';
import { DRUG, DRUG_PANEL } from './codes-care.ts';
import { codingsIn, concept } from './element.ts';
import { LOINC } from './systems.ts';
import { type CodeOf, codesOf, localCode, localCoding, localConcept } from './vocabulary.ts';

export type Drug = CodeOf<typeof DRUG>;
export const DRUGS: readonly Drug[] = codesOf(DRUG);
/** screen: presumptive, by immunoassay. confirm: definitive, by mass spectrometry. */
export type DrugTest = 'screen' | 'confirm';

interface Codes {
  /** The first is the usual one. */
  screen?: readonly string[];
  confirm?: readonly string[];
  /** Withdrawn by LOINC: read, never written anew. */
  withdrawn?: readonly string[];
}

/** Screening codes by presence, then method-less ones and those with a cut-off or a wider analyte. */
const LOINCS: Readonly<Record<Drug, Codes>> = {
  amphetamines: { screen: ['19261-7', '3349-8'], confirm: ['16369-1'] },
  methamphetamine: { screen: ['19554-5'] },
  mdma: { screen: ['19568-5'] },
  barbiturates: { screen: ['19270-8', '3377-9'] },
  benzodiazepines: { screen: ['14316-4', '3390-2'], confirm: ['16195-0'] },
  cannabinoids: { screen: ['18282-4', '3427-2'], confirm: ['19289-8'], withdrawn: ['19702-0'] },
  benzoylecgonine: { screen: ['14314-9', '3393-6'], confirm: ['14315-6'] },
  cocaine: { screen: ['19359-9', '3397-7'], confirm: ['19360-7'] },
  opiates: { screen: ['19295-5', '70151-6', '21431-2', '3879-4'], confirm: ['18390-5'] },
  '6-mam': { screen: ['19321-9'], withdrawn: ['19591-7'] },
  fentanyl: { screen: ['59673-4', '58379-9', '11235-9'], confirm: ['40839-3'] },
  norfentanyl: { screen: ['95797-7', '43199-9'], confirm: ['43200-5'] },
  oxycodone: { screen: ['19642-8', '58430-0', '10998-3'], confirm: ['19643-6'] },
  methadone: { screen: ['19550-3', '3773-9'], confirm: ['16199-2'] },
  eddp: { screen: ['93495-0'], confirm: ['58428-4'] },
  buprenorphine: { screen: ['93494-3', '58359-1', '3414-0'], confirm: ['16208-1'] },
  phencyclidine: { screen: ['19659-2', '3936-2'], confirm: ['18392-1'] },
  ethanol: { screen: ['42242-8', '5644-0'], confirm: ['34180-0'] },
  'ethyl-glucuronide': { screen: ['58375-7', '55349-5'], confirm: ['58377-3'] },
  tramadol: { screen: ['19710-3'] },
  mitragynine: { screen: ['96058-3'] },
  xylazine: { confirm: ['101809-2'] },
};

const BY_LOINC: ReadonlyMap<string, Drug> = new Map(
  DRUGS.flatMap(drug => {
    const { screen = [], confirm = [], withdrawn = [] } = LOINCS[drug];
    return [...screen, ...confirm, ...withdrawn].map(code => [code, drug] as const);
  }),
);

/** Why this LOINC code cannot be used for a new result; undefined where it can. */
export function loincProblem(drug: Drug, test: DrugTest, code: string): string | undefined {
  const codes = LOINCS[drug];
  if (codes[test]?.includes(code) === true) return undefined;
  if (codes.withdrawn?.includes(code) === true) return 'was withdrawn by LOINC';
  return `is no code for the ${test} of this drug`;
}

/** Observation.code of a test. A code the record names is marked as chosen; else it is the usual one. */
export function drugConcept(drug: Drug, test: DrugTest, chosen: string | undefined): CodeableConcept {
  const code = chosen ?? LOINCS[drug][test]?.[0];
  const local = localCoding(DRUG, drug);
  if (code === undefined) return { coding: [local] };
  const coded = { system: LOINC, code };
  return { coding: [chosen === undefined ? coded : { ...coded, userSelected: true }, local] };
}

/** The drug that a code stands for, by the local code or by LOINC, withdrawn codes included. */
export function drugOf(from: CodeableConcept | undefined): Drug | undefined {
  const loinc = codingsIn(LOINC, from).find(one => BY_LOINC.has(one.code ?? ''));
  return loinc === undefined ? localCode(DRUG, from) : BY_LOINC.get(loinc.code ?? '');
}

/** The LOINC code that the record chose. */
export const chosenLoinc = (from: CodeableConcept | undefined): string | undefined =>
  codingsIn(LOINC, from).find(one => one.userSelected === true)?.code;

const PANELS = {
  'five-drug': ['65750-2', 'Five-drug urine screen'],
  'drugs-of-abuse': ['69739-1', 'Drugs of abuse urine screen'],
  'seven-drug-alcohol': ['51782-1', 'Urine screen for seven drugs and alcohol'],
  'reflex-confirm': ['87428-9', 'Urine drug screen with reflex confirmation'],
} as const;

type CodedPanel = keyof typeof PANELS;
export type Panel = CodedPanel | CodeOf<typeof DRUG_PANEL>;
const CODED_PANELS = Object.keys(PANELS) as CodedPanel[];
export const PANEL_NAMES: readonly Panel[] = [...CODED_PANELS, ...codesOf(DRUG_PANEL)];

const isCoded = (panel: Panel): panel is CodedPanel => panel in PANELS;

export function panelConcept(panel: Panel): CodeableConcept {
  if (!isCoded(panel)) return localConcept(DRUG_PANEL, panel);
  const [code, display] = PANELS[panel];
  return concept(LOINC, code, display);
}

export function panelOf(from: CodeableConcept | undefined): Panel | undefined {
  const codes = codingsIn(LOINC, from).map(one => one.code);
  return CODED_PANELS.find(panel => codes.includes(PANELS[panel][0])) ?? localCode(DRUG_PANEL, from);
}
