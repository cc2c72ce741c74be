// Words for writing record schemas: JSON Schema in the keywords that draft-07 and 2020-12 share.

export type Schema = Readonly<Record<string, unknown>>;

/** One line of text as FHIR's `string` allows it: no control characters, no blanks at the ends. */
export const LINE =
  '^[^\\s\\u0000-\\u001f\\ud800-\\udfff](?:[^\\u0000-\\u001f\\ud800-\\udfff]*[^\\s\\u0000-\\u001f\\ud800-\\udfff])?$';
/** Text with line breaks and tabs, else as a line. */
export const PROSE =
  '^[^\\s\\u0000-\\u001f\\ud800-\\udfff](?:[^\\u0000-\\u0008\\u000b-\\u000c\\u000e-\\u001f\\ud800-\\udfff]*[^\\s\\u0000-\\u001f\\ud800-\\udfff])?$';
/** The program's own key of a record. No `|`, `/` or `?`: keys become parts of larger keys. */
export const KEY = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
export const DATE = '^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$';
export const INSTANT =
  '^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])$';
export const TIME = '^(?:[01][0-9]|2[0-3]):[0-5][0-9]$';

export const line = (description: string, maxLength = 200): Schema => ({
  type: 'string',
  description,
  minLength: 1,
  maxLength,
  pattern: LINE,
});
/** Several lines of text. */
export const prose = (description: string, maxLength = 2000): Schema => ({
  type: 'string',
  description,
  minLength: 1,
  maxLength,
  pattern: PROSE,
});
/** The key of a record of another kind. */
export const keyOfA = (kind: string, description: string): Schema => ({
  type: 'string',
  description: `${description} The id of a ${kind} record.`,
  pattern: KEY,
});
export const organization = (description: string): Schema => ({
  type: 'string',
  description: `${description} The logical id of an Organization.`,
  pattern: '^[A-Za-z0-9.-]{1,64}$',
});
export const date = (description: string): Schema => ({
  type: 'string',
  description: `${description} YYYY-MM-DD.`,
  format: 'date',
  pattern: DATE,
});
export const instant = (description: string): Schema => ({
  type: 'string',
  description: `${description} Date, time and offset from UTC.`,
  format: 'date-time',
  pattern: INSTANT,
});
export const time = (description: string): Schema => ({
  type: 'string',
  description: `${description} HH:MM, local wall clock.`,
  pattern: TIME,
});
export const matching = (pattern: string, description: string): Schema => ({
  type: 'string',
  description,
  pattern,
});
export const choice = (values: readonly string[], description: string): Schema => ({
  type: 'string',
  description,
  enum: [...values],
});
export const flag = (description: string): Schema => ({ type: 'boolean', description });
/** A mark that is only ever there as true; absent means no. */
export const mark = (description: string): Schema => ({ type: 'boolean', const: true, description });
export const whole = (description: string, minimum: number, maximum: number): Schema => ({
  type: 'integer',
  description,
  minimum,
  maximum,
});
export const decimal = (description: string, minimum: number, maximum: number): Schema => ({
  type: 'number',
  description,
  minimum,
  maximum,
});
/** Never empty: what has no items is left out. */
export const list = (items: Schema, description: string, maxItems = 50): Schema => ({
  type: 'array',
  description,
  minItems: 1,
  maxItems,
  items,
});
/** A list in which nothing stands twice. */
export const set = (items: Schema, description: string, maxItems = 50): Schema => ({
  ...list(items, description, maxItems),
  uniqueItems: true,
});
/** Closed object; `required` names the members that must be there. */
export const object = (
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
  description?: string,
): Schema => ({
  type: 'object',
  ...(description === undefined ? {} : { description }),
  additionalProperties: false,
  required: [...required],
  properties,
});

/** The schema of one kind of record, with the envelope. */
export function recordSchema(
  kind: string,
  title: string,
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
): Schema {
  const envelope = {
    kind: { type: 'string', const: kind, description: 'The kind of record.' },
    id: matching(KEY, "The program's own key: unique per program and kind."),
    program: organization('The program whose record this is.'),
    recordedAt: instant('When the program recorded it.'),
  };
  const all = object({ ...envelope, ...properties }, ['kind', 'id', 'program', ...required]);
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...all };
}

const telecom = object(
  {
    system: choice(['phone', 'email', 'fax', 'url'], 'What the value is.'),
    value: line('Number or address.'),
    use: choice(['home', 'work', 'mobile'], 'Where it reaches them.'),
  },
  ['system', 'value'],
);
export const telecoms = (description: string): Schema => list(telecom, description, 10);

export const address = (description: string): Schema =>
  object(
    {
      lines: list(line('Street line.'), 'Street lines.', 4),
      city: line('City.'),
      state: matching('^[A-Z]{2}$', 'State, two letters.'),
      postalCode: matching('^[0-9]{5}(?:-[0-9]{4})?$', 'ZIP code.'),
    },
    ['lines', 'city', 'state', 'postalCode'],
    description,
  );

export const personName = (description: string): Schema =>
  object(
    {
      family: line('Family name.'),
      given: list(line('Given name.'), 'Given names, first one first.', 5),
      prefix: line('Title before the name.', 40),
      suffix: line('Letters after the name.', 40),
    },
    ['family', 'given'],
    description,
  );
