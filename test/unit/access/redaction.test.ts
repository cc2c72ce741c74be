// What is dropped of which type for whom, held to the official definitions: of every element of every type, and of
// every search parameter of every type.
import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../src/access/decide.ts';
import { DIRECTORY_TYPES } from '../../../src/access/directory.ts';
import type { Grant, Role } from '../../../src/access/grant.ts';
import { redactResource } from '../../../src/access/redact.ts';
import { cutOf } from '../../../src/access/redaction.ts';
import {
  ABSENT,
  DROPPED,
  KEPT,
  KEPT_EXTENSIONS,
  STAFF_ONLY,
  WHOLE_EXTENSIONS,
} from '../../../src/access/redaction-table.ts';
import { parseScopes } from '../../../src/access/scope.ts';
import { RESOURCE_TYPES } from '../../../src/fhir/resource-types.ts';
import type { AnyResource, Json, JsonObject } from '../../../src/fhir/types.ts';
import { elementsOf } from '../../../src/generated/tables.ts';
import { localExtensions } from '../../../src/iop/profiles.ts';
import { extract } from '../../../src/search/extract.ts';
import { paramsOf, sourcesOf } from '../../../src/search/registry.ts';
import { payerGets, REFUSED_TO_PAYERS } from '../../access/naive-redaction.ts';
import { instanceOf } from '../../support/instances.ts';
import { type OfficialStep, officialLeaves, resourceAt } from '../../support/official-elements.ts';

const grantOf = (role: Role, purposes: string[], scope = 'system/*.cruds'): Grant =>
  decide(
    {
      client: 'client',
      organization: 'asker',
      role,
      scopes: parseScopes(scope),
      purposes,
      idSpace: { prefix: 'asker-', others: [] },
    },
    [],
    0,
    'program',
  );
const payer = grantOf('payer', ['HPAYMT']);
const ehr = grantOf('ehr', ['TREAT']);
const minimum = payer.redact('Patient')!;

describe('the table', () => {
  test.each([KEPT, DROPPED, STAFF_ONLY])('names elements that there are', table => {
    for (const [key, names] of Object.entries(table))
      for (const name of names) expect([key, name, elementsOf(key)?.has(name)]).toEqual([key, name, true]);
  });

  test('keeps extensions of ours that hold no words, but for the event upon which a Consent ends', () => {
    const ours = new Map(localExtensions().map(one => [one.url, one.type]));
    for (const url of KEPT_EXTENSIONS) {
      if (url === ABSENT) continue;
      expect([url, ours.has(url)]).toEqual([url, true]);
      expect([url, ours.get(url) === 'String']).toEqual([url, WHOLE_EXTENSIONS.has(url)]);
    }
  });
});

describe('who gets how much', () => {
  const rows: [Role, string[], 'minimum' | 'treatment'][] = [
    ['payer', ['HPAYMT'], 'minimum'],
    ['payer', ['COVERAGE'], 'minimum'],
    ['payer', ['TREAT'], 'minimum'],
    ['payer', [], 'minimum'],
    ['ehr', ['TREAT'], 'treatment'],
    ['ehr', ['COC'], 'treatment'],
    ['ehr', ['BTG'], 'treatment'],
    ['ehr', ['HOPERAT'], 'minimum'],
    ['ehr', ['HQUALIMP'], 'minimum'],
    ['ehr', ['HPAYMT'], 'minimum'],
    ['ehr', ['HLEGAL'], 'treatment'],
    ['ehr', ['TREAT', 'HOPERAT'], 'minimum'],
    ['program', ['TREAT'], 'treatment'],
    ['program', ['TREAT', 'HPAYMT'], 'minimum'],
    ['program', ['HOPERAT'], 'minimum'],
    ['patient', [], 'treatment'],
    ['representative', ['FAMRQT'], 'treatment'],
    ['auditor', ['HACCRED'], 'treatment'],
    ['admin', [], 'treatment'],
  ];
  test.each(rows)('%s for %j: %s', (role, purposes, cut) => {
    expect(cutOf({ role, purposes })).toBe(cut);
  });

  test('of every type but the directory something may be dropped for a payer; for who treats of Slots alone', () => {
    for (const type of RESOURCE_TYPES) {
      const directory = DIRECTORY_TYPES.has(type);
      const remarks = type === 'Slot';
      expect([type, payer.redact(type) !== undefined]).toEqual([type, !directory || remarks]);
      expect([type, ehr.redact(type) !== undefined]).toEqual([type, remarks]);
    }
  });
});

