// Counselling notes: who reaches them, and what is one.
import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../src/access/decide.ts';
import type { Grant, Principal, Use } from '../../../src/access/grant.ts';
import { noteFaults } from '../../../src/access/notes.ts';
import { parseScopes } from '../../../src/access/scope.ts';
import { NOTE_TYPES } from '../../../src/fhir/counselling-note.ts';
import { RESOURCE_TYPES } from '../../../src/fhir/resource-types.ts';
import type { AnyResource, JsonObject } from '../../../src/fhir/types.ts';
import { extract } from '../../../src/search/extract.ts';
import { allows, type HeldRule } from '../../../src/search/match.ts';
import { paramOf } from '../../../src/search/registry.ts';

const TAG = { system: 'https://iop-fhir.example/fhir/CodeSystem/record-kind', code: 'counselling-note' };
const AT = Date.UTC(2026, 8, 1);

const USES: readonly Use[] = ['read', 'search', 'history', 'create', 'update', 'delete'];
const AUTHORS: Readonly<Record<string, (reference: string) => JsonObject>> = {
  ClinicalImpression: reference => ({ assessor: { reference } }),
  Communication: reference => ({ sender: { reference } }),
  Composition: reference => ({ author: [{ reference }] }),
  DocumentReference: reference => ({ author: [{ reference }] }),
  QuestionnaireResponse: reference => ({ author: { reference } }),
};
const noteOf = (type: string, author: string, more: JsonObject = {}): AnyResource => ({
  resourceType: type,
  id: 'n',
  meta: { tag: [TAG] },
  subject: { reference: 'Patient/p' },
  ...AUTHORS[type]!(author),
  ...more,
});

const principal = (parts: Partial<Principal> = {}): Principal => ({
  client: 'client',
  organization: 'program',
  role: 'program',
  scopes: parseScopes('system/*.cruds'),
  purposes: ['TREAT'],
  idSpace: { prefix: '', others: [] },
  ...parts,
});
const grantOf = (parts: Partial<Principal>, staff: 'program' | 'careteam' = 'program'): Grant =>
  decide(principal(parts), [], AT, staff);

/** p permits everybody everything, and is a member of the payer's. */
const RULES: readonly HeldRule[] = [
  ...['ehr', 'payer'].flatMap(actor =>
    ['TREAT', 'HPAYMT', 'HOPERAT', 'roster'].map(purpose => ({ actor, purpose })),
  ),
  { actor: 'Practitioner/anna', purpose: 'care-team' },
  { actor: 'Practitioner/ben', purpose: 'care-team' },
].map(one => ({
  ...one,
  patient: 'p',
  effect: 'permit' as const,
  from: 0,
  to: AT + 1,
  owner: 'program',
  by: 'Consent/c',
}));

function reached(grant: Grant, use: Use, resource: AnyResource, owner = 'program', source = owner): boolean {
  const { values, patients } = extract(resource);
  const version = {
    type: resource.resourceType,
    id: 'n',
    version: 1,
    seq: 1,
    created: 1,
    owner,
    source,
    writer: source,
    patients,
    deleted: false,
    body: '',
  };
  return allows(grant.narrow(resource.resourceType, use), { version, values, rules: RULES, pure: true });
}

const CALLERS: readonly [string, Partial<Principal>, author: boolean][] = [
  ['the author', { practitioner: 'anna' }, true],
  ['a colleague', { practitioner: 'ben' }, false],
  ['a system of the program', {}, false],
  ['staff that nobody knows', { scopes: parseScopes('user/*.cruds') }, false],
  [
    'the patient',
    { role: 'patient', patient: 'p', scopes: parseScopes('patient/*.cruds'), purposes: [] },
    false,
  ],
  ['an EHR that treats', { organization: 'ehr', role: 'ehr' }, false],
  ['an EHR whose client is the author', { organization: 'ehr', role: 'ehr', practitioner: 'anna' }, false],
  ['a payer', { organization: 'payer', role: 'payer', purposes: ['HPAYMT'] }, false],
  ['somebody for operations', { organization: 'ehr', role: 'ehr', purposes: ['HOPERAT'] }, false],
  ['an auditor', { role: 'auditor', purposes: ['HACCRED'] }, false],
  ['an administrator', { role: 'admin', purposes: [] }, false],
];

