// The forms of the primitive datatypes. https://hl7.org/fhir/R4/datatypes.html#primitive
// The published JSON schema is weaker: it lets pass 2026-02-30, -1 for an unsignedInt, 1.5 for an integer
// and control characters, and its pattern for base64 takes exponential time.

/** "Strings SHALL NOT exceed 1MB (1024*1024 characters) in size". */
const MOST_CHARACTERS = 1024 * 1024;
const MOST_INTEGER = 2 ** 31 - 1;

/** Says what is wrong with the value of a primitive, in words without the value; undefined: nothing. */
type Check = (value: unknown) => string | undefined;

const CHECKS: Readonly<Record<string, Check>> = {
  boolean: value => (typeof value === 'boolean' ? undefined : 'not a boolean (expected true or false)'),
  decimal: value => (Number.isFinite(value) ? undefined : 'not a decimal (expected a JSON number)'),
  integer: whole('integer', -MOST_INTEGER - 1, 'a whole number of 32 bits'),
  unsignedInt: whole('unsignedInt', 0, 'a whole number from 0'),
  positiveInt: whole('positiveInt', 1, 'a whole number from 1'),
  string: textFault,
  markdown: textFault,
  xhtml: value => textFault(value, Number.POSITIVE_INFINITY),
  uri: form('uri', /^[^\s\p{Cc}]+$/u, 'no white space'),
  url: form('url', /^[^\s\p{Cc}]+$/u, 'no white space'),
  canonical: form('canonical', /^[^\s\p{Cc}]+$/u, 'no white space'),
  code: form('code', /^[^\s\p{Cc}]+(?: [^\s\p{Cc}]+)*$/u, 'no white space but single spaces between words'),
  id: form('id', /^[A-Za-z0-9\-.]{1,64}$/, '1 to 64 of A-Z, a-z, 0-9, - and .'),
  oid: form('oid', /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/, 'urn:oid:1.2.3'),
  uuid: form(
    'uuid',
    /^urn:uuid:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/,
    'urn:uuid: and a lower-case UUID',
  ),
  time: form('time', /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?$/, 'hh:mm:ss'),
  date: dateForm('date', 'YYYY, YYYY-MM or YYYY-MM-DD', { time: 'never' }),
  dateTime: dateForm('dateTime', 'YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone', {
    time: 'sometimes',
  }),
  instant: dateForm('instant', 'YYYY-MM-DDThh:mm:ss with a zone', { time: 'always' }),
  base64Binary: base64Fault,
};

/** Names of the primitive datatypes. */
export const PRIMITIVES: readonly string[] = Object.keys(CHECKS);

/**
 * What is wrong with a JSON value as a primitive of this datatype, in words that do not hold the value;
 * undefined where it is right.
 */
export function primitiveFault(type: string, value: unknown): string | undefined {
  return CHECKS[type]?.(value);
}

function whole(type: string, least: number, expected: string): Check {
  const fault = `not a valid ${type} (expected ${expected})`;
  return value =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= MOST_INTEGER
      ? undefined
      : fault;
}

function form(type: string, pattern: RegExp, expected: string): Check {
  const fault = `not a valid ${type} (expected ${expected})`;
  return value => {
    if (typeof value !== 'string') return `not a valid ${type} (expected a JSON string)`;
    if (value === '') return 'an empty string is not allowed';
    return value.length <= MOST_CHARACTERS && pattern.test(value) ? undefined : fault;
  };
}

// Control characters other than tab, line feed and carriage return; the standard allows no others.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

function textFault(value: unknown, most = MOST_CHARACTERS): string | undefined {
  if (typeof value !== 'string') return 'not a string';
  if (value === '') return 'an empty string is not allowed';
  if (value.length > most) return 'longer than 1,048,576 characters';
  if (CONTROL.test(value)) return 'control characters are not allowed';
  if (!/\S/.test(value)) return 'a string of white space alone is not allowed';
  return value.isWellFormed() ? undefined : 'not valid Unicode (half of a surrogate pair)';
}

const DATE =
  /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01])(T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)))?)?)?$/;

function dateForm(
  type: string,
  expected: string,
  { time }: { time: 'never' | 'sometimes' | 'always' },
): Check {
  return value => {
    if (typeof value !== 'string') return `not a valid ${type} (expected ${expected})`;
    const [, year, month, day, clock] = DATE.exec(value) ?? [];
    const hasTime = clock !== undefined;
    if (
      year === undefined ||
      year === '0000' ||
      (time === 'never' && hasTime) ||
      (time === 'always' && !hasTime)
    )
      return `not a valid ${type} (expected ${expected})`;
    if (day === undefined || Number(day) <= daysOf(Number(year), Number(month))) return undefined;
    return `not a date that exists (expected ${expected})`;
  };
}

/** `month` from 1. */
function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function base64Fault(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'not base64 (expected a JSON string)';
  const digits = /\s/.test(value) ? value.replace(/\s+/g, '') : value;
  if (digits === '') return 'an empty string is not allowed';
  return digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits)
    ? undefined
    : 'not base64 (expected groups of four of A-Z, a-z, 0-9, + and /)';
}
