import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  composeBody,
  fromResource,
  instantOf,
  keepSource,
  mapStrings,
  parseBody,
  resourceTypeOf,
  serveBody,
} from '../../../src/fhir/body.ts';
import type { JsonObject } from '../../../src/fhir/types.ts';

const version = (body: string, seq = 1_795_445_521_123_456, source = 'program') => ({
  owner: 'program',
  source,
  type: 'Patient',
  id: 'p1',
  version: 3,
  seq,
  body,
});

describe('composeBody', () => {
  test('puts resourceType, id and meta first and keeps the order and digits of the rest', () => {
    const body = parseBody(`{
      "extension": [{ "valueDecimal": 1.50, "url": "u" }],
      "id": "their-own", "active": true, "resourceType": "Patient"
    }`);
    expect(composeBody(body, 'p1')).toBe(
      '{"resourceType":"Patient","id":"p1","meta":{},"extension":[{"valueDecimal":1.50,"url":"u"}],"active":true}',
    );
  });

  test('drops versionId and lastUpdated and keeps the other meta elements', () => {
    const body = parseBody(
      '{"resourceType":"Patient","meta":{"versionId":"7","source":"s","lastUpdated":"2020-01-01T00:00:00Z","_lastUpdated":{"id":"x"},"tag":[{"code":"t"}],"extension":[{"url":"u","valueDecimal":2.0}]}}',
    );
    expect(composeBody(body, 'p1')).toBe(
      '{"resourceType":"Patient","id":"p1","meta":{"source":"s","tag":[{"code":"t"}],"extension":[{"url":"u","valueDecimal":2.0}]}}',
    );
  });

  test('puts the source of a meta first, where it can be found without parsing', () => {
    const body = parseBody('{"resourceType":"Patient","meta":{"profile":["p"],"source":"urn:x"}}');
    expect(composeBody(body, 'p1')).toBe(
      '{"resourceType":"Patient","id":"p1","meta":{"source":"urn:x","profile":["p"]}}',
    );
  });

  test('takes a resource that we made ourselves', () => {
    const body = fromResource({ resourceType: 'Patient', active: true, gender: undefined });
    expect(composeBody(body, 'p1')).toBe('{"resourceType":"Patient","id":"p1","meta":{},"active":true}');
  });
});

describe('serveBody', () => {
  test('splices version and time into an empty meta', () => {
    expect(serveBody(version('{"resourceType":"Patient","id":"p1","meta":{}}'))).toBe(
      '{"resourceType":"Patient","id":"p1","meta":{"versionId":"3","lastUpdated":"2026-11-23T14:52:01.123456Z"}}',
    );
  });

  test('splices them before other meta elements', () => {
    expect(
      serveBody(version('{"resourceType":"Patient","id":"p1","meta":{"source":"s"},"active":true}')),
    ).toBe(
      '{"resourceType":"Patient","id":"p1","meta":{"versionId":"3","lastUpdated":"2026-11-23T14:52:01.123456Z","source":"s"},"active":true}',
    );
  });

  test.each([
    ['{}', '{"versionId":"3","lastUpdated":"2026-11-23T14:52:01.123456Z","source":"Organization/ehr"}'],
    [
      '{"tag":[]}',
      '{"versionId":"3","lastUpdated":"2026-11-23T14:52:01.123456Z","source":"Organization/ehr","tag":[]}',
    ],
    [
      '{"source":"a \\"b"}',
      '{"versionId":"3","lastUpdated":"2026-11-23T14:52:01.123456Z","source":"Organization/ehr"}',
    ],
    [
      '{"source":"x","tag":[]}',
      '{"versionId":"3","lastUpdated":"2026-11-23T14:52:01.123456Z","source":"Organization/ehr","tag":[]}',
    ],
  ])("says who wrote into another's record, whatever meta %s claims", (meta, served) => {
    const body = `{"resourceType":"Patient","id":"p1","meta":${meta},"active":true}`;
    expect(serveBody(version(body, undefined, 'ehr'))).toBe(
      `{"resourceType":"Patient","id":"p1","meta":${served},"active":true}`,
    );
  });

  test('refuses a text that composeBody did not make', () => {
    expect(() => serveBody(version('{"id":"p1","resourceType":"Patient","meta":{}}'))).toThrow(/stored body/);
    expect(() => serveBody(version('{"resourceType":"Patient","id":"p2","meta":{}}'))).toThrow(/stored body/);
  });
});

test('instants carry microseconds', () => {
  expect(instantOf(0)).toBe('1970-01-01T00:00:00.000000Z');
  expect(instantOf(1_795_445_521_000_007)).toBe('2026-11-23T14:52:01.000007Z');
  expect(instantOf(1_795_445_521_999_999)).toBe('2026-11-23T14:52:01.999999Z');
});

describe('what is no resource is refused', () => {
  const cases: [text: string, path: string | undefined][] = [
    ['[]', undefined],
    ['"Patient"', undefined],
    ['null', undefined],
    ['{}', 'resourceType'],
    ['{"resourceType":null}', 'resourceType'],
    ['{"resourceType":["Patient"]}', 'resourceType'],
    ['{"resourceType":"patient"}', 'resourceType'],
    ['{"resourceType":"DomainResource"}', 'resourceType'],
    ['{"resourceType":"SubscriptionStatus"}', 'resourceType'],
  ];
  test.each(cases)('%s', (text, path) => {
    const refused = expect.objectContaining({ code: 'invalid-structure' }) as unknown as Error;
    expect(() => parseBody(text)).toThrow(refused);
    try {
      parseBody(text);
    } catch (error) {
      expect((error as { issues: { path?: string }[] }).issues[0]?.path).toBe(path);
    }
  });

  test('Parameters is a resource type', () => {
    expect(resourceTypeOf({ resourceType: 'Parameters' })).toBe('Parameters');
  });
});

