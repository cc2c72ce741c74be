import { describe, expect, test } from '@jest/globals';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { conceptOf } from '../../../src/iop/concepts.ts';
import { generateClinic } from '../../../src/iop/generate/clinic-records.ts';
import { organizationOf } from '../../../src/iop/program.ts';
import { codingsOf, unknownCodings } from '../../support/codings.ts';
import { links } from '../../support/round-trip.ts';
import { storyFiles } from '../../support/story/story.ts';

const codingsIn = (records: readonly RecordEnvelope[]) =>
  records
    .flatMap(record => conceptOf(record.kind)!.toFhir(record, links))
    .flatMap(part => codingsOf(part.resource));

describe('every coding is local, verified or R4 own', () => {
  test('in the fixtures', () => {
    const found = codingsIn([...storyFiles().values()].flat());
    expect(found.length).toBeGreaterThan(1000);
    expect(unknownCodings(found)).toEqual([]);
  });

  test('in a generated clinic', () => {
    const found = codingsIn([...generateClinic({ clients: 70, weeks: 6, seed: 7, program: 'riverbend' })]);
    expect(found.length).toBeGreaterThan(1000);
    expect(unknownCodings(found)).toEqual([]);
  });

  test('in an Organization', () => {
    const both = [
      organizationOf({ id: 'a', name: 'A', type: 'prov', part2: true }),
      organizationOf({ id: 'b', name: 'B', type: 'pay' }),
    ];
    expect(unknownCodings(both.flatMap(one => codingsOf(one)))).toEqual([]);
  });
});

test('a code that nobody verified is found', () => {
  const wrong = [
    { system: 'http://loinc.org', code: '19702-0' },
    { system: 'https://iop-fhir.example/fhir/CodeSystem/track', code: 'midnight' },
    { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'better' },
  ];
  expect(unknownCodings(wrong)).toHaveLength(3);
});

test('no Encounter is ever an inpatient one', () => {
  const records = [...storyFiles().values()].flat().filter(record => record.kind === 'attendance');
  const parts = records.flatMap(record => conceptOf(record.kind)!.toFhir(record, links));
  const classes = parts
    .filter(one => one.resource.resourceType === 'Encounter')
    .map(one => (one.resource.class as { code: string }).code);
  expect(new Set(classes)).toEqual(new Set(['AMB', 'VR']));
});
