import { describe, expect, test } from '@jest/globals';
import { parseShape, shapeResource } from '../../../src/interactions/shape.ts';

const tag = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }];
const observation = `{"resourceType":"Observation","id":"o","meta":{"versionId":"1"},
 "text":{"status":"generated","div":"<div/>"},"status":"final","_status":{"id":"s"},"code":{"text":"c"},
 "note":[{"text":"n"}],"valueQuantity":{"value":1.00},"_valueQuantity":{"id":"q"},"method":{"text":"m"},
 "component":[{"code":{"text":"x"},"valueInteger":1,"dataAbsentReason":{"text":"d"}}],
 "referenceRange":[{"text":"r"}],"modifierExtension":[{"url":"http://x","valueBoolean":true}]}`;
const cut = (query: string) => {
  const text = shapeResource(observation, parseShape(query, {})!);
  return { text, resource: JSON.parse(text) as Record<string, unknown> };
};
const mandatory = ['resourceType', 'id', 'meta', 'status', '_status', 'code'];

describe('what is kept of an Observation', () => {
  test.each([
    ['_elements=note', [...mandatory, 'note']],
    ['_elements=value', [...mandatory, 'valueQuantity', '_valueQuantity']],
    ['_elements=nothing', mandatory],
    ['_summary=text', [...mandatory, 'text']],
    [
      '_summary=data',
      [...mandatory, 'note', 'valueQuantity', '_valueQuantity', 'method', 'component', 'referenceRange'],
    ],
    ['_summary=true', [...mandatory, 'valueQuantity', '_valueQuantity', 'component']],
  ])('%s', (query, names) => {
    expect(Object.keys(cut(query).resource).toSorted()).toEqual([...names, 'modifierExtension'].toSorted());
  });
});

test('a cut resource says so and keeps the digits of its numbers', () => {
  const { text, resource } = cut('_elements=value');
  expect(resource.meta).toEqual({ versionId: '1', tag });
  expect(text).toContain('{"value":1.00}');
});

test('a summary leaves out what is no summary within backbone elements', () => {
  expect(cut('_summary=true').resource.component).toEqual([{ code: { text: 'x' }, valueInteger: 1 }]);
  const patient =
    '{"resourceType":"Patient","contact":[{"name":{"text":"a"}}],"link":[{"other":{"reference":"Patient/2"},"type":"seealso"}]}';
  expect(JSON.parse(shapeResource(patient, { elements: [], summary: 'true' }))).toEqual({
    resourceType: 'Patient',
    link: [{ other: { reference: 'Patient/2' }, type: 'seealso' }],
    meta: { tag },
  });
});

test.each(['', '_format=json', '_summary=false', '_pretty=true&_summary=false', 'unknown=1'])(
  'nothing is cut for %j',
  query => {
    expect(parseShape(query, {})).toBeUndefined();
  },
);

test.each([
  ['_summary=count', {}, 'invalid-value'],
  ['_summary=some', {}, 'invalid-value'],
  ['_elements=a&_elements=b', {}, 'invalid-value'],
  ['_elements=%E0', {}, 'invalid-value'],
  ['unknown=1', { handling: 'strict' as const }, 'invalid-search'],
])('%s under %j is refused as %s', (query, prefer, code) => {
  expect(() => parseShape(query, prefer)).toThrow(expect.objectContaining({ code }));
});
