// The frame of every page: one style, for A4 and Letter, readable in grey. Pure.
import { Html, html, type Shown, styleHash } from '../../iop/html.ts';
import type { Head } from '../client-view/client.ts';

const STYLE = `@page{margin:1.5cm}
body{font:10.5pt/1.35 sans-serif;max-width:18cm;margin:1cm auto;padding:0 .5cm;color:#000;background:#fff}
h1{font-size:16pt;margin:0 0 .2em}h2{font-size:12pt;margin:1.4em 0 .4em;border-bottom:.5pt solid #000}
p{margin:.3em 0}.told,.none{color:#444}
table{border-collapse:collapse;width:100%;margin:.4em 0 1em}caption{text-align:left;color:#444;padding:.3em 0}
th,td{text-align:left;vertical-align:top;padding:.2em .5em;border-bottom:.5pt solid #999}.text{overflow-wrap:anywhere}
th{border-bottom:1pt solid #000}td.number,th.number{text-align:right}td.number,td.day{white-space:nowrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15em 1em;margin:.3em 0}dt{font-weight:bold}dd{margin:0;overflow-wrap:anywhere}
ul{margin:.3em 0;padding-left:1.3em}svg{display:block;width:100%;height:auto;margin:.3em 0}
svg text{font:9px sans-serif;fill:#000}
thead{display:table-header-group}tr,svg,figure,dl{break-inside:avoid}h2,caption{break-after:avoid}figure{margin:0}
@media print{body{margin:0;padding:0;max-width:none}}`;

export const PAGE_STYLE = styleHash(STYLE);

/** A whole document. */
export const page = (title: string, subtitle: Shown, ...body: readonly Shown[]): string =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title>${styleElement}</head><body>
<header><h1>${title}</h1>${subtitle}</header>
<main>${body}</main>
</body></html>
`.text;

/** The one text that is not escaped: it is this file's own. */
const styleElement = new Html(`<style>${STYLE}</style>`);

/** Whose page it is, and when it was told. */
export const subtitleOf = ({ client, today, timeZone }: Head): Html =>
  html`<p><strong>${client.name}</strong>${client.birthDate === undefined ? '' : `, born ${client.birthDate}`}${
    client.id === undefined ? '' : `, ${client.id}`
  }</p><p class="told">As of ${today}, days and weeks by the clock of ${timeZone}. Protected health information.</p>`;

export const section = (title: string, ...body: readonly Shown[]): Html =>
  html`<section><h2>${title}</h2>${body}</section>`;

export const none = (text: string): Html => html`<p class="none">${text}</p>`;

export interface Column<R> {
  title: string;
  /** Class of its cells. */
  kind?: 'number' | 'day' | 'text';
  of(row: R): Shown;
}

/** A table, or what to say where it has no rows. */
export function table<R>(
  caption: string,
  columns: readonly Column<R>[],
  rows: readonly R[],
  empty: string,
): Html {
  if (rows.length === 0) return none(empty);
  const head = ({ title, kind }: Column<R>): Html =>
    kind === undefined
      ? html`<th scope="col">${title}</th>`
      : html`<th scope="col" class="${kind}">${title}</th>`;
  const cell = (column: Column<R>, row: R): Html =>
    column.kind === undefined
      ? html`<td>${column.of(row)}</td>`
      : html`<td class="${column.kind}">${column.of(row)}</td>`;
  return html`<table><caption>${caption}</caption>
<thead><tr>${columns.map(head)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${columns.map(one => cell(one, row))}</tr>\n`)}</tbody></table>`;
}

/** A list of terms; what has no value is left out. */
export const terms = (rows: readonly (readonly [term: string, value: Shown])[]): Html =>
  html`<dl>${rows
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;

/** At most one digit after the point. */
export const hours = (value: number): string => String(Math.round(value * 10) / 10);
