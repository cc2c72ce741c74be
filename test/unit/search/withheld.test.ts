// What may not be asked by, wherever a Search comes from.
import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../src/access/decide.ts';
import type { Grant, Role } from '../../../src/access/grant.ts';
import { parseScopes } from '../../../src/access/scope.ts';
import { FhirError } from '../../../src/fhir/error.ts';
import { parseSearch } from '../../../src/search/parse.ts';
import { planSearch } from '../../../src/search/plan.ts';

const grantOf = (role: Role, ...purposes: string[]): Grant =>
  decide(
    {
      client: 'client',
      organization: 'org',
      role,
      scopes: parseScopes('system/*.rs'),
      purposes,
      idSpace: { prefix: '', others: [] },
    },
    [],
    0,
    'program',
  );
const payer = grantOf('payer', 'HPAYMT');
const OWN = {
  kind: 'or',
  of: [
    { kind: 'owner', organization: 'org' },
    { kind: 'source', organization: 'org' },
  ],
};
const plan = (grant: Grant, type: string, query: string, strict = false) =>
  planSearch(parseSearch(type, query, { strict, maxCount: 100, defaultCount: 20, now: 0 }), grant, 'search');

function refusalOf(make: () => unknown): [string, string[]] {
  try {
    make();
  } catch (error) {
    if (error instanceof FhirError) return [error.code, error.issues.map(({ message }) => message)];
    throw error;
  }
  return ['none', []];
}

describe('a search', () => {
  test.each([
    'address=Elm',
    'address:missing=true',
    '_sort=address',
    '_sort=-birthdate,address',
    '_id=a&address=Elm',
    'address:exact=Elm&_count=0',
  ])('by what is dropped is refused, strict or not: %s', query => {
    for (const strict of [false, true])
      expect(refusalOf(() => plan(payer, 'Patient', query, strict))[0]).toBe('forbidden');
  });

  test('is told every name and no value', () => {
    const [code, messages] = refusalOf(() => plan(payer, 'Patient', 'address=Elm&phone=555&_sort=email'));
    expect(code).toBe('forbidden');
    for (const name of ['Patient.address', 'Patient.phone', 'Patient.email'])
      expect(messages.filter(message => message.startsWith(`${name} `))).toHaveLength(1);
    expect(messages.join()).not.toMatch(/Elm|555/);
  });

  test.each([
    'name=A',
    'birthdate=1990',
    '_tag=x',
    '_id=a',
    '_lastUpdated=2026',
    '_sort=birthdate,-_lastUpdated',
  ])('by what goes out is planned as ever: %s', query => {
    expect(plan(payer, 'Patient', query).narrow).toEqual(payer.narrow('Patient', 'search'));
  });

  test.each(['TREAT', 'COC'])('of who calls for %s is planned as ever', purpose => {
    const ehr = grantOf('ehr', purpose);
    expect(plan(ehr, 'Patient', 'address=Elm&_sort=phone').narrow).toEqual(ehr.narrow('Patient', 'search'));
  });
});

describe('an include', () => {
  test('by what is dropped is refused, both ways, also where all were asked for before', () => {
    const named = '_include=QuestionnaireResponse:item-subject';
    for (const query of [
      named,
      `_include=QuestionnaireResponse:*&${named}`,
      `${named}&_include=QuestionnaireResponse:*`,
    ])
      expect(refusalOf(() => plan(payer, 'QuestionnaireResponse', query))[0]).toBe('forbidden');
    const reverse = '_revinclude=QuestionnaireResponse:item-subject';
    expect(refusalOf(() => plan(payer, 'Patient', reverse))[0]).toBe('forbidden');
  });

  test('of all there are leaves out those that may not be followed', () => {
    const followed = (grant: Grant) =>
      plan(grant, 'QuestionnaireResponse', '_include=QuestionnaireResponse:*').includes.map(
        one => one.param.code,
      );
    expect(followed(grantOf('ehr', 'TREAT'))).toContain('item-subject');
    expect(followed(payer)).toContain('subject');
    expect(followed(payer)).not.toContain('item-subject');
  });
});

describe('a program that calls for more than treatment', () => {
  const program = grantOf('program', 'TREAT', 'HOPERAT');
  test('asks its own records by what it does not get of others', () => {
    const { narrow } = plan(program, 'Patient', 'address=Elm');
    expect(narrow).toEqual({ kind: 'and', of: [program.narrow('Patient', 'search'), OWN] });
    expect(plan(program, 'Patient', 'name=A').narrow).toEqual(program.narrow('Patient', 'search'));
  });

  test('is brought its own by a reverse include of that kind', () => {
    const { includes } = plan(program, 'Patient', '_revinclude=QuestionnaireResponse:item-subject');
    const reached = program.narrow('QuestionnaireResponse', 'search');
    expect(includes[0]!.narrow).toEqual({ QuestionnaireResponse: { kind: 'and', of: [reached, OWN] } });
  });
});
