import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { AnyResource, Json } from '../../../src/fhir/types.ts';
import {
  DRUGS,
  drugConcept,
  drugOf,
  loincProblem,
  PANEL_NAMES,
  panelConcept,
  panelOf,
} from '../../../src/iop/drug-screen.ts';
import { type Validity, verdictOf } from '../../../src/iop/specimen-validity.ts';
import {
  isValidScreen,
  resultOf,
  type UrineScreenRecord,
  urineScreen,
} from '../../../src/iop/urine-screen.ts';
import { resourcesOf, throughFhir, world } from '../../support/world.ts';

const LOINC = 'http://loinc.org';
const VERIFIED: Readonly<Record<string, string[]>> = JSON.parse(
  readFileSync(new URL('../../support/verified-codes.json', import.meta.url), 'utf8'),
);
const screen: UrineScreenRecord = {
  ...{ kind: 'urine-screen', id: 'u-1', program: 'riverbend', client: 'c1', panel: 'drugs-of-abuse' },
  collection: 'collected',
  orderedAt: '2026-09-07T08:00:00-04:00',
  collectedAt: '2026-09-07T17:50:00-04:00',
  observed: true,
  reportedAt: '2026-09-08T12:00:00-04:00',
  analytes: [
    {
      drug: 'buprenorphine',
      screen: { result: 'positive' },
      confirm: {
        result: 'positive',
        level: { value: 212, unit: 'ng/mL' },
        cutoff: { value: 5, unit: 'ng/mL' },
      },
      expectedFrom: 'm-1',
    },
    { drug: 'opiates', screen: { result: 'negative', loinc: '70151-6' } },
  ],
  validity: { verdict: 'valid', creatinine: 88.4, specificGravity: 1.015 },
};
const uncollected = (collection: 'refused' | 'not-collected' | 'pending'): UrineScreenRecord => ({
  ...{ kind: 'urine-screen', id: 'u-2', program: 'riverbend', client: 'c1', panel: 'five-drug', collection },
  orderedAt: '2026-09-07T08:00:00-04:00',
});

type Parts = Map<string, Record<string, Json>>;
const parts = (record: UrineScreenRecord): Parts =>
  resourcesOf(urineScreen, record, world('riverbend')) as unknown as Parts;
const codes = (element: Json | undefined): Json[] =>
  ((element as { coding?: { code: string }[] } | undefined)?.coding ?? []).map(one => one.code);

describe('a screen that was collected', () => {
  test('becomes an order, a specimen, a report and one Observation per test and measure', () => {
    const made = parts(screen);
    expect([...made.keys()]).toEqual([
      ...['', 'order', 'specimen', 'screen/buprenorphine', 'confirm/buprenorphine', 'screen/opiates'],
      ...['validity/creatinine', 'validity/specificGravity', 'validity/verdict'],
    ]);
    expect(made.get('')!.result).toHaveLength(6);
    expect(made.get('order')?.status).toBe('completed');
    expect(made.get('')?.status).toBe('final');
  });

  test('hangs together: all is based on the order, and results are of the specimen', () => {
    const here = world('riverbend');
    const made = resourcesOf(urineScreen, screen, here);
    const order = { reference: here.links.to('urine-screen', 'u-1', 'order') };
    const specimen = { reference: here.links.to('urine-screen', 'u-1', 'specimen') };
    for (const [role, resource] of made) {
      if (role === 'order') continue;
      if (role === 'specimen') expect(resource.request).toEqual([order]);
      else expect(resource.basedOn).toEqual([order]);
      if (resource.resourceType === 'Observation') expect(resource.specimen).toEqual(specimen);
    }
  });

  test('derives a confirmation from its screen, and it supersedes it', () => {
    expect(parts(screen).get('confirm/buprenorphine')?.derivedFrom).toHaveLength(1);
    expect(
      resultOf({ drug: 'fentanyl', screen: { result: 'positive' }, confirm: { result: 'negative' } }),
    ).toBe('negative');
  });

  test('names the medication that explains a positive on the result and on the order', () => {
    const made = parts(screen);
    const [link] = made.get('order')!.supportingInfo as { reference: string }[];
    expect(JSON.stringify(made.get('screen/buprenorphine')?.extension)).toContain(link?.reference);
  });

  test('marks a code that the laboratory chose', () => {
    expect(parts(screen).get('screen/opiates')?.code).toMatchObject({
      coding: [{ system: LOINC, code: '70151-6', userSelected: true }, { code: 'opiates' }],
    });
  });

  test('is preliminary until it is reported', () => {
    const { reportedAt: _, ...open } = screen;
    const made = parts(open);
    expect([made.get('')?.status, made.get('order')?.status]).toEqual(['preliminary', 'active']);
    expect(made.get('screen/opiates')?.status).toBe('preliminary');
  });
});

describe.each(['dilute', 'substituted', 'adulterated'] as const)('a specimen that is %s', verdict => {
  const made = parts({ ...screen, validity: { verdict } });

  test('is unsatisfactory, and a negative of it has neither value nor interpretation', () => {
    expect(made.get('specimen')?.status).toBe('unsatisfactory');
    const negative = made.get('screen/opiates');
    expect(negative).not.toHaveProperty('valueCodeableConcept');
    expect(negative).not.toHaveProperty('interpretation');
    expect(codes(negative?.dataAbsentReason)).toEqual(['error']);
  });

  test('keeps its positives', () => {
    expect(codes(made.get('screen/buprenorphine')?.valueCodeableConcept)).toEqual(['POS']);
  });

  test('is no screen to count', () => {
    expect(isValidScreen({ ...screen, validity: { verdict } })).toBe(false);
    expect(isValidScreen(screen)).toBe(true);
  });
});

