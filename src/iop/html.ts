// HTML by hand: whatever stands in a template is text, unless it is HTML already. Pure.
import { createHash } from 'node:crypto';

/** Markup that may stand as it is. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Shown = string | number | Html | undefined | readonly Shown[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const htmlOf = (text: string): string => text.replace(/[&<>"']/g, one => ESCAPES[one]!);

/** A template whose values are escaped; lists stand one after the other, undefined is nothing. */
export const html = (texts: TemplateStringsArray, ...values: readonly Shown[]): Html =>
  new Html(texts.map((text, at) => text + (at < values.length ? markupOf(values[at]) : '')).join(''));

function markupOf(value: Shown): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return htmlOf(String(value));
  return value.map(markupOf).join('');
}

/** For a Content-Security-Policy: this style and no other. */
export const styleHash = (style: string): string =>
  `sha256-${createHash('sha256').update(style).digest('base64')}`;
