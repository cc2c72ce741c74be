import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomIds } from '../../../src/fhir/id.ts';
import type { Json, JsonObject } from '../../../src/fhir/types.ts';
import { canonicalJson, digestOf, sameJson } from '../../../src/interactions/import/canonical.ts';
import { differences } from '../../../src/interactions/import/difference.ts';
import { parsePartKey, partKey, recordKey } from '../../../src/interactions/import/key.ts';
import { LONGEST_LINE, readLines, type SourceLine } from '../../../src/interactions/import/lines.ts';
import { linkBook, namesFrom, referencesIn } from '../../../src/interactions/import/link.ts';

describe('keys', () => {
  test('read as program, kind, id and role', () => {
    expect(recordKey({ program: 'p', kind: 'session', id: 's1' })).toBe('p|session|s1');
    expect(partKey({ program: 'p', kind: 'session', id: 's1', role: 'appointment/c7' })).toBe(
      'p|session|s1|appointment/c7',
    );
  });

  test('come back whole, whatever the id holds', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (id, role) => {
        const key = { program: 'p', kind: 'goal', id, role };
        expect(parsePartKey(partKey(key))).toEqual(key);
      }),
    );
  });

  test('of two records are never the same', () => {
    const tricky = fc.string({ unit: fc.constantFrom('|', '%', '7', 'C', '2', '5', 'a') });
    fc.assert(
      fc.property(tricky, tricky, tricky, tricky, (id, role, otherId, otherRole) => {
        const one = partKey({ program: 'p', kind: 'goal', id, role });
        const other = partKey({ program: 'p', kind: 'goal', id: otherId, role: otherRole });
        expect(one === other).toBe(id === otherId && role === otherRole);
      }),
    );
  });

  test.each(['', 'p|goal', 'p|goal|g1', 'p|goal|g1||'])('a text that is no key is none: %j', text => {
    expect(parsePartKey(text)).toBeUndefined();
  });
});

describe('canonical JSON', () => {
  test('does not depend on the order of properties, or on absent ones', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe(
      '{"a":true,"b":[1,{"c":"x","d":null}]}',
    );
    expect(digestOf({ a: 1, b: undefined })).toBe(digestOf({ a: 1 }));
    expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }));
  });

  test('is equal exactly where the values are the same', () => {
    const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(sameJson(a, b)).toBe(canonicalJson(a) === canonicalJson(b));
        expect(sameJson(a, JSON.parse(canonicalJson(a)) as Json)).toBe(true);
      }),
    );
  });
});

describe('differences of a record', () => {
  const rows: [string, JsonObject, JsonObject, unknown[]][] = [
    ['nothing', { kind: 'k', a: { b: 1 } }, { kind: 'k', a: { b: 1 } }, []],
    ['a field', { a: 1 }, { a: 2 }, [{ path: 'a', record: 1, fhir: 2 }]],
    ['a field that FHIR lost', { a: 1 }, {}, [{ path: 'a', record: 1 }]],
    ['a field that FHIR gained', {}, { a: 1 }, [{ path: 'a', fhir: 1 }]],
    ['deep within', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, [{ path: 'a[0].b', record: 1, fhir: 2 }]],
    ['a list of another length', { a: [1] }, { a: [1, 2] }, [{ path: 'a', record: [1], fhir: [1, 2] }]],
    ['not the envelope', { kind: 'k', id: 'x', program: 'p' }, {}, []],
  ];
  test.each(rows)('%s', (_, record, fhir, found) => {
    expect(differences(record, fhir)).toEqual(found);
  });
});

describe('lines', () => {
  async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const linesOf = async (text: string | Uint8Array, size = 7) => {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    const lines: SourceLine[] = [];
    for await (const line of readLines(inPieces(bytes, size))) lines.push(line);
    return lines;
  };

  test('are numbered; blank ones are counted and left out', async () => {
    expect(await linesOf('{"a":1}\n\n  \r\n{"b":2}\r\n')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 4, text: '{"b":2}\r' },
    ]);
  });

  test('may lack a line feed at the end', async () => {
    expect(await linesOf('{"a":1}\n{"b"')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 2, text: '{"b"' },
    ]);
  });

  test('may start with a byte order mark', async () => {
    expect(await linesOf('\u{feff}{"a":1}\n')).toEqual([{ line: 1, text: '{"a":1}' }]);
  });

  test('are whole however the bytes are cut', async () => {
    const text = '{"name":"Zoë 😀"}\n{"x":"ß"}\n';
    for (const size of [1, 2, 3, 5, 100]) {
      expect((await linesOf(text, size)).map(line => line.text)).toEqual(['{"name":"Zoë 😀"}', '{"x":"ß"}']);
    }
  });

  test('that are no UTF-8 are told, the next one is read', async () => {
    const bytes = Buffer.concat([Buffer.from([0x22, 0xff, 0x22, 0x0a]), Buffer.from('{}\n')]);
    expect(await linesOf(bytes)).toEqual([
      { line: 1, text: '', problem: 'is not UTF-8 text' },
      { line: 2, text: '{}' },
    ]);
  });

  test('that are too long are told, the next one is read', async () => {
    const long = 'x'.repeat(LONGEST_LINE + 1);
    const [first, second] = await linesOf(`${long}\n{}\n`, 65_536);
    expect(first).toEqual({ line: 1, text: '', problem: `is longer than ${LONGEST_LINE} bytes` });
    expect(second).toEqual({ line: 2, text: '{}' });
  });
});

describe('links', () => {
  test('give the same placeholder for the same record and role, and remember what was asked', () => {
    const book = linkBook('p', randomIds);
    const patient = book.to('client', 'c1');
    expect(book.to('client', 'c1')).toBe(patient);
    expect(book.to('client', 'c2')).not.toBe(patient);
    expect(patient).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    expect(book.asked.get(patient)).toEqual({ program: 'p', kind: 'client', id: 'c1', role: '' });
  });

  test('are read back for local references only, however they are written', () => {
    const base = 'http://here/fhir';
    const claims = new Map([['Patient/1', ['other|client|x|', 'p|client|c1|']]]);
    const names = namesFrom('p', claims, base);
    expect(names.of('Patient/1')).toEqual({ program: 'p', kind: 'client', id: 'c1', role: '' });
    expect(names.of('http://here/fhir/Patient/1/_history/3')).toMatchObject({ id: 'c1' });
    expect(names.of('http://there/fhir/Patient/1')).toBeUndefined();
    expect(names.of('#1')).toBeUndefined();
  });

  test('are found at any depth', () => {
    const resource: JsonObject = {
      subject: { reference: 'Patient/1' },
      participant: [{ actor: { reference: 'http://here/fhir/Practitioner/2' } }, { actor: { display: 'x' } }],
      note: 'Patient/9',
    };
    expect([...referencesIn(resource, 'http://here/fhir')]).toEqual(['Patient/1', 'Practitioner/2']);
  });
});
