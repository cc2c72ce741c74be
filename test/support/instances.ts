// A resource in which a search parameter finds something by one of its ways, with all that the element may say.
import type { Json, JsonObject } from '../../src/fhir/types.ts';
import { propertiesOf, type Source, type Step } from '../../src/generated/tables.ts';
import type { ParamType } from '../../src/search/ast.ts';

const QUANTITY = {
  value: 5,
  comparator: '<',
  unit: 'milligram',
  system: 'http://unitsofmeasure.org',
  code: 'mg',
};
const CODING = { system: 'http://loinc.org', version: '2', code: 'c-1', display: 'shown' };

const WHOLE: Readonly<Record<string, Json>> = {
  Address: {
    text: 'a b',
    line: ['1 Street'],
    city: 'Town',
    district: 'd',
    state: 's',
    postalCode: '1',
    country: 'c',
    use: 'home',
  },
  Age: QUANTITY,
  Attachment: { contentType: 'a/b', url: 'http://example.org/a', title: 't' },
  CodeableConcept: { coding: [CODING], text: 'words' },
  Coding: CODING,
  ContactPoint: { system: 'phone', value: '555', use: 'home' },
  Duration: QUANTITY,
  Extension: { url: '', valueReference: { reference: 'Patient/1' } },
  HumanName: { text: 'A B', family: 'B', given: ['A'], prefix: ['Dr'], suffix: ['II'] },
  Identifier: { system: 'urn:x', value: '1', assigner: { display: 'shown' } },
  Money: { value: 5, currency: 'USD' },
  Period: { start: '2026-01-01', end: '2026-02-01' },
  Quantity: QUANTITY,
  Range: { low: { value: 1, unit: 'mg' }, high: { value: 2, unit: 'mg' } },
  Reference: { reference: 'Patient/1', display: 'shown' },
  Resource: { resourceType: 'Patient', id: '1' },
  SampledData: { origin: { value: 1, unit: 'mV' }, period: 1, dimensions: 1, data: '1 2' },
  Timing: {
    event: ['2026-01-01'],
    repeat: { boundsPeriod: { start: '2026-01-01' } },
    code: { text: 'words' },
  },
  boolean: true,
  date: '2026-01-01',
  dateTime: '2026-01-01T00:00:00Z',
  decimal: 1.5,
  instant: '2026-01-01T00:00:00Z',
  integer: 7,
};
const endOf = (source: Source, type: ParamType): Json => {
  if (source.d === 'Extension')
    return type === 'reference'
      ? { valueReference: { reference: 'Patient/1' } }
      : type === 'token'
        ? { valueCodeableConcept: { coding: [CODING] } }
        : { valueString: 'words' };
  const value = WHOLE[source.d] ?? 'text';
  if (source.d === 'Reference') return { ...(value as JsonObject), reference: `${source.r ?? 'Patient'}/1` };
  return source.d === 'Resource' && source.r !== undefined ? { resourceType: source.r, id: '1' } : value;
};

/** Builds from the end of the way; `{where}`, `{has}` and `{at}` change what stands at their place. */
export function instanceOf(type: string, source: Source, of: ParamType): JsonObject {
  const built = build(type, source.p, endOf(source, of));
  return { resourceType: type, ...(built as JsonObject) };
}

function build(key: string, steps: readonly Step[], end: Json): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return end;
  if (typeof step !== 'string') {
    if ('present' in step) return { [step.present[0]!]: true };
    if ('extension' in step)
      return { extension: [{ url: step.extension, ...(build('Extension', rest, end) as JsonObject) }] };
    const inner = build(key, rest, end);
    if ('where' in step) return { ...(inner as JsonObject), [step.where[0]]: step.where[1] };
    return 'has' in step
      ? { ...(inner as JsonObject), extension: [{ url: step.has, valueBoolean: true }] }
      : inner;
  }
  const property = propertiesOf(key)?.get(step);
  const inner = build(property?.type ?? key, rest, end);
  return { [step]: (property?.element.max ?? 1) > 1 ? [inner] : inner };
}
