// How the columns of a sheet become fields of a record: a file that a clinic writes once for each kind of sheet. What
// it does not say is not guessed: encoding, forms of dates and zone are declared.
import { Ajv } from 'ajv';
import { FhirError } from '../../../fhir/error.ts';
import { parseJson } from '../../../fhir/json.ts';
import type { Json, JsonObject } from '../../../fhir/types.ts';
import { isPath } from './path.ts';

/** As a WHATWG decoder names it. */
export const ENCODINGS = ['utf-8', 'utf-16le', 'windows-1252'] as const;

export interface SheetMap {
  /** Of the records: `attendance`. */
  kind: string;
  encoding: (typeof ENCODINGS)[number];
  /** One character; a comma unless told. */
  delimiter?: string;
  /** The id of a record, with columns in braces: `{Date}-{Client}`. */
  id: string;
  /** A list: rows of one id that follow each other are one record, each an item of this list. */
  rows?: string;
  /** By path: `name.family`, `analytes[0].code`, `clients[].client` for the list of `rows`. */
  fields: Readonly<Record<string, Field>>;
}

export type Field = { value: Json } | Column;

export interface Column {
  /** Headers; several are joined by a blank. */
  column: string | readonly string[];
  /** What the cell says -> what the record says; no other text is taken. */
  codes?: Readonly<Record<string, Json>>;
  /** How the text is read; as it is unless told. */
  as?: 'number' | 'date' | 'instant';
  /** Of a date or instant, in the tokens of Unicode TR 35: `M/d/yyyy h:mm a`. */
  form?: string;
  /** IANA zone of an instant whose form has no offset. */
  zone?: string;
  /** The mark of decimals: a point unless told. */
  decimal?: ',';
  /** Several values in one cell, and what stands between them. */
  split?: string;
}

const text = { type: 'string', minLength: 1, maxLength: 200 } as const;

const column = {
  type: 'object',
  properties: {
    column: { anyOf: [text, { type: 'array', items: text, minItems: 1, maxItems: 9 }] },
    codes: { type: 'object' },
    as: { enum: ['number', 'date', 'instant'] },
    form: text,
    zone: text,
    decimal: { const: ',' },
    split: { type: 'string', minLength: 1, maxLength: 3 },
  },
  required: ['column'],
  additionalProperties: false,
} as const;

const schema = {
  type: 'object',
  properties: {
    kind: text,
    encoding: { enum: ENCODINGS },
    delimiter: { type: 'string', minLength: 1, maxLength: 1 },
    id: text,
    rows: text,
    fields: {
      type: 'object',
      minProperties: 1,
      additionalProperties: {
        anyOf: [
          { type: 'object', properties: { value: {} }, required: ['value'], additionalProperties: false },
          column,
        ],
      },
    },
  },
  required: ['kind', 'encoding', 'id', 'fields'],
  additionalProperties: false,
} as const;

const validate = new Ajv({ allErrors: true, strict: false, logger: false }).compile<SheetMap>(schema);

/** Reads the file. Throws `invalid-value` with everything that is wrong with it. */
export function readSheetMap(file: string): SheetMap {
  const map = parsed(file);
  const faults = validate(map)
    ? faultsOf(map)
    : (validate.errors ?? []).filter(one => one.keyword !== 'anyOf').map(one => wordsOf(one));
  if (faults.length > 0)
    throw new FhirError(
      'invalid-value',
      faults.map(message => ({ message })),
    );
  return map as SheetMap;
}

function parsed(file: string): unknown {
  try {
    return parseJson(file);
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw new FhirError('invalid-value', error.message.replace('The body', 'The map'));
  }
}

const wordsOf = ({
  instancePath,
  message = 'is wrong',
  params,
}: NonNullable<typeof validate.errors>[number]) =>
  `The map: ${[instancePath.slice(1), message, (params as JsonObject).additionalProperty].filter(Boolean).join(' ')}.`;

/** What the schema cannot say. */
function faultsOf(map: SheetMap): string[] {
  return Object.entries(map.fields).flatMap(([path, field]) => {
    const said = (what: string): string => `The map: ${path}: ${what}.`;
    if (!isPath(path, map.rows))
      return [
        said(
          map.rows === undefined
            ? 'is no path to a field'
            : `is no path to a field, or not one of ${map.rows}[]`,
        ),
      ];
    if (!('column' in field)) return [];
    const { as, form, zone, codes, decimal } = field;
    const dated = as === 'date' || as === 'instant';
    return [
      ...(dated && form === undefined ? [said('a date needs its form')] : []),
      ...(!dated && form !== undefined ? [said('a form is for dates and instants')] : []),
      // Which century it is would be a guess.
      ...(dated && form !== undefined && !form.includes('yyyy')
        ? [said('the form has no year of four digits (yyyy)')]
        : []),
      ...(as === 'instant' && zone === undefined && !/[ZO]/.test(form ?? '')
        ? [said('an instant needs its zone, or an offset in its form')]
        : []),
      ...(as !== 'number' && decimal !== undefined ? [said('decimals are of numbers')] : []),
      ...(codes !== undefined && as !== undefined ? [said('codes are taken as they are')] : []),
    ];
  });
}
