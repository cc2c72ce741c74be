// A Consent as a form that a person can read and sign, on one printed page. Any Consent: what it says beyond the plain
// words is told by its codes. Pure; what names are shown is asked of the caller.
import type { CodeableConcept, Coding, Consent, ConsentProvision } from '../fhir/types.ts';
import { PART2_STATEMENT, type Part2Statement, RECIPIENT_CLASS, type RecipientClass } from './codes.ts';
import { classWords, labelWords } from './consent-scope.ts';
import {
  PART2_ALL_RECORDS,
  PART2_COUNSELLING_NOTES,
  PART2_CRIMINAL_JUSTICE,
  PART2_EXPIRY_EVENT,
  PART2_IRREVOCABLE,
  PART2_RECIPIENT_CLASS,
  PART2_STATEMENT_MADE,
} from './extensions.ts';
import { htmlOf, styleHash } from './html.ts';
import { extensionValue, extensionValues } from './vocabulary.ts';

export interface FormFacts {
  /** What a reference is called: a person's or an Organization's name; the reference itself where it has none. */
  nameOf(reference: string): string;
  /** What 42 CFR 2.31 asks for and the Consent does not hold, in words. */
  missing: readonly string[];
}

const STYLE = `body{font:12pt/1.4 serif;max-width:17cm;margin:1.5cm auto;color:#000}
h1{font-size:16pt}h2{font-size:12pt;margin:1em 0 .3em}dt{font-weight:bold;margin-top:.5em}dd{margin-left:1em}
.missing{border:1pt solid #000;padding:.5em 1em}.line{margin-top:2.2em;border-top:1pt solid #000;width:9cm}
@media print{body{margin:0}}`;

/** For the Content-Security-Policy of what the form is sent with: this style, and nothing else. */
export const FORM_STYLE = styleHash(STYLE);

/** What the form tells whoever signs it (42 CFR 2.31(a)). */
const STATEMENTS: Readonly<Record<Part2Statement, string>> = {
  revocation:
    'I may revoke this consent in writing at any time. What was disclosed before that, because of it, is not undone.',
  redisclosure:
    'What is disclosed may be disclosed again by who received it, as the HIPAA rules permit, but not for proceedings ' +
    'against me.',
  refusal: 'I was told what follows if I do not sign.',
};

/** 42 CFR 2.35(c) limits the revocation of some. */
const statementText = (statement: Part2Statement, consent: Consent): string =>
  statement === 'revocation' && extensionValue(PART2_IRREVOCABLE, consent) === true
    ? 'I may revoke this consent in writing once what it lasts until has happened, and not before (42 CFR 2.35).'
    : STATEMENTS[statement];

const PURPOSES: Readonly<Record<string, string>> = {
  TREAT: 'treatment',
  HPAYMT: 'payment',
  HOPERAT: 'health care operations',
  HRESCH: 'research',
  HLEGAL: 'legal proceedings',
};