const SAMPLES: Readonly<Record<string, Json>> = {
  boolean: true,
  decimal: 1.5,
  integer: 7,
  positiveInt: 7,
  unsignedInt: 7,
};
const MARK = 'zzMARKzz';
const samplesFor = (leaf: OfficialStep): Json => SAMPLES[leaf.type] ?? MARK;
const valueAt = (resource: Json | undefined, way: readonly OfficialStep[]): Json | undefined =>
  way.reduce<Json | undefined>((value, { property }) => {
    const inner = (value as JsonObject | undefined)?.[property];
    return Array.isArray(inner) ? inner[0] : inner;
  }, resource);

describe('every element of every type', () => {
  test('goes out to a payer exactly where the rule lets it', () => {
    const wrong: string[] = [];
    let kept = 0;
    let gone = 0;
    for (const type of RESOURCE_TYPES) {
      if (DIRECTORY_TYPES.has(type)) continue;
      for (const way of officialLeaves(type)) {
        // The id of a resource stays; ids of elements are texts as any.
        const leaf = way.at(-1)!;
        const value = samplesFor(leaf);
        const left = redactResource(resourceAt(type, way, value), minimum);
        const expected =
          leaf.path === 'Resource.id' || (way.length === 1 && leaf.property === 'id') || payerGets(way);
        if (expected) kept += 1;
        else gone += 1;
        const there = valueAt(left, way) === value;
        const leaks = value === MARK && JSON.stringify(left).includes(MARK);
        if (there !== expected || (leaks && !expected))
          wrong.push(
            `${way.map(({ property }) => property).join('.')} of ${type}: ${there ? 'goes out' : 'is dropped'}`,
          );
      }
    }
    expect(wrong).toEqual([]);
    expect(kept).toBeGreaterThan(10_000);
    expect(gone).toBeGreaterThan(10_000);
  });
});

describe('extensions', () => {
  const extended = (extension: JsonObject): JsonObject =>
    redactResource({ resourceType: 'Goal', ...extension }, minimum);
  const unknown = { url: 'http://example.org/x', valueString: 'said' };
  const known = {
    url: 'https://iop-fhir.example/fhir/StructureDefinition/observed-dosing',
    valueBoolean: true,
  };

  test('that are not known are dropped, on elements and on primitives, in lists too', () => {
    expect(extended({ extension: [unknown, known] })).toEqual({ resourceType: 'Goal', extension: [known] });
    expect(extended({ extension: [unknown] })).toEqual({ resourceType: 'Goal' });
    expect(extended({ startDate: '2026-09-01', _startDate: { id: 'a', extension: [unknown] } })).toEqual({
      resourceType: 'Goal',
      startDate: '2026-09-01',
    });
    const name = {
      given: ['A', null, 'B'],
      _given: [null, { extension: [unknown] }, { extension: [known, unknown] }],
    };
    expect(redactResource({ resourceType: 'Patient', name: [name] }, minimum)).toEqual({
      resourceType: 'Patient',
      name: [{ given: ['A', 'B'], _given: [null, { extension: [known] }] }],
    });
  });

  test('within one that is kept are asked about as well', () => {
    const nested = { ...known, valueBoolean: undefined, extension: [unknown] };
    expect(extended({ extension: [nested] })).toEqual({ resourceType: 'Goal' });
  });

  test('that modify what they stand on stay to be seen, without what they say', () => {
    expect(extended({ modifierExtension: [unknown] })).toEqual({
      resourceType: 'Goal',
      modifierExtension: [{ url: unknown.url, extension: [{ url: ABSENT, valueCode: 'masked' }] }],
    });
  });
});

