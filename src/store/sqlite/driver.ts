// Where a search starts: rows that are surely a superset of the matches, found through an index. Every
// condition is checked again on what comes out, so a driver is only about cost.
import type { Clause, Predicate, Prefix, Value } from '../../search/ast.ts';
import { clampDate, clampNumber } from './clamp.ts';
import { updatedCondition } from './clause.ts';
import { among, type Fragment, raw, sql, unionAll, word } from './sql.ts';

/** Rows of alias x with a column rid. */
export interface Arm {
  from: Fragment;
  where: Fragment;
  /** Comes out in order of rid, and `x.rid > ?` is part of the index range. */
  ordered: boolean;
}

/** The union of its arms. */
export type Driver = readonly Arm[];

const LAST = '\u{10FFFF}';

export function clauseDriver(type: string, clause: Clause): Driver | undefined {
  switch (clause.kind) {
    case 'id':
      return [
        {
          from: raw('resource x INDEXED BY resource_id'),
          where: sql`x.type = ${word(type)} AND ${among(raw('x.id'), clause.ids)}`,
          ordered: false,
        },
      ];
    case 'updated':
      return together(
        clause.values.map(value =>
          value.prefix === 'ne'
            ? undefined
            : {
                from: raw('resource x INDEXED BY resource_type_seq'),
                where: sql`x.type = ${word(type)} AND ${updatedCondition('x', value)}`,
                ordered: false,
              },
        ),
      );
    case 'missing':
      return undefined;
    case 'param':
      if (clause.modifier === 'not' || clause.modifier === 'contains') return undefined;
      return together(clause.values.flatMap(value => valueArms(clause, value)));
  }
}

const together = (arms: readonly (Arm | undefined)[]): Driver | undefined =>
  arms.every(arm => arm !== undefined) ? (arms as Driver) : undefined;

function valueArms(clause: Extract<Clause, { kind: 'param' }>, value: Value): (Arm | undefined)[] {
  const key = word(clause.param.key);
  const arm = (table: string, where: Fragment, ordered = false): Arm => ({
    from: raw(table),
    where: sql`x.param = ${key} AND ${where}`,
    ordered,
  });
  switch (value.kind) {
    case 'token':
      return [
        value.code === undefined ? undefined : arm('token x NOT INDEXED', sql`x.code = ${value.code}`, true),
      ];
    case 'uri':
      return [arm('uri x NOT INDEXED', sql`x.uri = ${value.uri}`, true)];
    case 'reference':
      return value.keys.map(target => arm('reference x NOT INDEXED', sql`x.target = ${word(target)}`, true));
    case 'string':
      if (clause.modifier === 'exact')
        return [arm('string x NOT INDEXED', sql`x.norm = ${value.norm}`, true)];
      if (value.norm === '') return [undefined];
      return [arm('string x NOT INDEXED', sql`x.norm >= ${value.norm} AND x.norm < ${value.norm + LAST}`)];
    case 'date':
      return [dateArm(arm, value.prefix, clampDate(value.low), clampDate(value.high))];
    case 'number':
    case 'quantity':
      return [numberArm(arm, value)];
  }
}

type MakeArm = (table: string, where: Fragment) => Arm;

function dateArm(arm: MakeArm, prefix: Prefix, low: number, high: number): Arm | undefined {
  const byLow = 'date x NOT INDEXED';
  const byHigh = 'date x INDEXED BY date_high';
  switch (prefix) {
    case 'eq':
      return arm(byLow, sql`x.low >= ${low} AND x.low <= ${high}`);
    case 'sa':
      return arm(byLow, sql`x.low >= ${high}`);
    case 'lt':
      return arm(byLow, sql`x.low < ${low}`);
    case 'le':
      return arm(byLow, sql`x.low <= ${high}`);
    case 'gt':
      return arm(byHigh, sql`x.high > ${high}`);
    case 'ge':
      return arm(byHigh, sql`x.high >= ${low}`);
    case 'eb':
      return arm(byHigh, sql`x.high <= ${low}`);
    default:
      return undefined;
  }
}

