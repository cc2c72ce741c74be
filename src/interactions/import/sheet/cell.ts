// One field from the cells of a row. Nothing is guessed: what does not keep to what is declared is a problem.
import { DateTime } from 'luxon';
import type { Json } from '../../../fhir/types.ts';
import type { Column } from './map.ts';

/** Undefined: the cells are empty. A problem is a text without a value of the sheet. */
export type Read = { value: Json } | { problem: string } | undefined;

/** `cells`: those of the columns, in their order. */
export function readCells(cells: readonly string[], field: Column): Read {
  const said = cells.map(cell => cell.trim()).filter(cell => cell !== '');
  if (said.length === 0) return undefined;
  const { split } = field;
  const text = said.join(' ');
  if (split === undefined) return readText(text, field);
  const each = text
    .split(split)
    .map(one => one.trim())
    .filter(one => one !== '')
    .map(one => readText(one, field)!);
  const problem = each.find(one => 'problem' in one);
  if (problem !== undefined) return problem;
  return each.length === 0 ? undefined : { value: each.map(one => (one as { value: Json }).value) };
}

function readText(text: string, field: Column): NonNullable<Read> {
  const { codes, as } = field;
  if (codes !== undefined)
    return Object.hasOwn(codes, text)
      ? { value: codes[text]! }
      : { problem: `is none of ${Object.keys(codes).join(', ')}` };
  if (as === 'number') return readNumber(text, field);
  if (as === 'date') return readDate(text, field);
  if (as === 'instant') return readInstant(text, field);
  return { value: text };
}

function readNumber(text: string, { decimal }: Column): NonNullable<Read> {
  const plain = decimal === ',' ? text.replace(',', '.') : text;
  const isNumber = /^-?\d{1,15}(?:\.\d{1,10})?$/.test(plain) && (decimal !== ',' || !text.includes('.'));
  return isNumber ? { value: Number(plain) } : { problem: 'is no number' };
}

const LOCALE = { locale: 'en-US' } as const;

function readDate(text: string, { form = '' }: Column): NonNullable<Read> {
  const read = DateTime.fromFormat(text, form, { ...LOCALE, zone: 'utc' });
  return read.isValid
    ? { value: read.toFormat('yyyy-MM-dd') }
    : { problem: `is no date in the form ${form}` };
}

function readInstant(text: string, { form = '', zone }: Column): NonNullable<Read> {
  const placed = zone === undefined ? { setZone: true } : { zone };
  const read = DateTime.fromFormat(text, form, { ...LOCALE, ...placed });
  if (!read.isValid)
    return {
      problem:
        read.invalidReason === 'unsupported zone'
          ? 'has a zone that is none'
          : `is no time in the form ${form}`,
    };
  const hasOffset = /[ZO]/.test(form);
  if (!hasOffset && !isSameClock(read, text, form))
    return { problem: 'is an hour that the clock change leaves out' };
  if (!hasOffset && read.getPossibleOffsets().length > 1)
    return { problem: 'is an hour that the clock change has twice: give its offset' };
  return { value: read.toFormat("yyyy-MM-dd'T'HH:mm:ssZZ") };
}

/** An hour that does not exist is moved: then the clock says something else than the text. */
function isSameClock(read: DateTime, text: string, form: string): boolean {
  const plain = DateTime.fromFormat(text, form, { ...LOCALE, zone: 'utc' });
  return plain.hour === read.hour && plain.minute === read.minute;
}
