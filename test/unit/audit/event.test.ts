import { describe, expect, test } from '@jest/globals';
import { eventOf } from '../../../src/audit/event.ts';
import { ACTIONS } from '../../../src/audit/event-codes.ts';
import { trailIds } from '../../../src/audit/event-id.ts';
import { type Part, partsOf } from '../../../src/audit/part.ts';
import { serveBody } from '../../../src/fhir/body.ts';
import { ERRORS } from '../../../src/fhir/error.ts';
import { isId } from '../../../src/fhir/id.ts';
import type { AnyResource, JsonObject } from '../../../src/fhir/types.ts';
import type { AuditDraft, AuditEntry } from '../../../src/store/port/audit.ts';
import { validateResource } from '../../../src/validation/validate.ts';
import { draft } from '../../support/store.ts';

const BASE = 'https://fhir.example.org/fhir';
const ids = trailIds(new Uint8Array(32).fill(7));
const rowOf = (parts: Partial<AuditDraft>): AuditEntry => ({
  ...draft('read', { client: 'ehr-client', organization: 'ehr', ...parts }),
  writer: '0a8a2f0e-6f0c-4b57-8d63-0f1e5b3d9b11',
  number: 17,
  at: Date.UTC(2026, 5, 1) * 1000 + 123,
});
/** As it goes out. */
const served = (event: AnyResource, row: AuditEntry): AnyResource => {
  const version = {
    type: 'AuditEvent',
    id: String(event.id),
    version: 1,
    seq: row.at,
    owner: '',
    source: '',
  };
  return JSON.parse(serveBody({ ...version, body: JSON.stringify(event) })) as AnyResource;
};
const render = (row: AuditEntry, part: Part) => eventOf(row, part, ids.idOf(row, part.patient), BASE);

const SEEN = { patients: ['a'], versions: ['Observation/o/2'], owners: ['prog'] };
const PROGRAM = { kind: 'organization', organization: 'prog' } as const;
const EHR = { kind: 'organization', organization: 'ehr' } as const;
const codes = (event: JsonObject, name: string) => ((event[name] ?? []) as JsonObject[]).map(one => one.code);

/** Words of the commands, and one that nobody has thought of yet. */
const WORDS = [...ACTIONS, 'program-add', 'migrate', 'import-start', 'import-end', 'something-new'];

describe('every action word becomes an AuditEvent that this server itself would take', () => {
  test.each(WORDS)('%s', action => {
    const shapes: Partial<AuditDraft>[] = [
      { ...SEEN, purpose: ['TREAT', 'HPAYMT'], type: 'Observation', params: ['code', '_count'] },
      { type: 'Patient', id: 'x', outcome: 'not-found' },
      { outcome: 'internal' },
      { request: '', client: '', count: 17, outcome: 'unauthenticated' },
    ];
    for (const shape of shapes) {
      const row = rowOf({ ...shape, action });
      const [part] = partsOf(row, EHR);
      const event = render(row, part!);
      expect([action, validateResource(served(event, row))]).toEqual([action, []]);
      expect(isId(event.id)).toBe(true);
    }
  });
});

describe('what an event says', () => {
  test('a read by an outside Organization, in the shape of BALP PatientRead', () => {
    const row = rowOf({ ...SEEN, purpose: ['TREAT'] });
    const event = render(row, partsOf(row, PROGRAM)[0]!);
    expect(event).toMatchObject({
      type: { code: 'rest' },
      action: 'R',
      outcome: '0',
      recorded: '2026-06-01T00:00:00.000123Z',
    });
    expect(codes(event, 'subtype')).toEqual(['read', 'disclose']);
    const agents = (event.agent as JsonObject[]).map(one => [
      ((one.type as JsonObject).coding as JsonObject[])[0]!.code,
      one.requestor,
      one.altId,
    ]);
    expect(agents).toEqual([
      ['110152', false, 'ehr-client'],
      ['110153', false, undefined],
      ['IRCP', true, undefined],
    ]);
    expect((event.agent as JsonObject[])[2]).toMatchObject({
      who: { reference: 'Organization/ehr' },
      purposeOfUse: [{ coding: [{ code: 'TREAT' }] }],
    });
    expect(event.entity).toMatchObject([
      { type: { code: 'XrequestId' }, what: { identifier: { value: 'request-1' } } },
      { type: { code: '1' }, role: { code: '1' }, what: { reference: 'Patient/a' } },
      { type: { code: '2' }, role: { code: '4' }, what: { reference: 'Observation/o/_history/2' } },
    ]);
  });

  test('a search, with the names of its parameters and no value', () => {
    const row = rowOf({ ...SEEN, action: 'search', type: 'Observation', params: ['code', 'date'] });
    const event = render(row, partsOf(row, PROGRAM)[0]!);
    expect(event).toMatchObject({ action: 'E' });
    const agents = (event.agent as JsonObject[]).map(
      one => ((one.type as JsonObject).coding as JsonObject[])[0]!.code,
    );
    expect(agents).toEqual(['110153', '110152', 'IRCP']);
    const query = (event.entity as JsonObject[]).find(one => one.query !== undefined)!;
    expect(query.role).toMatchObject({ code: '24' });
    expect(Buffer.from(query.query as string, 'base64').toString()).toBe('/Observation?code&date');
  });

  test.each(Object.entries(ERRORS))('%s is told as outcome', (code, { status }) => {
    const row = rowOf({ outcome: code });
    expect(render(row, partsOf(row, EHR)[0]!)).toMatchObject({
      outcome: status >= 500 ? '8' : '4',
      outcomeDesc: code,
    });
  });

  test('what was asked for and not given is named to those alone who asked', () => {
    const row = rowOf({ outcome: 'not-found', type: 'Patient', id: 'hidden' });
    expect(JSON.stringify(render(row, partsOf(row, EHR)[0]!))).toContain('hidden');
    expect(partsOf(row, PROGRAM)).toEqual([]);
    expect(partsOf(row, { kind: 'patient', patient: 'hidden' })).toEqual([]);
  });
});

