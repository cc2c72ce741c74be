// The form says in words what the Consent says in codes, lets nothing through as markup, and is sent with a policy under
// which its own style and nothing else is used.
import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Consent, JsonObject } from '../../../src/fhir/types.ts';
import { type ConsentRecord, consent } from '../../../src/iop/consent.ts';
import { consentForm, FORM_STYLE, recordsOf } from '../../../src/iop/consent-form.ts';
import { links } from '../../support/round-trip.ts';
import { consentFor } from '../../support/server.ts';

const form = (more: JsonObject = {}, missing: string[] = []): string =>
  consentForm({ ...consentFor('p1', 'ehr'), ...more } as unknown as Consent, {
    nameOf: reference => (reference === 'Patient/p1' ? 'Ann <b>Invented</b>' : reference),
    missing,
  });
const valuesOf = (html: string, term: string): string[] =>
  [...html.matchAll(new RegExp(`<dt>${term}</dt>((?:<dd>.*?</dd>)+)`, 'g'))].flatMap(found =>
    [...found[1]!.matchAll(/<dd>(.*?)<\/dd>/g)].map(one => one[1]!),
  );

test('who, what, to whom, what for and until when', () => {
  const html = form();
  expect(valuesOf(html, 'Whose records')).toEqual(['Ann &lt;b&gt;Invented&lt;/b&gt;']);
  expect(valuesOf(html, 'Who may disclose them')).toEqual(['Organization/program']);
  expect(valuesOf(html, 'To whom')).toEqual(['Organization/ehr']);
  expect(valuesOf(html, 'Which records')).toEqual(['all of them, at this program']);
  expect(valuesOf(html, 'What for')).toEqual(['treatment']);
  expect(valuesOf(html, 'Until')).toEqual(['The end of treatment']);
  expect(html).toContain('I may revoke this consent in writing at any time.');
  expect(html).toContain('Signed on 2026-08-01');
  expect(html).not.toContain('class="missing"');
});

test('one that is not signed has lines to sign on, and says what is missing', () => {
  const html = form({ verification: undefined }, ['No signature <is> verified.']);
  expect(html).toContain('Signature of the patient');
  expect(html).toContain('<li>No signature &lt;is&gt; verified.</li>');
});

test('exceptions, labels, classes and codes are told, whatever they are', () => {
  const html = form({
    provision: {
      type: 'deny',
      period: { start: '2026-01-01', end: '2026-12-31' },
      securityLabel: [{ system: 'http://x', code: 'SUD', display: 'substance use' }],
      provision: [
        { type: 'permit', class: [{ system: 'http://y', code: 'Goal' }], code: [{ text: 'opiates' }] },
        { type: 'deny', data: [{ meaning: 'instance', reference: { reference: 'Goal/1' } }] },
      ],
    },
  });
  expect(html).toContain('<h1>Restriction on the disclosure of records</h1>');
  expect(valuesOf(html, 'Which records')).toEqual(['substance use', 'Goal (http://y)', 'opiates', 'Goal/1']);
  expect([valuesOf(html, 'Exception 1'), valuesOf(html, 'Exception 2')]).toEqual([['may'], ['may not']]);
  expect([valuesOf(html, 'From'), valuesOf(html, 'Until')]).toEqual([['2026-01-01'], ['2026-12-31']]);
});

const scoped: ConsentRecord = {
  kind: 'consent',
  id: 'k',
  program: 'riverbend',
  client: 'c1',
  status: 'draft',
  effect: 'permit',
  only: ['results', 'goals'],
  except: ['medications'],
  exceptSensitive: ['SDV'],
  dataFrom: '2026-08-01',
  dataUntil: '2026-08-31',
  signedOn: '2026-08-01',
};
const formOf = (record: ConsentRecord): string =>
  consentForm(consent.toFhir(record, links)[0]!.resource as unknown as Consent, {
    nameOf: reference => reference,
    missing: [],
  });

test('kinds of records, what they reveal and when they are from are told in plain words', () => {
  const html = formOf(scoped);
  expect(valuesOf(html, 'Which records')).toEqual([
    'urine screens, scores, assessments, check-ins, slips, and what of life bears on treatment',
    'goals',
    'medications',
    'what reveals sexual or domestic violence',
  ]);
  expect([valuesOf(html, 'Exception 1'), valuesOf(html, 'Exception 2')]).toEqual([['may not'], ['may not']]);
  expect([valuesOf(html, 'Records from'), valuesOf(html, 'Records until')]).toEqual([
    ['2026-08-01'],
    ['2026-08-31'],
  ]);
});

test('sessions that were paid for alone are told with what belongs to them', () => {
  const { only: _only, except: _except, exceptSensitive: _sensitive, ...plain } = scoped;
  const html = formOf({ ...plain, effect: 'deny', selfPaid: [{ session: 's1', attendance: 'a1' }] });
  expect(html).toContain('<h1>Restriction on the disclosure of records</h1>');
  expect(valuesOf(html, 'Which records')).toEqual([
    'urn:record:attendance|a1|, and what belongs to it',
    'urn:record:session|s1|appointment/c1, and what belongs to it',
  ]);
});

test('records by their author are told as what that one wrote', () => {
  const data = [{ meaning: 'authoredby' as const, reference: { reference: 'Practitioner/anna' } }];
  expect(recordsOf({ data }, () => 'Anna')).toEqual(['what was written by Anna']);
});

test('one that may not be revoked yet says so, and nothing else', () => {
  const { only: _only, except: _except, exceptSensitive: _sensitive, ...plain } = scoped;
  const referral = { ...plain, criminalJustice: true, statements: ['revocation'] } as const;
  const html = formOf({ ...referral, statements: ['revocation'], irrevocable: true });
  expect(valuesOf(html, 'Condition of')).toEqual(['criminal proceedings, or release from custody']);
  expect(html).toContain('once what it lasts until has happened, and not before (42 CFR 2.35)');
  expect(html).not.toContain('at any time');
});

test('its style is the one that the policy names, and there is no script', () => {
  const style = /<style>([\s\S]*?)<\/style>/.exec(form())![1]!;
  expect(`sha256-${createHash('sha256').update(style).digest('base64')}`).toBe(FORM_STYLE);
  expect(form()).not.toMatch(/<script|onload|style="/);
});