/** Numbers have no index by their upper end: a Range may reach up from far below. */
function numberArm(arm: MakeArm, value: Extract<Value, { kind: 'number' | 'quantity' }>): Arm | undefined {
  const table = `${value.kind} x NOT INDEXED`;
  switch (value.prefix) {
    case 'eq':
      return arm(table, sql`x.low >= ${clampNumber(value.low)} AND x.low <= ${clampNumber(value.high)}`);
    case 'sa':
      return arm(table, sql`x.low > ${value.value}`);
    case 'lt':
    case 'le':
    case 'eb':
      return arm(table, sql`x.low <= ${value.value}`);
    default:
      return undefined;
  }
}

/** The rows a caller may reach at most; undefined where that is no small part of a type. */
export function predicateDriver(type: string, predicate: Predicate): Driver | undefined {
  switch (predicate.kind) {
    case 'none':
      return [];
    case 'all':
    case 'no-person':
      return undefined;
    case 'and':
      return predicate.of.map(one => predicateDriver(type, one)).find(driver => driver !== undefined);
    case 'or': {
      const drivers = predicate.of.map(one => predicateDriver(type, one));
      return drivers.every(driver => driver !== undefined) ? drivers.flat() : undefined;
    }
    case 'clause':
      return clauseDriver(type, predicate.clause);
    case 'owner':
      return [ownerArm(type, predicate.organization)];
    case 'source':
      return [
        ownerArm(type, predicate.organization),
        {
          from: raw('resource x INDEXED BY resource_source'),
          where: sql`x.source = ${word(predicate.organization)} AND x.source <> x.owner AND x.type = ${word(type)}`,
          ordered: true,
        },
      ];
    case 'names':
      return [
        {
          from: raw('rule x INDEXED BY rule_actor'),
          where: sql`x.actor = ${word(predicate.actor)}`,
          ordered: false,
        },
      ];
    case 'consent':
      return [
        {
          from: sql`rule c INDEXED BY rule_actor CROSS JOIN subject x ON x.person = c.person AND x.type = ${word(type)}`,
          where: sql`c.actor = ${word(predicate.actor)} AND c.permit = 1 AND c.live = 1`,
          ordered: false,
        },
      ];
  }
}

function ownerArm(type: string, organization: string): Arm {
  return {
    from: raw('resource x INDEXED BY resource_owner'),
    where: sql`x.owner = ${word(organization)} AND x.type = ${word(type)}`,
    ordered: true,
  };
}

/** Every resource of a type, in order. */
export function typeDriver(type: string): Driver {
  return [
    { from: raw('resource x INDEXED BY resource_type'), where: sql`x.type = ${word(type)}`, ordered: true },
  ];
}

const armSelect = (arm: Arm, after: number): Fragment =>
  arm.ordered && after > 0
    ? sql`SELECT x.rid FROM ${arm.from} WHERE ${arm.where} AND x.rid > ${after}`
    : sql`SELECT x.rid FROM ${arm.from} WHERE ${arm.where}`;

/** Counts a driver's rows above rid `after`, but no further than `most`. */
export function countUpTo(driver: Driver, after: number, most: number): Fragment {
  return sql`SELECT count(*) AS n FROM (${unionAll(driver.map(arm => armSelect(arm, after)))} LIMIT ${most})`;
}

/**
 * The driver as the outer side of a join, alias x, each rid once and in order. Several ordered arms are
 * merged as they are read. `LIMIT -1` keeps SQLite from dropping the inner ORDER BY.
 */
export function merged(driver: Driver, after: number): Fragment {
  const arms = driver.map(arm => armSelect(arm, after));
  const union = arms.length === 1 ? sql`SELECT DISTINCT rid FROM (${arms[0]!})` : unite(arms);
  return sql`(${union} ORDER BY 1 LIMIT -1) x`;
}

function unite(arms: readonly Fragment[]): Fragment {
  return arms.slice(1).reduce((all, arm) => sql`${all} UNION ${arm}`, arms[0]!);
}
