// A resource that seems to name an unknown person is shown to nobody outside. So what the concepts make
// names the client, or nobody, and never somebody unknown.
import { expect, test } from '@jest/globals';
import type { RecordEnvelope } from '../../../src/iop/concept.ts';
import { conceptOf } from '../../../src/iop/concepts.ts';
import { generateClinic } from '../../../src/iop/generate/clinic-records.ts';
import { extract } from '../../../src/search/extract.ts';
import { UNKNOWN_PERSON } from '../../../src/search/persons.ts';

const links = {
  to: (kind: string, id: string) => `${kind === 'client' ? 'Patient' : 'Basic'}/${kind}-${id}`,
};
const personsOf = (record: RecordEnvelope) =>
  conceptOf(record.kind)!
    .toFhir(record, links)
    .map(({ resource, role }) => ({
      role,
      type: resource.resourceType,
      patients: extract({ ...resource, id: 'x' }).patients,
    }));

test('nothing of a generated clinic names an unknown person, and nothing names two', () => {
  const made = [...generateClinic({ clients: 12, weeks: 3, seed: 5, program: 'p' })].flatMap(personsOf);
  expect(made.length).toBeGreaterThan(500);
  expect(made.filter(({ patients }) => patients.includes(UNKNOWN_PERSON) || patients.length > 1)).toEqual([]);
  expect(made.filter(({ patients }) => patients.length === 1).length).toBeGreaterThan(400);
});

test('the laboratory of a urine screen is no person', () => {
  const screens = [...generateClinic({ clients: 6, weeks: 3, seed: 5, program: 'p' })].filter(
    record => record.kind === 'urine-screen',
  );
  expect(screens.length).toBeGreaterThan(0);
  const made = screens.map(record => ({ ...record, lab: 'Valley Laboratory' })).flatMap(personsOf);
  expect(made.some(({ type }) => type === 'Observation')).toBe(true);
  expect(made.filter(({ patients }) => patients.length !== 1)).toEqual([]);
});