describe('mapStrings', () => {
  test('changes strings by name, in both trees, and keeps digits', () => {
    const body = parseBody(
      '{"resourceType":"Patient","link":[{"other":{"reference":"urn:uuid:1"}}],"extension":[{"url":"u","valueDecimal":1.0}]}',
    );
    const changed = mapStrings(body, (text, name) => (name === 'reference' ? 'Patient/9' : text));
    expect(composeBody(changed, 'p1')).toBe(
      '{"resourceType":"Patient","id":"p1","meta":{},"link":[{"other":{"reference":"Patient/9"}}],"extension":[{"url":"u","valueDecimal":1.0}]}',
    );
    expect(changed.resource.link).toEqual([{ other: { reference: 'Patient/9' } }]);
    expect(body.resource.link).toEqual([{ other: { reference: 'urn:uuid:1' } }]);
  });

  test('gives the same body where nothing changes', () => {
    const body = parseBody('{"resourceType":"Patient","name":[{"family":"A","given":["B"]}]}');
    expect(mapStrings(body, text => text).resource).toBe(body.resource);
  });
});

describe('for any resource', () => {
  const key = fc.constantFrom('name', 'active', 'text', 'value', 'ünïcode', 'a b');
  const number = fc.stringMatching(/^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,2})?$/);
  // Texts rather than values, since a value has lost its digits already.
  const { json } = fc.letrec<{ json: string; object: string }>(tie => ({
    json: fc.oneof(
      { depthSize: 'small' },
      number,
      fc.string({ unit: 'binary' }).map(text => JSON.stringify(text)),
      fc.constantFrom('true', 'false', 'null'),
      fc.array(tie('json'), { maxLength: 4 }).map(items => `[${items.join(',')}]`),
      tie('object'),
    ),
    object: fc
      .uniqueArray(fc.tuple(key, tie('json')), { selector: ([name]) => name, maxLength: 4 })
      .map(pairs => `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  }));
  const members = fc.uniqueArray(fc.tuple(key, json), { selector: ([name]) => name });
  const print = (pairs: readonly (readonly [string, string])[]): string =>
    pairs.map(([name, value]) => `,${JSON.stringify(name)}:${value}`).join('');

  test('every number is stored and served digit for digit', () => {
    fc.assert(
      fc.property(members, members, (meta, rest) => {
        const text = `{"resourceType":"Patient","meta":{"source":"s"${print(meta)}}${print(rest)}}`;
        const head = '{"resourceType":"Patient","id":"p1","meta":{';
        const stored = composeBody(parseBody(text), 'p1');
        expect(stored).toBe(`${head}"source":"s"${print(meta)}}${print(rest)}}`);
        expect(serveBody(version(stored))).toBe(
          `${head}"versionId":"3","lastUpdated":"2026-11-23T14:52:01.123456Z","source":"s"${print(meta)}}${print(rest)}}`,
        );
      }),
    );
  });

  test('what is served is what was written, apart from id, versionId and lastUpdated', () => {
    const stamps = fc.record({ versionId: fc.string(), lastUpdated: fc.string() }, { requiredKeys: [] });
    fc.assert(
      fc.property(members, stamps, fc.boolean(), (rest, stamp, withMeta) => {
        const others = Object.fromEntries(rest.map(([name, value]) => [name, JSON.parse(value)]));
        const written = {
          ...others,
          resourceType: 'Patient',
          ...(withMeta ? { meta: { ...stamp, tag: [] } } : {}),
        };
        const served = JSON.parse(
          serveBody(version(composeBody(parseBody(JSON.stringify(written)), 'p1'))),
        ) as JsonObject;
        const meta = {
          versionId: '3',
          lastUpdated: '2026-11-23T14:52:01.123456Z',
          ...(withMeta ? { tag: [] } : {}),
        };
        expect(JSON.stringify(served)).toBe(
          JSON.stringify({ resourceType: 'Patient', id: 'p1', meta, ...JSON.parse(JSON.stringify(others)) }),
        );
      }),
    );
  });
});

describe('keepSource', () => {
  const body = (meta: string) => `{"resourceType":"Patient","id":"p1","meta":{${meta}},"active":true}`;
  test.each([
    ['"source":"new"', '"source":"old"', '"source":"old"'],
    ['"source":"new","tag":[]', '"source":"old"', '"source":"old","tag":[]'],
    ['"tag":[]', '"source":"old","profile":[]', '"source":"old","tag":[]'],
    ['', '"source":"old"', '"source":"old"'],
    ['"source":"new"', '', ''],
    ['"source":"new","tag":[]', '"tag":[]', '"tag":[]'],
  ])('meta {%s} after {%s} is {%s}', (given, before, kept) => {
    expect(keepSource(body(given), body(before), 'Patient', 'p1')).toBe(body(kept));
  });

  test('of a tombstone nothing is kept', () => {
    expect(keepSource(body('"source":"new"'), '', 'Patient', 'p1')).toBe(body(''));
  });
});