describe.each(Object.keys(NOTE_TYPES))('a %s that is a counselling note', type => {
  const note = noteOf(type, 'Practitioner/anna');
  const other = { ...note, meta: {} };

  test.each(CALLERS)('is reached by its author alone: %s', (_who, parts, author) => {
    const grant = grantOf(parts);
    for (const use of USES.filter(one => one !== 'create'))
      expect([use, reached(grant, use, note)]).toEqual([use, author]);
  });

  test('is reached by its author where staff see those whom they treat', () => {
    const staff = (practitioner: string) =>
      grantOf({ practitioner, scopes: parseScopes('user/*.cruds') }, 'careteam');
    expect(reached(staff('anna'), 'read', note)).toBe(true);
    expect(reached(staff('ben'), 'read', note)).toBe(false);
    expect(reached(staff('ben'), 'read', other)).toBe(true);
  });

  test('is created by its author, and by a system that hands it over', () => {
    const creates = (parts: Partial<Principal>) => reached(grantOf(parts), 'create', note);
    expect(creates({ practitioner: 'anna' })).toBe(true);
    expect(creates({ practitioner: 'ben' })).toBe(false);
    expect(creates({})).toBe(true);
    expect(creates({ scopes: parseScopes('user/*.cruds') })).toBe(false);
    expect(creates({ scopes: parseScopes('system/*.cruds user/*.rs') })).toBe(false);
    expect(creates({ organization: 'ehr', role: 'ehr' })).toBe(false);
  });

  test('is a note whatever the letters of its tag', () => {
    const shouted = { ...note, meta: { tag: [{ ...TAG, code: 'Counselling-NOTE' }] } };
    expect(reached(grantOf({}), 'read', shouted)).toBe(false);
    expect(noteFaults({ ...shouted, ...AUTHORS[type]!('Organization/x') })).toHaveLength(1);
  });

  test('changes nothing for what is not one', () => {
    for (const [, parts] of CALLERS.slice(0, 3)) expect(reached(grantOf(parts), 'read', other)).toBe(true);
    const elsewhere = { ...note, meta: { tag: [{ system: 'http://example.org', code: TAG.code }] } };
    expect(reached(grantOf({}), 'read', elsewhere)).toBe(true);
    expect(noteFaults(elsewhere)).toEqual([]);
  });

  test('that an outside professional wrote into the record of a program is for that author', () => {
    const theirs = grantOf({ organization: 'ehr', role: 'ehr', practitioner: 'anna' });
    expect(reached(theirs, 'read', note, 'program', 'ehr')).toBe(true);
    expect(reached(grantOf({}), 'read', note, 'program', 'ehr')).toBe(false);
  });

  test('says so by a parameter that finds its author', () => {
    expect(paramOf(type, NOTE_TYPES[type]!.param)?.type).toBe('reference');
    const { values } = extract(note);
    expect(values).toContainEqual({
      type: 'reference',
      key: `${type}.${NOTE_TYPES[type]!.param}`,
      target: 'Practitioner/anna',
    });
  });
});

describe('a note', () => {
  const faults = (resource: AnyResource) => noteFaults(resource, 'http://here/fhir').map(({ path }) => path);
  test.each([
    ['has one author', noteOf('DocumentReference', 'Practitioner/anna'), []],
    ['whose reference may be in full', noteOf('DocumentReference', 'http://here/fhir/Practitioner/anna'), []],
    [
      'not none',
      noteOf('DocumentReference', '', { author: undefined as never }),
      ['DocumentReference.author'],
    ],
    [
      'not two',
      noteOf('Composition', '', {
        author: [{ reference: 'Practitioner/anna' }, { reference: 'Practitioner/ben' }],
      }),
      ['Composition.author'],
    ],
    ['no role', noteOf('DocumentReference', 'PractitionerRole/anna'), ['DocumentReference.author']],
    [
      'nobody elsewhere',
      noteOf('Communication', 'http://there/fhir/Practitioner/anna'),
      ['Communication.sender'],
    ],
    [
      'nobody that is but named',
      noteOf('Communication', '', { sender: { display: 'Anna' } }),
      ['Communication.sender'],
    ],
    ['is of some types', { resourceType: 'Observation', meta: { tag: [TAG] } }, ['Observation.meta.tag']],
    [
      'is not within another',
      { resourceType: 'Composition', contained: [noteOf('DocumentReference', 'Practitioner/anna')] },
      ['Composition'],
    ],
    [
      'is in no Bundle that is stored',
      { resourceType: 'Bundle', entry: [{ resource: noteOf('DocumentReference', 'Practitioner/anna') }] },
      ['Bundle'],
    ],
  ] as [string, AnyResource, string[]][])('%s', (_what, resource, expected) => {
    expect(faults(resource)).toEqual(expected);
  });

  test('is nothing that other types ask about', () => {
    for (const type of RESOURCE_TYPES)
      expect([type, grantOf({}).because(type, 'read').notes?.kind === 'all']).toEqual([
        type,
        !(type in NOTE_TYPES),
      ]);
  });
});
