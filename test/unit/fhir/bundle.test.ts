import { describe, expect, test } from '@jest/globals';
import { bundleText } from '../../../src/fhir/bundle.ts';
import { validateResource } from '../../../src/validation/validate.ts';

const parsed = (parts: Parameters<typeof bundleText>[0]) => JSON.parse(bundleText(parts));

describe('a Bundle put together as text', () => {
  test('holds what it was given', () => {
    const bundle = parsed({
      type: 'searchset',
      total: 2,
      links: [{ relation: 'self', url: 'http://here/fhir/Patient?name="x"' }],
      entries: [
        {
          fullUrl: 'http://here/fhir/Patient/1',
          resource: '{"resourceType":"Patient","id":"1"}',
          search: 'match',
        },
        { resource: '{"resourceType":"Patient"}', search: 'include' },
      ],
    });
    expect(bundle).toEqual({
      resourceType: 'Bundle',
      type: 'searchset',
      total: 2,
      link: [{ relation: 'self', url: 'http://here/fhir/Patient?name="x"' }],
      entry: [
        {
          fullUrl: 'http://here/fhir/Patient/1',
          resource: { resourceType: 'Patient', id: '1' },
          search: { mode: 'match' },
        },
        { resource: { resourceType: 'Patient' }, search: { mode: 'include' } },
      ],
    });
    expect(validateResource(bundle)).toEqual([]);
  });

  test('holds requests and responses with their outcomes', () => {
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'value' }] };
    const bundle = parsed({
      type: 'batch-response',
      entries: [
        {
          request: { method: 'PUT', url: 'Patient/1' },
          response: { status: '200 OK', etag: 'W/"1"', outcome: JSON.stringify(outcome) },
        },
        { response: { status: '204 No Content' } },
      ],
    });
    expect(bundle.entry).toEqual([
      {
        request: { method: 'PUT', url: 'Patient/1' },
        response: { status: '200 OK', etag: 'W/"1"', outcome },
      },
      { response: { status: '204 No Content' } },
    ]);
  });

  test('has no empty lists, which JSON in FHIR does not allow', () => {
    expect(parsed({ type: 'history', links: [], entries: [] })).toEqual({
      resourceType: 'Bundle',
      type: 'history',
    });
    expect(parsed({ type: 'searchset', total: 0, entries: [] }).total).toBe(0);
  });
});
