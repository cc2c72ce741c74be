// A letter as it is printed: one page with the program's name, to whom, about whom, and who wrote it. Pure.
import { html, type Shown, styleHash } from './html.ts';
import type { LetterRecord } from './letter.ts';

export interface LetterFacts {
  /** The program's name, the client's and the writer's; undefined where the caller may not read them. */
  program: string | undefined;
  client: string | undefined;
  clinician: string | undefined;
  subject: string;
  /** Of the consent that it rests on. */
  consent?: { status: string; signed?: string };
  /** What goes with every disclosure (42 CFR 2.32). */
  notice: string;
}

const STYLE = `body{font:12pt/1.5 serif;max-width:17cm;margin:2cm auto;color:#000}
h1{font-size:14pt;margin:0 0 1.5em}p{margin:0 0 1em}.mark{border:1pt solid #000;padding:.5em 1em}
.notice{margin-top:3em;border-top:1pt solid #000;padding-top:.5em;font-size:10pt}
@media print{body{margin:0}}`;

/** See FORM_STYLE. */
export const LETTER_STYLE = styleHash(STYLE);

/** A letter that may not go out says so at its head: printed, it is what people take for the letter. */
function markOf({ status }: LetterRecord, { consent }: LetterFacts): Shown {
  if (status === 'draft')
    return html`<p class="mark">Draft. It goes out by a consent that names its recipient, or not at all.</p>`;
  if (status === 'not-sent') return html`<p class="mark">Was not sent.</p>`;
  if (consent?.status === 'active') return undefined;
  return html`<p class="mark">The consent that it was sent by is in force no longer: not to be sent again.</p>`;
}

/** A whole HTML document. Of a day the date alone is printed. */
export function letterPage(letter: LetterRecord, facts: LetterFacts): string {
  const paragraphs = letter.text.split(/\n+/).filter(line => line.trim() !== '');
  const title = `${facts.subject}: letter to ${letter.to.name}`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body>
${markOf(letter, facts)}
<h1>${facts.program ?? 'The program'}</h1>
<p>${(letter.sentAt ?? letter.at).slice(0, 10)}</p>
<p>${letter.to.name}</p>
<p><strong>${facts.subject}${facts.client === undefined ? undefined : html`: ${facts.client}`}</strong></p>
${paragraphs.map(one => html`<p>${one}</p>`)}
<p>${facts.clinician}</p>
<p class="notice">${facts.notice}${facts.consent?.signed === undefined ? undefined : html` Disclosed with the consent signed on ${facts.consent.signed.slice(0, 10)}.`}</p>
</body></html>
`.text;
}
