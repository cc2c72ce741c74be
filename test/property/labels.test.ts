// Whatever is written after it, a label that was stored stays; and what answers with labels adds to them alone.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ROLES } from '../../src/access/grant.ts';
import { labelling } from '../../src/access/label/labelling.ts';
import { settingOf, shownIn } from '../../src/access/label/shown.ts';
import { composeBody, fromResource } from '../../src/fhir/body.ts';
import { findSecurity, itemsOf } from '../../src/fhir/security.ts';
import type { AnyResource, JsonObject } from '../../src/fhir/types.ts';
import type { Derive } from '../../src/store/port/derived.ts';
import { CONFIDENTIALITY } from '../support/labels.ts';
import { draft, grantFor, openTemporaryStore } from '../support/store.ts';

const LEVELS = ['U', 'L', 'M', 'N', 'R', 'V'];
const act = fc.constantFrom(
  'SUD',
  'ETH',
  'PSY',
  'PSYTHPN',
  'HIV',
  '42CFRPart2',
  'NORDSLCD',
  'NORDSCLCD',
  'X',
);
const system = fc.constantFrom(
  'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  'http://hl7.org/fhir/v3/ActCode',
  'http://example.org/own',
);
const coding = fc.oneof(
  fc.record({ system, code: act }),
  fc.record({ system: fc.constant(CONFIDENTIALITY), code: fc.constantFrom(...LEVELS) }),
  fc.record({ display: fc.constantFrom('a', 'b "]}') }),
);
const code = fc.constantFrom('F10.20', 'F11.20', 'F33.1', 'E11.9');
/** One write: the labels sent, the diagnosis, and whether the version before is sent back with them. */
const write = fc.record({
  sent: fc.array(coding, { maxLength: 4 }),
  code,
  echo: fc.boolean(),
  gone: fc.boolean(),
});

const body = (id: string, one: { sent: readonly object[]; code: string }): string => {
  const resource = {
    resourceType: 'Condition',
    ...(one.sent.length === 0 ? {} : { meta: { security: one.sent } }),
    code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: one.code }] },
  };
  return composeBody(fromResource(resource as unknown as AnyResource), id);
};

const derive: Derive = Object.assign(
  (resource: Record<string, unknown>) => {
    const stated = resource as { patients?: string[] };
    return { values: [], patients: stated.patients ?? ['p'], rules: [] };
  },
  { labels: labelling(() => 'http://localhost/fhir') },
);

const keys = (items: readonly string[]): string[] =>
  items
    .map(text => JSON.parse(text) as JsonObject)
    .filter(one => one.system !== CONFIDENTIALITY)
    .map(one =>
      JSON.stringify([one.system, one.code, one.display]).replace(
        'http://hl7.org/fhir/v3/ActCode',
        'http://terminology.hl7.org/CodeSystem/v3-ActCode',
      ),
    );
const floor = (items: readonly string[]): number =>
  Math.max(
    -1,
    ...items
      .map(text => JSON.parse(text) as JsonObject)
      .filter(one => one.system === CONFIDENTIALITY)
      .map(one => LEVELS.indexOf(String(one.code))),
  );

test('the stored labels after any sequence of writes include all before', async () => {
  const opened = await openTemporaryStore({ derive });
  let made = 0;
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { minLength: 2, maxLength: 6 }),
        fc.constantFrom('program', 'other'),
        async (writes, part2) => {
          made += 1;
          const id = `c${made}`;
          let before: string[] = [];
          for (const one of writes) {
            const base = grantFor('program');
            const principal = { ...base.principal, part2Programs: new Set([part2]) };
            const grant = { ...base, principal };
            const setting = settingOf({ owner: 'program', patients: ['p'] }, principal);
            const shown = one.echo ? JSON.parse(`[${shownIn(before.join(','), setting).inner}]`) : [];
            const sent = [...shown, ...one.sent];
            if (one.gone && before.length > 0)
              await opened.store.transact(
                { ops: [{ kind: 'delete', type: 'Condition', id }], lookups: [], claims: [], marks: [] },
                grant,
                draft(),
              );
            const op = { kind: 'update' as const, type: 'Condition', id, body: body(id, { ...one, sent }) };
            await opened.store.transact({ ops: [op], lookups: [], claims: [], marks: [] }, grant, draft());
            const stored = (await opened.store.read('Condition', id, grant))!;
            const now = itemsOf(findSecurity(stored.body, 'Condition', id).inner);
            expect(keys(now)).toEqual(expect.arrayContaining(keys(before)));
            expect(floor(now)).toBeGreaterThanOrEqual(floor(before));
            expect(now.filter(text => floor([text]) >= 0).length).toBeLessThan(2);
            before = now;
          }
        },
      ),
      { numRuns: 60 },
    );
  } finally {
    await opened.close();
  }
});

test('an answer has one confidentiality, none lower than was received, every label that is stored, and no retired one', () => {
  const caller = fc.record({
    organization: fc.constantFrom('program', 'other'),
    role: fc.constantFrom(...ROLES),
    recipient: fc.constantFrom(
      'covered-entity',
      'business-associate',
      'other-lawful-holder',
      'part2-program',
    ),
    part2: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.uniqueArray(coding, { maxLength: 6 }), caller, fc.boolean(), (codings, by, person) => {
      const stored = codings.map(one => JSON.stringify(one));
      const setting = settingOf(
        { owner: 'program', patients: person ? ['p'] : [] },
        {
          client: 'c',
          scopes: [],
          purposes: [],
          idSpace: { prefix: '', others: [] },
          organization: by.organization,
          role: by.role,
          recipient: by.recipient,
          part2Programs: new Set(by.part2 ? ['program'] : []),
        },
      );
      const { inner, level } = shownIn(stored.join(','), setting);
      const items = itemsOf(inner);
      const levels = items.filter(text => floor([text]) >= 0);
      expect(levels.length).toBe(level === undefined ? 0 : 1);
      expect(floor(items)).toBeGreaterThanOrEqual(floor(stored));
      if (person) expect(floor(items)).toBeGreaterThanOrEqual(LEVELS.indexOf('N'));
      const retired = (text: string) => /v3.ActCode.*"NORDSLCD"/.test(text);
      expect(items.filter(retired)).toEqual([]);
      expect(keys(items)).toEqual(expect.arrayContaining(keys(stored.filter(text => !retired(text)))));
    }),
  );
});