describe('what each reader gets of a row', () => {
  const shared = rowOf({
    patients: ['a', 'b', 'c'],
    versions: ['Observation/1/1', 'Observation/2/1', 'Observation/3/1', 'Location/4/1'],
    owners: ['prog', 'other'],
    owned: [0, 0, 1, 0],
    named: [[0], [0, 1], [2], []],
  });
  const told = (row: AuditEntry, reach: Parameters<typeof partsOf>[1]) =>
    partsOf(row, reach).map(part => [part.patient, ...part.versions]);

  test.each([
    [
      'an owner: its own people and records',
      PROGRAM,
      [
        ['a', 'Observation/1/1', 'Observation/2/1'],
        ['b', 'Observation/2/1'],
      ],
    ],
    ['another owner', { kind: 'organization', organization: 'other' }, [['c', 'Observation/3/1']]],
    ['a person: what names it', { kind: 'patient', patient: 'b' }, [['b', 'Observation/2/1']]],
    [
      'who asked: all',
      EHR,
      [
        ['a', 'Observation/1/1', 'Observation/2/1'],
        ['b', 'Observation/2/1'],
        ['c', 'Observation/3/1'],
      ],
    ],
    ['a stranger', { kind: 'organization', organization: 'nobody' }, []],
    ['nobody', { kind: 'none' }, []],
  ] as const)('%s', (_who, reach, expected) => {
    expect(told(shared, reach)).toEqual(expected);
  });

  describe('of counselling notes', () => {
    const wrote = { action: 'create', versions: ['ClinicalImpression/n/1'], patients: ['a'], notes: [0] };
    const own = rowOf({ ...wrote, organization: 'prog', owners: ['prog'] });
    const out = rowOf({ ...wrote, action: 'read', owners: ['prog'] });
    const mixed = rowOf({
      ...{ organization: 'prog', owners: ['prog'], action: 'transaction', patients: ['a', 'b'] },
      ...{ versions: ['ClinicalImpression/n/1', 'Observation/1/1'], named: [[0], [1]], notes: [0] },
    });
    const person = { kind: 'patient', patient: 'a' } as const;
    const auditor = { ...PROGRAM, withoutNotes: true } as const;
    test.each([
      ['the program is told', own, PROGRAM, [['a', 'ClinicalImpression/n/1']]],
      ['the person is not', own, person, []],
      ['an auditor is not', own, auditor, []],
      ['the person is told to whom one went', out, person, [['a', 'ClinicalImpression/n/1']]],
      ['an auditor is not told that either', out, auditor, []],
      ['nothing beside others, to the person', mixed, person, []],
      ['nothing beside others, to an auditor', mixed, auditor, [['b', 'Observation/1/1']]],
    ] as const)('%s', (_, row, reach, expected) => {
      expect(told(row, reach)).toEqual(expected);
    });
  });

  test('of a row from before that names several people, to each no more than that it names him', () => {
    const old = rowOf({ patients: ['a', 'b'], versions: ['Patient/a/1', 'Observation/1/1'] });
    expect(told(old, { kind: 'patient', patient: 'a' })).toEqual([['a', 'Patient/a/1']]);
    expect(told(old, { kind: 'patient', patient: 'b' })).toEqual([['b']]);
    expect(told(old, PROGRAM)).toEqual([]);
  });
});

test('an id names its row and person again, for the server that made it alone', () => {
  const row = rowOf(SEEN);
  const id = ids.idOf(row, 'a');
  expect(ids.idOf(row, 'a')).toBe(id);
  expect(ids.idOf(row, 'b')).not.toBe(id);
  expect(ids.placeOf(id)).toEqual({ tag: ids.tagOf(row.writer), number: 17 });
  const others = trailIds(new Uint8Array(32).fill(8));
  expect(others.placeOf(id)?.tag).not.toBe(ids.tagOf(row.writer));
  for (const text of ['trail.', 'trail.x', `${id}0`, id.slice(6), id.toUpperCase()])
    expect(ids.placeOf(text)).toBeUndefined();
});
