// One search criterion as a condition on resource r. Pure: see test/unit/store/sqlite-compile.test.ts.
import type { Clause, Param, Prefix, Value } from '../../search/ast.ts';
import { clampDate, clampNumber } from './clamp.ts';
import { among, and, FALSE, type Fragment, not, or, raw, sql, word } from './sql.ts';

type ValueOf<Kind extends Value['kind']> = Extract<Value, { kind: Kind }>;

export const TABLE_OF = {
  token: 'token',
  string: 'string',
  date: 'date',
  reference: 'reference',
  number: 'number',
  quantity: 'quantity',
  uri: 'uri',
} as const;

/** Above every character: the end of the range of texts that start with a text. */
const LAST = '\u{10FFFF}';

export function clauseCondition(clause: Clause): Fragment {
  switch (clause.kind) {
    case 'id':
      return among(raw('r.id'), clause.ids);
    case 'updated':
      return or(clause.values.map(value => updatedCondition('r', value)));
    case 'missing': {
      const any = exists(valuesOf(clause.param));
      return clause.missing ? not(any) : any;
    }
    case 'param': {
      const conditions = clause.values.map(value => valueCondition(value, clause.modifier));
      const some = exists(sql`${valuesOf(clause.param)} AND ${or(conditions)}`);
      return clause.modifier === 'not' ? not(some) : some;
    }
  }
}

/**
 * LIMIT keeps SQLite from joining with it, which it would do after all other conditions: who may reach a resource
 * costs more to tell than what it holds, and would be asked of many that are no matches.
 */
const exists = (rows: Fragment): Fragment => sql`EXISTS (SELECT 1 FROM ${rows} LIMIT 1)`;

/** All values a resource has for a parameter: few, and beside each other in the index by resource. */
function valuesOf(param: Param): Fragment {
  const table = TABLE_OF[param.type];
  return sql`${raw(`${table} x INDEXED BY ${table}_rid`)} WHERE x.rid = r.rid AND x.param = ${word(param.key)}`;
}

/** A condition on alias x, a row of the value's table. */
export function valueCondition(value: Value, modifier: 'exact' | 'contains' | 'not' | undefined): Fragment {
  switch (value.kind) {
    case 'token':
      return tokenCondition(value);
    case 'string':
      return stringCondition(value, modifier);
    case 'date':
      return dateCondition(value);
    case 'reference':
      return among(raw('x.target'), value.keys.map(word));
    case 'number':
      return numberCondition(value);
    case 'quantity':
      return and([
        numberCondition(value),
        ...(value.system === undefined ? [] : [sql`x.sys = ${word(value.system)}`]),
        ...(value.code === undefined ? [] : [sql`x.code = ${value.code}`]),
      ]);
    case 'uri':
      return sql`x.uri = ${value.uri}`;
  }
}

function tokenCondition(value: ValueOf<'token'>): Fragment {
  return and([
    ...(value.code === undefined ? [] : [sql`x.code = ${value.code}`]),
    ...(value.system === undefined ? [] : [sql`x.sys = ${word(value.system)}`]),
  ]);
}

function stringCondition(value: ValueOf<'string'>, modifier: string | undefined): Fragment {
  if (modifier !== 'exact' && value.norm === '') return FALSE;
  if (modifier === 'exact')
    return sql`(x.norm = ${value.norm} AND iif(x.exact = '', x.norm, x.exact) = ${value.exact})`;
  if (modifier === 'contains') return sql`instr(x.norm, ${value.norm}) > 0`;
  return sql`(x.norm >= ${value.norm} AND x.norm < ${value.norm + LAST})`;
}

/** How a stored stretch of time lies to the one asked for; both half open (search/param/date.ts). */
function dateCondition(value: ValueOf<'date'>): Fragment {
  const low = clampDate(value.low);
  const high = clampDate(value.high);
  switch (value.prefix) {
    case 'eq':
      return sql`(x.low >= ${low} AND x.high <= ${high})`;
    case 'ne':
      return sql`(x.low < ${low} OR x.high > ${high})`;
    case 'gt':
      return sql`x.high > ${high}`;
    case 'lt':
      return sql`x.low < ${low}`;
    case 'ge':
      return sql`(x.high > ${high} OR x.low >= ${low} AND x.high <= ${high})`;
    case 'le':
      return sql`(x.low < ${low} OR x.low >= ${low} AND x.high <= ${high})`;
    case 'sa':
      return sql`x.low >= ${high}`;
    case 'eb':
      return sql`x.high <= ${low}`;
    case 'ap':
      return sql`(x.low < ${high} AND x.high > ${low})`;
  }
}

/** Stored ends are both included, the interval asked for is half open (search/param/number.ts). */
function numberCondition(value: ValueOf<'number'> | ValueOf<'quantity'>): Fragment {
  const { prefix, value: number } = value;
  const low = clampNumber(value.low);
  const high = clampNumber(value.high);
  switch (prefix) {
    case 'eq':
      return sql`(x.low >= ${low} AND x.high < ${high})`;
    case 'ne':
      return sql`(x.low < ${low} OR x.high >= ${high})`;
    case 'gt':
      return sql`x.high > ${number}`;
    case 'lt':
      return sql`x.low < ${number}`;
    case 'ge':
      return sql`x.high >= ${number}`;
    case 'le':
      return sql`x.low <= ${number}`;
    case 'sa':
      return sql`x.low > ${number}`;
    case 'eb':
      return sql`x.high < ${number}`;
    case 'ap':
      return sql`(x.low <= ${high} AND x.high >= ${low})`;
  }
}

/** seq is a point: `alias.seq` against the half open interval asked for. */
export function updatedCondition(
  alias: 'r' | 'x',
  value: { prefix: Prefix; low: number; high: number },
): Fragment {
  const seq = raw(`${alias}.seq`);
  const { low, high } = value;
  switch (value.prefix) {
    case 'eq':
    case 'ap':
      return sql`(${seq} >= ${low} AND ${seq} < ${high})`;
    case 'ne':
      return sql`(${seq} < ${low} OR ${seq} >= ${high})`;
    case 'gt':
    case 'sa':
      return sql`${seq} >= ${high}`;
    case 'lt':
    case 'eb':
      return sql`${seq} < ${low}`;
    case 'ge':
      return sql`${seq} >= ${low}`;
    case 'le':
      return sql`${seq} < ${high}`;
    default:
      return FALSE;
  }
}
