import { describe, expect, test } from '@jest/globals';
import { narrativeFault } from '../../../src/validation/narrative.ts';

const NS = 'xmlns="http://www.w3.org/1999/xhtml"';
const div = (inner: string): string => `<div ${NS}>${inner}</div>`;

describe('accepted', () => {
  const cases: string[] = [
    div('text'),
    div(''),
    `<div ${NS}/>`,
    `\n ${div('text')} `,
    div('<p class="a" style="color: red">a<br/>b &lt; c &amp; d &nbsp;</p>'),
    div("<table border='1'><tbody><tr><td colspan = '2'>a</td></tr></tbody></table>"),
    div('<!-- <script> is said, not done --><b>a</b>'),
    div('<a href="https://a.example/?b=c&amp;d=e">a</a><a name="x"/><a href="#x">b</a>'),
    div(
      '<a href="patient-example.html">a</a><a href="/fhir/Patient/1">b</a><a href="mailto:a@b.example">c</a>',
    ),
    div('<img src="data:image/png;base64,AAAA" alt="a"/>'),
    div('javascript: is a word'),
  ];
  test.each(cases)('%s', text => {
    expect(narrativeFault(text)).toBeUndefined();
  });
});

describe('refused', () => {
  const element = 'an element that XHTML in FHIR does not allow (txt-1)';
  const attribute = 'an attribute that XHTML in FHIR does not allow (txt-1)';
  const link = 'a link of a kind that is not allowed';
  const broken = 'not well-formed XHTML (txt-1)';
  const around = 'one div is expected, and nothing around it';
  const cases: [text: string, fault: string][] = [
    [div('<script>alert(1)</script>'), element],
    [div('<SCRIPT>alert(1)</SCRIPT>'), element],
    [div('<iframe src="https://a.example"/>'), element],
    [div('<form action="x"><input/></form>'), element],
    [div('<object data="x"/>'), element],
    [div('<style>p { color: red }</style>'), element],
    [div('<svg><a/></svg>'), element],
    [div('<img src="x" onerror="alert(1)"/>'), attribute],
    [div('<p ONCLICK="x">a</p>'), attribute],
    [div('<a href="javascript:alert(1)">a</a>'), link],
    [div('<a href=" JavaScript:alert(1)">a</a>'), link],
    [div('<a href="java&#115;cript:alert(1)">a</a>'), link],
    [div('<a href="javascript&colon;alert(1)/">a</a>'), link],
    [div('<a href="java\tscript:alert(1)">a</a>'), link],
    [div('<a href="vbscript:x">a</a>'), link],
    [div('<a href="data:text/html,x">a</a>'), link],
    [div('<img src="data:image/svg+xml;base64,AAAA"/>'), link],
    [div('<p>a'), broken],
    [div('<p>a</b></p>'), broken],
    [div('a</div>'), broken],
    [div('a < b'), broken],
    [div('<p class=a>b</p>'), broken],
    [div('<p class="a>b</p>'), broken],
    [div('<!-- a'), broken],
    [div('<![CDATA[<script/>]]>'), broken],
    [`<!DOCTYPE html>${div('a')}`, broken],
    [`<?xml version="1.0"?>${div('a')}`, broken],
    [`<div ${NS}>a`, broken],
    ['text', around],
    [`a${div('b')}`, around],
    [`${div('b')}a`, around],
    [`${div('a')}${div('b')}`, around],
    [`<p ${NS}>a</p>`, around],
  ];
  test.each(cases)('%s', (text, fault) => {
    expect(narrativeFault(text)).toBe(fault);
  });
});

test('very long markup is answered, not a cause of failure', () => {
  expect(narrativeFault(div(`<p ${'class="a" '.repeat(300_000)}>x</p>`))).toBeUndefined();
  expect(narrativeFault(div(`<p${' '.repeat(1_000_000)}!`))).toBe('not well-formed XHTML (txt-1)');
  expect(narrativeFault(div('<p>'.repeat(300_000)))).toBe('not well-formed XHTML (txt-1)');
});
