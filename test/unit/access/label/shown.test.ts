import { describe, expect, test } from '@jest/globals';
import type { Principal } from '../../../../src/access/grant.ts';
import { type Setting, settingOf, shownIn } from '../../../../src/access/label/shown.ts';

const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const CONF = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const BASIS = 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-sec-label-basis';

/** Written `SUD` or `conf:R`. */
const item = (code: string) =>
  JSON.stringify(code.startsWith('conf:') ? { system: CONF, code: code.slice(5) } : { system: ACT, code });
const stored = (codes: string) => (codes === '' ? '' : codes.split(' ').map(item).join(','));
/** With `+` behind what has a basis in Part 2. */
const shown = (codes: string, setting: Setting): string =>
  (
    JSON.parse(`[${shownIn(stored(codes), setting).inner}]`) as {
      code: string;
      system: string;
      extension?: object;
    }[]
  )
    .map(({ code, system, extension }) => `${system === CONF ? 'conf:' : ''}${code}${extension ? '+' : ''}`)
    .join(' ');

const NOBODY: Setting = { person: false, part2: true, bound: true };
const PERSON: Setting = { person: true, part2: false, bound: false };
const BOUND: Setting = { ...PERSON, bound: true };
const PART2: Setting = { ...PERSON, part2: true };
const PART2_BOUND: Setting = { ...PART2, bound: true };

const ROWS: readonly [what: string, setting: Setting, codes: string, expected: string][] = [
  ['what is about nobody', NOBODY, '', ''],
  ['what is about nobody, with labels', NOBODY, 'SUD conf:M', 'conf:M SUD'],
  ['a person', PERSON, '', 'conf:N'],
  ['a person, substance use', PERSON, 'SUD', 'conf:R SUD'],
  ['a person, alcohol by its older code', PERSON, 'ETH', 'conf:R ETH'],
  ['a person, mental health', PERSON, 'PSY', 'conf:R PSY'],
  ['a person, violence', PERSON, 'SDV', 'conf:R SDV'],
  ['a person, a counselling note', PERSON, 'PSYTHPN', 'conf:V PSYTHPN'],
  ['a person, a counselling note by its law', PERSON, 'HIPAAPsyNotes', 'conf:V HIPAAPsyNotes'],
  ['a person, an unknown code', PERSON, 'X1', 'conf:N X1'],
  ['a floor below', PERSON, 'conf:L SUD', 'conf:R SUD'],
  ['a floor above', PERSON, 'conf:V SUD', 'conf:V SUD'],
  ['a floor alone', PERSON, 'conf:R', 'conf:R'],
  ['several floors', PERSON, 'conf:L conf:V conf:R', 'conf:V'],
  ['a Part 2 program', PART2, '', 'conf:R+ 42CFRPart2'],
  ['a Part 2 program, labelled', PART2, 'SUD 42CFRPart2', 'conf:R+ SUD 42CFRPart2'],
  ['a Part 2 program, a counselling note', PART2, 'PSYTHPN', 'conf:V+ 42CFRPart2 PSYTHPN'],
  ['to whom it binds, no Part 2', BOUND, 'SUD', 'conf:R SUD'],
  ['to whom it binds', PART2_BOUND, 'SUD', 'conf:R+ 42CFRPart2 NORDSCLCD+ SUD'],
  ['to whom it binds, Part 2 as received', BOUND, '42CFRPart2', 'conf:R+ NORDSCLCD+ 42CFRPart2'],
  ['a refrain that was received', PERSON, 'NORDSCLCD', 'conf:N NORDSCLCD'],
  ['a retired refrain', PERSON, 'NORDSLCD SUD', 'conf:R NORDSCLCD SUD'],
  ['both refrains', PART2_BOUND, 'NORDSLCD NORDSCLCD', 'conf:R+ 42CFRPart2 NORDSCLCD'],
];

test.each(ROWS)('%s', (_what, setting, codes, expected) => {
  expect(shown(codes, setting)).toBe(expected);
  // What is kept of an answer gives the same.
  expect(shown(codes, setting)).toBe(expected);
});

test('a label from a law names it', () => {
  const [confidentiality] = JSON.parse(`[${shownIn('', PART2).inner}]`);
  expect(confidentiality).toEqual({
    extension: [{ url: BASIS, valueCoding: { system: ACT, code: '42CFRPart2' } }],
    system: CONF,
    code: 'R',
  });
});

test('what is stored goes out as it stands', () => {
  const odd =
    '{"system":"http://hl7.org/fhir/v3/ActCode","code":"SUD","extension":[{"url":"u","valueDecimal":1.00}]}';
  expect(shownIn(odd, PERSON)).toEqual({ inner: `${item('conf:R')},${odd}`, level: 'R' });
});

describe('who is bound', () => {
  const principal = (parts: Partial<Principal>): Principal => ({
    client: 'c',
    organization: 'outside',
    role: 'ehr',
    scopes: [],
    purposes: [],
    idSpace: { prefix: '', others: [] },
    part2Programs: new Set(['program']),
    ...parts,
  });
  const CALLERS: readonly [who: string, caller: Partial<Principal>, bound: boolean][] = [
    ['a covered entity', { recipient: 'covered-entity' }, false],
    ['a business associate', { recipient: 'business-associate' }, false],
    ['a payer that is a covered entity', { role: 'payer', recipient: 'covered-entity' }, false],
    ['another lawful holder', { recipient: 'other-lawful-holder' }, true],
    ['another Part 2 program', { role: 'program', recipient: 'part2-program' }, true],
    ['the program itself', { organization: 'program', role: 'program', recipient: 'part2-program' }, false],
    ['the patient', { role: 'patient', recipient: 'other-lawful-holder' }, false],
    ['a representative', { role: 'representative', recipient: 'other-lawful-holder' }, false],
    ['a command on the store', {}, false],
  ];
  test.each(CALLERS)('%s', (_who, caller, bound) => {
    expect(settingOf({ owner: 'program', patients: ['a'] }, principal(caller))).toEqual({
      person: true,
      part2: true,
      bound,
    });
  });

  test('only what a Part 2 program owns is Part 2 by origin', () => {
    expect(settingOf({ owner: 'outside', patients: [] }, principal({}))).toEqual({
      person: false,
      part2: false,
      bound: false,
    });
  });
});
