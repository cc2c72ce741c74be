import { expect, test } from '@jest/globals';
import { Html, html } from '../../../src/iop/html.ts';

const X = `<i a="1" b='2'>&</i>`;
const ESCAPED = '&lt;i a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;&lt;/i&gt;';

test('whatever stands in a template is text, at any depth', () => {
  expect(html`<p title="${X}">${X}</p>`.text).toBe(`<p title="${ESCAPED}">${ESCAPED}</p>`);
  expect(html`<ul>${[X, [html`<li>${X}</li>`, 7]]}</ul>`.text).toBe(
    `<ul>${ESCAPED}<li>${ESCAPED}</li>7</ul>`,
  );
});

test('nothing is nothing, and what only looks like markup is refused', () => {
  expect(html`<p>${undefined}${''}${0}</p>`.text).toBe('<p>0</p>');
  const disguised = JSON.parse(JSON.stringify(new Html('<b>'))) as string;
  expect(() => html`${disguised}`).toThrow();
});
