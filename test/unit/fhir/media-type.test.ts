import { describe, expect, test } from '@jest/globals';
import { demandContentType, demandJson, wantsHtml } from '../../../src/fhir/media-type.ts';

describe('content negotiation: JSON of FHIR 4.0 and nothing else', () => {
  test.each([
    [undefined, undefined],
    ['', undefined],
    ['*/*', undefined],
    ['application/fhir+json', undefined],
    ['application/json', undefined],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', undefined],
    ['application/fhir+xml, application/fhir+json;q=0.5', undefined],
    ['application/fhir+json; fhirVersion=4.0', undefined],
    ['application/fhir+xml', 'json'],
    ['application/fhir+xml', 'application/fhir json'],
    [undefined, 'application/fhir+json'],
  ])('Accept %j with _format %j is served', (accept, format) => {
    expect(() => demandJson(accept, format)).not.toThrow();
  });

  test.each([
    ['application/fhir+xml', undefined],
    ['text/turtle', undefined],
    ['application/fhir+json; fhirVersion=3.0', undefined],
    ['application/fhir+json; q=0', undefined],
    ['application/fhir+json', 'xml'],
    ['application/fhir+json', ''],
  ])('Accept %j with _format %j is not', (accept, format) => {
    expect(() => demandJson(accept, format)).toThrow(expect.objectContaining({ code: 'not-acceptable' }));
  });
});

describe('a body is JSON in UTF-8', () => {
  test.each([
    'application/fhir+json',
    'application/json',
    'application/fhir+json; charset=UTF-8',
    'Application/JSON',
  ])('%s is read', type => {
    expect(() => demandContentType(type)).not.toThrow();
  });

  test.each([undefined, '', 'text/plain', 'application/fhir+xml', 'application/json; charset=iso-8859-1'])(
    '%s is not',
    type => {
      expect(() => demandContentType(type)).toThrow(expect.objectContaining({ code: 'media-type' }));
    },
  );
});

describe('a page is had by whoever names HTML before JSON', () => {
  test.each<[string | undefined, string | undefined, boolean]>([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', undefined, true],
    ['text/html', undefined, true],
    ['text/html;q=0.9, application/json;q=0.8', undefined, true],
    ['application/json', 'html', true],
    ['application/json', 'text/html', true],
    [undefined, undefined, false],
    ['*/*', undefined, false],
    ['text/*', undefined, false],
    ['application/json, text/html', undefined, false],
    ['application/fhir+json, text/html;q=0.9', undefined, false],
    ['text/html;q=0, application/json', undefined, false],
    ['text/html;q=none, application/json', undefined, false],
    ['text/html', 'json', false],
  ])('Accept %j with _format %j: %j', (accept, format, page) => {
    expect(wantsHtml(accept, format)).toBe(page);
  });

  test.each([
    ['text/html;q=0', undefined],
    ['application/pdf', undefined],
    ['text/html', 'pdf'],
  ])('Accept %j with _format %j is neither', (accept, format) => {
    expect(() => wantsHtml(accept, format)).toThrow(expect.objectContaining({ code: 'not-acceptable' }));
  });
});
