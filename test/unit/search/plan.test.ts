import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../src/access/decide.ts';
import type { Grant } from '../../../src/access/grant.ts';
import { parseScopes } from '../../../src/access/scope.ts';
import { parseSearch } from '../../../src/search/parse.ts';
import { planSearch } from '../../../src/search/plan.ts';

const grantOf = (scope: string): Grant =>
  decide(
    {
      client: 'client',
      organization: 'org',
      role: 'ehr',
      scopes: parseScopes(scope),
      purposes: ['TREAT', 'HPAYMT'],
      idSpace: { prefix: '', others: [] },
    },
    [],
    0,
    'program',
  );
const everything = grantOf('system/*.rs');
const search = (type: string, query: string) =>
  parseSearch(type, query, { strict: true, maxCount: 100, defaultCount: 20, now: 0 });

describe('a plan', () => {
  test('is narrowed by its grant and names it', () => {
    const plan = planSearch(search('Observation', 'code=1'), everything, 'search');
    expect(plan).toMatchObject({
      grant: everything.id,
      type: 'Observation',
      narrow: everything.narrow('Observation', 'search'),
      limit: 20,
      total: false,
      includes: [],
    });
    expect(plan.where).toHaveLength(1);
  });

  test('narrows every type that an include can bring', () => {
    const plan = planSearch(search('Observation', '_include=Observation:subject'), everything, 'search');
    expect(Object.keys(plan.includes[0]!.narrow).sort()).toEqual(['Device', 'Group', 'Location', 'Patient']);
    expect(plan.includes[0]!.narrow.Patient).toEqual(everything.narrow('Patient', 'search'));
  });

  test('narrows the one target an include names', () => {
    const plan = planSearch(
      search('Observation', '_include=Observation:subject:Patient'),
      everything,
      'search',
    );
    expect(Object.keys(plan.includes[0]!.narrow)).toEqual(['Patient']);
  });

  test('narrows the source of a reverse include', () => {
    const plan = planSearch(search('Patient', '_revinclude=Observation:subject'), everything, 'search');
    expect(plan.includes[0]!.narrow).toEqual({ Observation: everything.narrow('Observation', 'search') });
  });

  test('leaves out what the scope does not reach', () => {
    const grant = grantOf('system/Observation.rs system/Patient.rs');
    const forward = planSearch(search('Observation', '_include=Observation:subject'), grant, 'search');
    expect(Object.keys(forward.includes[0]!.narrow)).toEqual(['Patient']);
    const reverse = planSearch(search('Patient', '_revinclude=Encounter:subject'), grant, 'search');
    expect(reverse.includes).toEqual([]);
    const targets = planSearch(search('Observation', '_include=Observation:encounter'), grant, 'search');
    expect(targets.includes).toEqual([]);
  });

  test('of a type out of reach reaches nothing', () => {
    const plan = planSearch(search('Condition', ''), grantOf('system/Observation.rs'), 'search');
    expect(plan.narrow).toEqual({ kind: 'none' });
  });

  test('takes place and length of a page', () => {
    const cursor = { snapshot: 1, values: [], after: 2 };
    const plan = planSearch(search('Patient', '_count=0'), everything, 'search', { limit: 2, cursor });
    expect(plan).toMatchObject({ limit: 2, cursor, total: true });
  });
});