/** A whole HTML document. */
export function consentForm(consent: Consent, facts: FormFacts): string {
  const denies = consent.provision?.type === 'deny';
  const title = denies ? 'Restriction on the disclosure of records' : 'Consent to the disclosure of records';
  const stated = (extensionValues(PART2_STATEMENT_MADE, consent) as Part2Statement[]).filter(one =>
    Object.hasOwn(PART2_STATEMENT.codes, one),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body>
<h1>${title}</h1>
${missingBox(facts.missing)}<dl>
${rowsOf(consent, facts).map(row).join('\n')}
</dl>
${stated.length === 0 ? '' : `<h2>I have been told</h2>\n<ul>\n${stated.map(one => item(statementText(one, consent))).join('\n')}\n</ul>\n`}${signature(consent)}
</body></html>
`;
}

type Row = readonly [term: string, ...values: string[]];

function rowsOf(consent: Consent, { nameOf }: FormFacts): Row[] {
  const name = (reference: string | undefined): string[] =>
    reference === undefined ? [] : [nameOf(reference)];
  const root = consent.provision ?? {};
  return [
    ['Whose records', ...name(consent.patient?.reference)],
    ['Who may disclose them', ...(consent.organization ?? []).flatMap(one => name(one.reference))],
    ...provisionRows(root, nameOf),
    ...(root.provision ?? []).flatMap((one, at): Row[] => [
      [`Exception ${at + 1}`, one.type === 'deny' ? 'may not' : 'may'],
      ...provisionRows(one, nameOf),
    ]),
    ...(extensionValue(PART2_COUNSELLING_NOTES, consent) === true
      ? ([['Which records', 'counselling notes, and nothing else']] as Row[])
      : []),
    ...(extensionValue(PART2_CRIMINAL_JUSTICE, consent) === true
      ? ([['Condition of', 'criminal proceedings, or release from custody']] as Row[])
      : []),
    ['Where it stands', consent.status],
  ];
}

function provisionRows(provision: ConsentProvision, nameOf: (reference: string) => string): Row[] {
  const { actor, purpose, period } = provision;
  const group = extensionValue(PART2_RECIPIENT_CLASS, provision) as RecipientClass | undefined;
  const event = extensionValue(PART2_EXPIRY_EVENT, provision) as string | undefined;
  const until = [period?.end, event].filter(one => one !== undefined);
  return [
    [
      'To whom',
      ...(actor ?? []).map(one => nameOf(one.reference?.reference ?? one.reference?.display ?? '?')),
      ...(group === undefined ? [] : [RECIPIENT_CLASS.codes[group] ?? group]),
    ],
    ['Which records', ...recordsOf(provision, nameOf)],
    ['Records from', ...(provision.dataPeriod?.start === undefined ? [] : [provision.dataPeriod.start])],
    ['Records until', ...(provision.dataPeriod?.end === undefined ? [] : [provision.dataPeriod.end])],
    ['What for', ...(purpose ?? []).map(one => PURPOSES[one.code ?? ''] ?? codingText(one))],
    ['From', ...(period?.start === undefined ? [] : [period.start])],
    ['Until', ...until],
  ];
}

/** Of which records a provision is, a line for each. */
export function recordsOf(provision: ConsentProvision, nameOf: (reference: string) => string): string[] {
  const { securityLabel, class: kinds, code, data } = provision;
  return [
    ...(extensionValue(PART2_ALL_RECORDS, provision) === true ? ['all of them, at this program'] : []),
    ...labelWords(securityLabel, codingText),
    ...classWords(kinds, codingText),
    ...(code ?? []).map(conceptText),
    ...(data ?? []).map(one => dataText(one.meaning, nameOf(one.reference?.reference ?? '?'))),
  ];
}

function dataText(meaning: string | undefined, name: string): string {
  if (meaning === 'authoredby') return `what was written by ${name}`;
  return meaning === 'dependents' ? `${name}, and what belongs to it` : name;
}

const codingText = ({ display, code, system }: Coding): string =>
  display ?? `${code ?? '?'} (${system ?? '?'})`;
const conceptText = ({ text, coding }: CodeableConcept): string =>
  text ?? (coding ?? []).map(codingText).join(', ');

function missingBox(missing: readonly string[]): string {
  if (missing.length === 0) return '';
  return `<div class="missing"><p>This form permits nothing until it holds what is missing:</p>\n<ul>\n${missing
    .map(item)
    .join('\n')}\n</ul></div>\n`;
}

/** A line without a value is left out. */
function row([term, ...values]: Row): string {
  if (values.length === 0) return '';
  return `<dt>${htmlOf(term)}</dt>${values.map(value => `<dd>${htmlOf(value)}</dd>`).join('')}`;
}

function signature({ dateTime, verification }: Consent): string {
  const verified = (verification ?? []).find(one => one.verified);
  if (verified !== undefined)
    return `<p>Signed on ${htmlOf(dateTime ?? '?')}; the signature was verified on ${htmlOf(verified.verificationDate ?? '?')}.</p>`;
  return '<p class="line">Signature of the patient</p>\n<p class="line">Date</p>';
}

const item = (text: string): string => `<li>${htmlOf(text)}</li>`;
