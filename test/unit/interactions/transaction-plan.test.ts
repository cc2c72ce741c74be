import { describe, expect, test } from '@jest/globals';
import { parseBody } from '../../../src/fhir/body.ts';
import { planTransaction } from '../../../src/interactions/transaction-plan.ts';

const base = 'http://here/fhir';
const A = 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0';
const B = 'urn:uuid:9f4c3b1e-6a0e-4d2b-8a3f-6c1d8b0a7e55';

function plan(entry: unknown[]) {
  let next = 0;
  const body = parseBody(JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }));
  return planTransaction(body, { base, ids: () => `id${++next}`, prefer: {}, request: 'r1' });
}

const post = (resource: { resourceType: string }, more: object = {}, request: object = {}) => ({
  resource,
  request: { method: 'POST', url: resource.resourceType, ...request },
  ...more,
});
const put = (resource: { resourceType: string; id?: string }, more: object = {}, request: object = {}) => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}`, ...request },
  ...more,
});
const patient = { resourceType: 'Patient', active: true };
const encounter = (subject: string) => ({
  resourceType: 'Encounter',
  status: 'planned',
  class: { code: 'AMB' },
  subject: { reference: subject },
});
const issuesOf = (run: () => unknown): { path?: string; message: string }[] => {
  try {
    run();
  } catch (error) {
    return (error as { issues: { path?: string; message: string }[] }).issues;
  }
  return [];
};

test('deletes come first, then creates, updates and reads, each kind in the order of the Bundle', () => {
  const { steps } = plan([
    { request: { method: 'GET', url: 'Patient/p' } },
    put({ ...patient, id: 'a' }),
    post(patient),
    { request: { method: 'GET', url: 'Patient?name=x' } },
    { request: { method: 'DELETE', url: 'Patient/b' } },
    put({ ...patient, id: 'c' }, {}, { url: 'Patient?identifier=1' }),
    post(patient),
  ]);
  expect(steps.map(step => step.entry)).toEqual([4, 2, 6, 1, 5, 0, 3]);
});

describe('references between entries', () => {
  test('a urn:uuid becomes the id of what is created', () => {
    const { steps } = plan([post(encounter(A)), post(patient, { fullUrl: A })]);
    expect(steps[0]!.body!.resource.subject).toEqual({ reference: `Patient/${steps[1]!.id}` });
  });

  test('a urn:uuid becomes the id of what is updated', () => {
    const { steps } = plan([post(encounter(A)), put({ ...patient, id: 'p' }, { fullUrl: A })]);
    expect(steps[0]!.body!.resource.subject).toEqual({ reference: 'Patient/p' });
  });

  test('an absolute fullUrl, and a relative reference under the same base, become the new id', () => {
    const { steps } = plan([
      post(encounter('http://there/fhir/Patient/7'), { fullUrl: 'http://there/fhir/Encounter/1' }),
      post(encounter('Patient/7'), { fullUrl: 'http://there/fhir/Encounter/2' }),
      post(encounter('Patient/7'), { fullUrl: 'http://other/fhir/Encounter/2' }),
      post(patient, { fullUrl: 'http://there/fhir/Patient/7' }),
    ]);
    const subjects = steps.map(
      step => (step.body!.resource.subject as { reference?: string } | undefined)?.reference,
    );
    expect(subjects).toEqual([`Patient/${steps[3]!.id}`, `Patient/${steps[3]!.id}`, 'Patient/7', undefined]);
  });

  test('a uri that names an entry is replaced, a record number and the narrative are not', () => {
    const div = `<div xmlns="http://www.w3.org/1999/xhtml">${A}</div>`;
    const document = {
      resourceType: 'DocumentReference',
      status: 'current',
      text: { status: 'generated', div },
      identifier: [{ system: 'urn:ietf:rfc:3986', value: A }],
      content: [{ attachment: { url: A } }],
    };
    const binary = { resourceType: 'Binary', contentType: 'text/plain' };
    const { steps } = plan([post(document), post(binary, { fullUrl: A })]);
    expect(steps[0]!.body!.resource).toEqual({
      ...document,
      content: [{ attachment: { url: `Binary/${steps[1]!.id}` } }],
    });
  });

  test('what is created only if nothing matches is named by a marker that its op carries', () => {
    const { steps } = plan([
      post(encounter(A)),
      post(patient, { fullUrl: A }, { ifNoneExist: 'identifier=1' }),
      post(encounter(B)),
      put(patient, { fullUrl: B }, { url: 'Patient?identifier=2' }),
    ]);
    const byEntry = steps.toSorted((a, b) => a.entry - b.entry);
    const marker = byEntry[1]!.marker;
    expect(marker).toMatch(/^Patient\/pending-id\d+$/);
    expect(byEntry[0]!.body!.resource.subject).toEqual({ reference: marker });
    expect(byEntry[3]!.marker).toMatch(/^Patient\/pending-id\d+$/);
    expect(byEntry[2]!.body!.resource.subject).toEqual({ reference: byEntry[3]!.marker });
  });

  test('a conditional reference becomes a marker, one for each criteria', () => {
    const { steps, references } = plan([
      post(encounter('Patient?identifier=1')),
      post(encounter('Patient?identifier=1')),
      post(encounter('Patient?identifier=2')),
    ]);
    expect(references.map(({ type, query, path }) => ({ type, query, path }))).toEqual([
      { type: 'Patient', query: 'identifier=1', path: 'Bundle.entry[0].resource' },
      { type: 'Patient', query: 'identifier=2', path: 'Bundle.entry[2].resource' },
    ]);
    const markers = steps.map(step => (step.body!.resource.subject as { reference: string }).reference);
    expect(markers).toEqual([references[0]!.marker, references[0]!.marker, references[1]!.marker]);
  });

  test('numbers keep their digits where references are replaced', () => {
    const text = `{"resourceType":"Bundle","type":"transaction","entry":[
      {"fullUrl":"${A}","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},
      {"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"${A}"},
        "valueQuantity":{"value":1.00}},"request":{"method":"POST","url":"Observation"}}]}`;
    let next = 0;
    const frame = { base, ids: () => `id${++next}`, prefer: {}, request: 'r1' };
    const { steps } = planTransaction(parseBody(text), frame);
    expect(JSON.stringify(steps[1]!.body!.tree)).toContain('{"value":1.00}');
    expect(JSON.stringify(steps[1]!.body!.tree)).toContain(`Patient/${steps[0]!.id}`);
  });
});

describe('what cannot be done is refused before anything is done, with every place', () => {
  test('structure of any entry', () => {
    const issues = issuesOf(() =>
      plan([post({ resourceType: 'Patient', nam: 1 } as never), post({ resourceType: 'Observation' })]),
    );
    expect(issues.map(issue => issue.path)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Bundle\.entry\[0\]\.resource/),
        expect.stringMatching(/^Bundle\.entry\[1\]\.resource/),
      ]),
    );
  });

  test.each([
    ['no request', [{ resource: patient }], 'Bundle.entry[0].request'],
    ['no resource', [{ request: { method: 'POST', url: 'Patient' } }], 'Bundle.entry[0].resource'],
    ['another type', [post(patient, {}, { url: 'Encounter' })], 'Bundle.entry[0].resource.resourceType'],
    ['another id', [put({ ...patient, id: 'a' }, {}, { url: 'Patient/b' })], 'Bundle.entry[0].resource.id'],
    ['a history', [{ request: { method: 'GET', url: 'Patient/1/_history' } }], 'Bundle.entry[0].request.url'],
    [
      'two entries that write one resource',
      [put({ ...patient, id: 'a' }), { request: { method: 'DELETE', url: 'Patient/a' } }],
      'Bundle.entry[1]',
    ],
    [
      'two conditional creates with the same criteria',
      [
        post(patient, {}, { ifNoneExist: 'identifier=1' }),
        post(patient, {}, { ifNoneExist: 'identifier=1' }),
      ],
      'Bundle.entry[1]',
    ],
    [
      'a conditional create and a conditional update with the same criteria',
      [post(patient, {}, { ifNoneExist: 'identifier=1' }), put(patient, {}, { url: 'Patient?identifier=1' })],
      'Bundle.entry[1]',
    ],
    [
      'two entries with one fullUrl',
      [post(patient, { fullUrl: A }), post(patient, { fullUrl: A })],
      'Bundle.entry[1].fullUrl',
    ],
  ])('%s', (_what, entries, path) => {
    expect(issuesOf(() => plan(entries)).map(issue => issue.path)).toContain(path);
  });

  test('all of them at once', () => {
    const issues = issuesOf(() =>
      plan([
        { request: { method: 'POST', url: 'Patient' } },
        post(patient),
        { request: { method: 'DELETE', url: 'Nothing/1' } },
      ]),
    );
    expect(issues.map(issue => issue.path)).toEqual([
      'Bundle.entry[0].resource',
      'Bundle.entry[2].request.url',
    ]);
  });
});