describe('a screen that was not collected', () => {
  test.each(['refused', 'not-collected'] as const)('%s: nothing in it reads as a result', collection => {
    const made = parts(uncollected(collection));
    expect([...made.keys()]).toEqual(['', 'order', 'specimen', 'validity/verdict']);
    const [report, order, specimen, verdict] = [...made.values()];
    expect([report?.status, order?.status, specimen?.status, verdict?.status]).toEqual([
      ...['cancelled', 'revoked', 'unavailable', 'cancelled'],
    ]);
    expect(codes((specimen!.condition as Json[])[0])).toEqual(['SNR']);
    expect(verdict).not.toHaveProperty('valueCodeableConcept');
    expect(codes(verdict?.dataAbsentReason)).toEqual([
      collection === 'refused' ? 'asked-declined' : 'not-performed',
    ]);
  });

  test('pending: there is no specimen yet', () => {
    expect([...parts(uncollected('pending')).keys()]).toEqual(['', 'order']);
  });
});

test.each([
  ['final', 'collected'],
  ['registered', 'pending'],
  ['cancelled', 'not-collected'],
] as const)('a report that is %s and has no specimen of its own was %s', (status, collection) => {
  const back = throughFhir(urineScreen, screen, made => {
    made.delete('specimen');
    made.set('', { ...made.get(''), status } as AnyResource);
  });
  expect(back.collection).toBe(collection);
  expect(back.collectedAt).toBe(collection === 'collected' ? screen.collectedAt : undefined);
});

test('an Observation that was entered in error says nothing', () => {
  const back = throughFhir(urineScreen, screen, made => {
    made.set('screen/opiates', { ...made.get('screen/opiates'), status: 'entered-in-error' } as AnyResource);
  });
  expect(back.analytes?.[1]).toEqual({ drug: 'opiates' });
});

test.each([
  ['DET', 'positive'],
  ['A', 'positive'],
  ['ND', 'negative'],
  ['N', 'negative'],
  ['IND', 'indeterminate'],
])('an interpretation %s is read as %s', (code, result) => {
  const system = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';
  const back = throughFhir(urineScreen, screen, made => {
    const { valueCodeableConcept: _, ...rest } = made.get('screen/opiates')!;
    made.set('screen/opiates', { ...rest, interpretation: [{ coding: [{ system, code }] }] } as AnyResource);
  });
  expect(back.analytes?.[1]?.screen?.result).toBe(result);
});

test.each<[Validity | undefined, string | undefined]>([
  [undefined, undefined],
  [{ creatinine: 19.9, specificGravity: 1.0029 }, 'dilute'],
  [{ creatinine: 20, specificGravity: 1.0029 }, undefined],
  [{ creatinine: 19.9, specificGravity: 1.003 }, undefined],
  [{ creatinine: 5 }, undefined],
  [{ verdict: 'valid', creatinine: 5, specificGravity: 1.001 }, 'valid'],
])('the verdict of %j is %s', (validity, verdict) => {
  expect(verdictOf(validity)).toBe(verdict);
});

test('the limits of dilution are an argument', () => {
  const limits = { creatinine: 30, specificGravity: 1.005 };
  expect(verdictOf({ creatinine: 25, specificGravity: 1.004 }, limits)).toBe('dilute');
});

describe('codes of drugs', () => {
  test.each([
    ['cannabinoids', '19702-0'],
    ['6-mam', '19591-7'],
  ] as const)('%s: the withdrawn code %s is read and not written', (drug, code) => {
    expect(drugOf({ coding: [{ system: LOINC, code }] })).toBe(drug);
    expect(loincProblem(drug, 'screen', code)).toBe('was withdrawn by LOINC');
  });

  test('19659-2 is phencyclidine and no code of opiates', () => {
    expect(drugOf({ coding: [{ system: LOINC, code: '19659-2' }] })).toBe('phencyclidine');
    expect(loincProblem('opiates', 'screen', '19659-2')).toMatch(/no code/);
  });

  test('every drug is written in both tests so that it is read as itself', () => {
    for (const drug of DRUGS)
      for (const way of ['screen', 'confirm'] as const) {
        const { coding } = drugConcept(drug, way, undefined);
        expect(drugOf({ coding })).toBe(drug);
        expect(drugOf({ coding: coding?.slice(0, 1) })).toBe(drug);
        expect(coding?.at(-1)?.code).toBe(drug);
      }
  });

  test('all of them, and those of panels, are among the verified ones', () => {
    const made = DRUGS.flatMap(drug => [
      drugConcept(drug, 'screen', undefined),
      drugConcept(drug, 'confirm', undefined),
    ]);
    const used = [...made, ...PANEL_NAMES.map(panelConcept)].flatMap(one => one.coding ?? []);
    const loinc = used.filter(one => one.system === LOINC).map(one => one.code);
    expect(VERIFIED[LOINC]).toEqual(expect.arrayContaining(loinc));
  });

  test('each verified code of a test stands for one drug', () => {
    for (const code of VERIFIED[LOINC] ?? []) {
      const drug = drugOf({ coding: [{ system: LOINC, code }] });
      const takers = DRUGS.filter(one =>
        (['screen', 'confirm'] as const).some(way => loincProblem(one, way, code) === undefined),
      );
      expect(takers).toEqual(drug === undefined ? [] : [drug]);
    }
  });

  test('every panel is read as itself', () => {
    expect(PANEL_NAMES.map(panel => panelOf(panelConcept(panel)))).toEqual(PANEL_NAMES);
  });
});
