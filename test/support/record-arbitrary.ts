// Arbitrary records of a kind, from its own JSON Schema: whatever the schema allows will be tried.
import fc, { type Arbitrary } from 'fast-check';
import { DATE, INSTANT, LINE, PROSE } from '../../src/iop/schema.ts';
import { PROGRAM } from './round-trip.ts';

interface Node {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  items?: Node;
  required?: string[];
  properties?: Record<string, Node>;
}

/**
 * Records of this schema, all of the program `riverbend`. `overrides` replaces the arbitrary of a field
 * that other fields bound; relations between fields are left to the caller's `map` or `filter`.
 */
export function recordArbitrary<R>(
  schema: Readonly<Record<string, unknown>>,
  overrides: Readonly<Record<string, Arbitrary<unknown>>> = {},
): Arbitrary<R> {
  return objectOf(schema as Node, { program: fc.constant(PROGRAM), ...overrides }) as Arbitrary<R>;
}

function arbitraryOf(node: Node): Arbitrary<unknown> {
  if (node.const !== undefined) return fc.constant(node.const);
  if (node.enum !== undefined) return fc.constantFrom(...node.enum);
  switch (node.type) {
    case 'object':
      return objectOf(node, {});
    case 'array':
      return arrayOf(node);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: node.minimum ?? -1000, max: node.maximum ?? 1000 });
    case 'number':
      return numberOf(node);
    default:
      return stringOf(node.pattern);
  }
}

function objectOf(node: Node, overrides: Readonly<Record<string, Arbitrary<unknown>>>): Arbitrary<unknown> {
  const members = Object.entries(node.properties ?? {}).map(
    ([name, member]) => [name, overrides[name] ?? arbitraryOf(member)] as const,
  );
  const requiredKeys = (node.required ?? []) as never[];
  return fc.record(Object.fromEntries(members), { requiredKeys, noNullPrototype: true });
}

function arrayOf(node: Node): Arbitrary<unknown> {
  const item = arbitraryOf(node.items ?? {});
  const most = node.uniqueItems === true ? (node.items?.enum?.length ?? 3) : 3;
  const bounds = { minLength: node.minItems ?? 0, maxLength: Math.min(node.maxItems ?? 3, 3, most) };
  if (node.uniqueItems !== true) return fc.array(item, bounds);
  return fc.uniqueArray(item, { ...bounds, selector: one => JSON.stringify(one) });
}

/** Numbers as a program writes them: few decimals. */
function numberOf({ minimum = 0, maximum = 1000 }: Node): Arbitrary<number> {
  return fc
    .integer({ min: Math.ceil(minimum * 1000), max: Math.floor(maximum * 1000) })
    .map(value => value / 1000);
}

function stringOf(pattern: string | undefined): Arbitrary<string> {
  if (pattern === DATE) return dateArbitrary;
  if (pattern === INSTANT) return instantArbitrary;
  if (pattern === PROSE) return fc.array(text, { minLength: 1, maxLength: 3 }).map(lines => lines.join('\n'));
  if (pattern !== undefined && pattern !== LINE) return fc.stringMatching(new RegExp(pattern, 'u'));
  return text;
}

const allowed = new RegExp(LINE, 'u');
const text: Arbitrary<string> = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .map(one => one.trim())
  .filter(one => allowed.test(one));

const FIRST = Date.UTC(1950, 0, 1);
const LAST = Date.UTC(2098, 11, 28);
const time = fc.integer({ min: FIRST / 1000, max: LAST / 1000 });

export const dateArbitrary: Arbitrary<string> = time.map(at =>
  new Date(at * 1000).toISOString().slice(0, 10),
);

/** Instants with whatever offset, with and without a fraction. */
export const instantArbitrary: Arbitrary<string> = fc
  .tuple(
    time,
    fc.constantFrom('Z', '-05:00', '-04:00', '+05:30', '+00:00'),
    fc.constantFrom('', '.5', '.250'),
  )
  .map(([at, zone, fraction]) => `${new Date(at * 1000).toISOString().slice(0, 19)}${fraction}${zone}`);

/** `from` <= `until`: exchanges them where they stand the wrong way round. */
export function inOrder<R extends { from?: string; until?: string }>(record: R): R {
  const { from, until } = record;
  if (from === undefined || until === undefined || Date.parse(from) <= Date.parse(until)) return record;
  return { ...record, from: until, until: from };
}