describe('what R4 requires', () => {
  test.each([
    [
      'a coded element that is words alone',
      { resourceType: 'Observation', status: 'final', code: { text: 'Opiates' } },
      {
        resourceType: 'Observation',
        status: 'final',
        code: { extension: [{ url: ABSENT, valueCode: 'masked' }] },
      },
    ],
    [
      'a text',
      { resourceType: 'Composition', status: 'final', title: 'Notes' },
      {
        resourceType: 'Composition',
        status: 'final',
        _title: { extension: [{ url: ABSENT, valueCode: 'masked' }] },
      },
    ],
    [
      'in a list',
      { resourceType: 'DocumentReference', status: 'current', content: [{ attachment: { title: 'x' } }] },
      {
        resourceType: 'DocumentReference',
        status: 'current',
        content: [{ attachment: { extension: [{ url: ABSENT, valueCode: 'masked' }] } }],
      },
    ],
  ] as [string, JsonObject, JsonObject][])('is masked: %s', (_what, resource, left) => {
    expect(redactResource(resource, minimum)).toEqual(left);
  });

  test('and nothing else: an element of which nothing is left is left out', () => {
    const goal = {
      resourceType: 'Goal',
      category: [{ text: 'x' }],
      statusReason: 'x',
      note: [{ text: 'x' }],
    };
    expect(redactResource(goal, minimum)).toEqual({ resourceType: 'Goal' });
  });
});

test('contained resources get the rules of their own type', () => {
  const contained = [
    { resourceType: 'Practitioner', id: 'p', name: [{ family: 'A' }], gender: 'male' },
    { resourceType: 'Patient', id: 'q', name: [{ family: 'A' }], telecom: [{ value: '1' }] },
  ];
  expect(redactResource({ resourceType: 'Goal', contained }, minimum).contained).toEqual([
    { resourceType: 'Practitioner', id: 'p', gender: 'male' },
    { resourceType: 'Patient', id: 'q', name: [{ family: 'A' }] },
  ]);
});

describe('a search parameter', () => {
  const values = (resource: JsonObject, key: string): string[] =>
    extract(resource as AnyResource)
      .values.filter(value => value.key === key)
      .map(value => JSON.stringify(value))
      .sort();

  test('is withheld exactly where what it finds would change if what is dropped were not there', () => {
    const wrong: string[] = [];
    let asked = 0;
    let withheld = 0;
    for (const type of RESOURCE_TYPES) {
      if (DIRECTORY_TYPES.has(type)) continue;
      for (const param of paramsOf(type)) {
        const instances = sourcesOf(type, param.code).map(source => instanceOf(type, source, param.type));
        const found = instances.map(one => values(one, param.key));
        const tells = instances.some((one, at) => {
          const left = values(redactResource(one, minimum), param.key);
          return JSON.stringify(left) !== JSON.stringify(found[at]);
        });
        const refused = minimum.withholds(type, param);
        asked += 1;
        withheld += refused ? 1 : 0;
        if (tells !== refused) wrong.push(`${param.key}: ${refused ? 'refused' : 'not refused'}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(1000);
    expect(withheld).toBeGreaterThan(100);
  });

  test.each(Object.entries(REFUSED_TO_PAYERS))('of %s that a payer is refused', (type, refused) => {
    const found = paramsOf(type)
      .filter(param => payer.redact(type)!.withholds(type, param))
      .map(({ code }) => code);
    expect(found.sort()).toEqual([...refused]);
  });

  test('with a modifier that reads more than the codes is withheld where any of that is dropped', () => {
    const code = paramsOf('Observation').find(one => one.code === 'code')!;
    expect(minimum.withholds('Observation', code, 'not')).toBe(false);
    expect(minimum.withholds('Observation', code, 'text')).toBe(true);
    const status = paramsOf('Observation').find(one => one.code === 'status')!;
    expect(minimum.withholds('Observation', status, 'text')).toBe(false);
  });

  test('none is withheld from who treats', () => {
    for (const type of RESOURCE_TYPES)
      for (const param of paramsOf(type))
        expect(ehr.redact(type)?.withholds(type, param) ?? false).toBe(false);
  });
});

test('a scope that asks by what is dropped reaches nothing', () => {
  const narrow = (scope: string, role: Role = 'payer', purposes = ['HPAYMT']) =>
    grantOf(role, purposes, scope).narrow('Patient', 'search').kind;
  expect(narrow('system/Patient.rs?gender=male')).not.toBe('none');
  expect(narrow('system/Patient.rs?phone=1')).toBe('none');
  expect(narrow('system/Patient.rs?phone:missing=true')).toBe('none');
  expect(narrow('system/*.rs?_tag=a')).not.toBe('none');
  expect(narrow('system/Patient.rs?phone=1', 'ehr', ['TREAT'])).not.toBe('none');
});
