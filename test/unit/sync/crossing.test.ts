import { describe, expect, test } from '@jest/globals';
import { parseJson, parseLossless } from '../../../src/fhir/json.ts';
import type { JsonObject } from '../../../src/fhir/types.ts';
import { linkWithin, readBase, readUrl } from '../../../src/sync/address.ts';
import { createPace, MOST_TRIES, readRetryAfter, waitAfter } from '../../../src/sync/pace.ts';
import { namedIn, toOurs, toTheirs } from '../../../src/sync/references.ts';
import { SCOPE } from '../../../src/sync/types.ts';

const THERE = 'https://ehr.example/fhir';
const HERE = 'https://iop.example/fhir';
const known = (name: string) => ({ 'Patient/1': 'Patient/mine', 'Goal/2': 'Goal/ours' })[name];

describe('references that come in', () => {
  test.each<[string, string, string | undefined]>([
    ['a linked person', 'Patient/1', 'Patient/mine'],
    ['the same by its whole URL', `${THERE}/Patient/1`, 'Patient/mine'],
    ['of a version', 'Patient/1/_history/3', 'Patient/mine'],
    ['what came or went', 'Goal/2', 'Goal/ours'],
    ['anybody else', 'Patient/9', `${THERE}/Patient/9`],
    ['anything else', 'Practitioner/5', `${THERE}/Practitioner/5`],
    ['something contained', '#m', '#m'],
    ['a urn', 'urn:uuid:0b1c', 'urn:uuid:0b1c'],
    ['a third server', 'https://lab.example/fhir/Organization/1', 'https://lab.example/fhir/Organization/1'],
    // It would be resolved here, among all our people.
    ['criteria', 'Patient?identifier=urn:ssn|1', undefined],
    ['one of ours by its URL', `${HERE}/Patient/secret`, undefined],
    ['no reference at all', 'nonsense', undefined],
  ])('%s', (_what, reference, expected) => {
    const given = { a: [{ reference, display: 'shown' }] };
    const [ref] = toOurs(given, { from: THERE, to: HERE, known }).a as JsonObject[];
    expect(ref).toEqual({ ...(expected === undefined ? {} : { reference: expected }), display: 'shown' });
  });
});

describe('references that go out', () => {
  test('what is there is named as it is there, all else by an identifier', () => {
    const given = {
      subject: { reference: 'Patient/1' },
      author: { reference: 'Practitioner/7', display: 'A clinician' },
      extension: [{ url: 'x', valueReference: { reference: `${HERE}/Goal/2` } }],
      contained: [{ reference: '#c' }],
    };
    expect(namedIn(given, HERE)).toEqual(new Set(['Patient/1', 'Practitioner/7', 'Goal/2']));
    expect(toTheirs(given, { from: HERE, to: THERE, known }, 'urn:own')).toEqual({
      subject: { reference: 'Patient/mine' },
      author: {
        type: 'Practitioner',
        identifier: { system: 'urn:own', value: 'Practitioner/7' },
        display: 'A clinician',
      },
      extension: [{ url: 'x', valueReference: { reference: 'Goal/ours' } }],
      contained: [{ reference: '#c' }],
    });
  });

  test('digits go out as they were written', () => {
    const text = '{"valueQuantity":{"value":1.50},"subject":{"reference":"Patient/1"}}';
    const tree = parseLossless(text, parseJson(text)) as JsonObject;
    expect(JSON.stringify(toTheirs(tree, { from: HERE, to: THERE, known }, 'urn:own'))).toContain(
      '"value":1.50',
    );
  });
});

describe('addresses', () => {
  test.each([
    'http://ehr.example/fhir',
    'ftp://ehr.example',
    'nonsense',
    'https://u:p@ehr.example/',
    'http://10.0.0.1/',
  ])('%s is refused', text => {
    expect(() => readUrl(text, 'The URL')).toThrow(/^The URL: /);
  });

  test.each([
    'https://ehr.example/fhir/',
    'http://127.0.0.1:80/fhir',
    'http://localhost:8090/fhir//',
    'http://[::1]:1/a',
  ])('%s is taken, without slash at its end', text => {
    expect(readBase(text)).toMatch(/[^/]$/);
  });

  test.each<[string, unknown, string | undefined]>([
    ['a page of the same server', `${THERE}?page=2`, `${THERE}?page=2`],
    ['elsewhere on it', 'https://ehr.example/pages/2', 'https://ehr.example/pages/2'],
    ['a relative one', '?page=2', `${THERE}/?page=2`],
    ['another host', 'https://evil.example/fhir?page=2', undefined],
    ['another port', 'https://ehr.example:444/fhir', undefined],
    ['in clear', 'http://ehr.example/fhir', undefined],
    ['a name before the host', 'https://ehr.example@evil.example/fhir', undefined],
    ['no text', 7, undefined],
  ])('a link: %s', (_what, link, expected) => {
    expect(linkWithin(THERE, link)).toBe(expected);
  });
});

describe('how fast', () => {
  test('requests start no faster than agreed', async () => {
    let now = 1000;
    const waited: number[] = [];
    const sleep = async (ms: number) => {
      waited.push(ms);
      now += ms;
    };
    const pace = createPace(4, { clock: () => now, sleep, random: () => 0, timeout: 1 });
    for (let i = 0; i < 4; i += 1) await pace(new AbortController().signal);
    expect(waited).toEqual([250, 250, 250]);
    now += 10_000;
    await pace(new AbortController().signal);
    expect(waited).toHaveLength(3);
  });

  test('waits grow, with chance, and end', () => {
    const least = Array.from({ length: MOST_TRIES }, (_, at) => waitAfter(at + 1, undefined, () => 0));
    expect(least).toEqual([500, 1000, 2000, 4000, 8000, undefined]);
    expect(waitAfter(1, undefined, () => 0.999)).toBeGreaterThan(990);
    expect(waitAfter(1, 7000, () => 0)).toBe(7000);
    expect(waitAfter(1, 3_600_000, () => 0)).toBeUndefined();
  });

  test.each<[string | null, number | undefined]>([
    ['7', 7000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
    ['Sun, 06 Nov 1994 08:48:37 GMT', 0],
    ['-1', undefined],
    ['soon', undefined],
    [null, undefined],
  ])('Retry-After: %s', (text, expected) => {
    expect(readRetryAfter(text, Date.parse('1994-11-06T08:49:00Z'))).toBe(expected);
  });
});

test('no more is asked for than what is read and written', () => {
  expect(SCOPE.split(' ')).toEqual([
    'system/Patient.rs',
    ...['AllergyIntolerance', 'Condition', 'MedicationRequest', 'MedicationStatement'].map(
      one => `system/${one}.rs`,
    ),
    ...['Goal', 'CarePlan', 'Appointment', 'Encounter', 'Observation', 'DiagnosticReport'].map(
      one => `system/${one}.crus`,
    ),
  ]);
});
