// Where a search starts: rows that are surely a superset of the matches, found through an index. All other
// conditions are checked on what comes out, so which driver is taken is only about cost.
import type { Clause, Predicate, Prefix, Value } from '../../search/ast.ts';
import { clampDate, clampNumber } from './clamp.ts';
import { updatedCondition, valueCondition } from './clause.ts';
import { among, and, type Fragment, raw, sql, TRUE, word } from './sql.ts';
import { personWord } from './words.ts';

/** Rows of alias x with a column rid. */
export interface Arm {
  from: Fragment;
  /** What the index seeks. */
  where: Fragment;
  /** What is left to check of the criterion on what it finds. */
  also?: Fragment;
  /** Comes out in order of rid, and `x.rid > ?` is part of the index range. */
  ordered: boolean;
}

export interface Driver {
  /** Its rows are their union. */
  arms: readonly Arm[];
  /** The criterion that its rows answer, and no others do. */
  answers?: Clause;
}

const LAST = '\u{10FFFF}';

export function clauseDriver(type: string, clause: Clause): Driver | undefined {
  switch (clause.kind) {
    case 'id':
      return together(clause, [
        {
          from: raw('resource x INDEXED BY resource_id'),
          where: sql`x.type = ${word(type)} AND ${among(raw('x.id'), clause.ids)}`,
          ordered: false,
        },
      ]);
    case 'updated':
      return together(
        clause,
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
      return together(
        clause,
        clause.values.flatMap(value => valueArms(clause, value)),
      );
  }
}

const together = (clause: Clause, arms: readonly (Arm | undefined)[]): Driver | undefined =>
  arms.every(arm => arm !== undefined) ? { arms: arms as Arm[], answers: clause } : undefined;

function valueArms(clause: Extract<Clause, { kind: 'param' }>, value: Value): (Arm | undefined)[] {
  const key = word(clause.param.key);
  const also = valueCondition(value, clause.modifier);
  const arm = (table: string, where: Fragment, ordered = false): Arm => ({
    from: raw(table),
    where: sql`x.param = ${key} AND ${where}`,
    also,
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
  const arms = predicateArms(type, predicate);
  return arms === undefined ? undefined : { arms };
}

function predicateArms(type: string, predicate: Predicate): Arm[] | undefined {
  switch (predicate.kind) {
    case 'none':
      return [];
    case 'all':
    case 'no-person':
      return undefined;
    case 'and':
      return predicate.of.map(one => predicateArms(type, one)).find(arms => arms !== undefined);
    case 'or': {
      const all = predicate.of.map(one => predicateArms(type, one));
      return all.every(arms => arms !== undefined) ? all.flat() : undefined;
    }
    case 'clause':
      return clauseDriver(type, predicate.clause)?.arms.slice();
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
    case 'person':
      return [
        {
          from: raw('subject x'),
          where: sql`x.person = ${word(personWord(predicate.patient))} AND x.type = ${word(type)}`,
          ordered: true,
        },
      ];
    case 'consent':
      return [
        {
          from: sql`rule c INDEXED BY rule_actor CROSS JOIN subject x ON x.person = c.person AND x.type = ${word(type)}`,
          where: sql`${among(raw('c.actor'), [predicate.actor, ...(predicate.also ?? [])].map(word))} AND c.permit = 1 AND c.live = 1`,
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
  const arm = {
    from: raw('resource x INDEXED BY resource_type'),
    where: sql`x.type = ${word(type)}`,
    ordered: true,
  };
  return { arms: [arm] };
}

const armSelect = (arm: Arm, extra: Fragment): Fragment =>
  sql`SELECT x.rid FROM ${arm.from} WHERE ${and([arm.where, extra])}`;

/** A part of the driver: rids above `after`, up to `upTo`. */
export interface Part {
  after: number;
  upTo?: number;
  /** The greatest rid first. */
  backwards?: boolean;
}

const above = (after: number): Fragment => (after > 0 ? sql`x.rid > ${after}` : TRUE);

/**
 * Counts the rows that an arm's index gives, but no further than `most`: above rid `after` where the
 * index starts there, all of them where that would only pass over rows without counting them.
 */
export const countUpTo = (arm: Arm, after: number, most: number): Fragment =>
  sql`SELECT count(*) AS n FROM (${armSelect(arm, arm.ordered ? above(after) : TRUE)} LIMIT ${most})`;

/**
 * The driver as the outer side of a join, alias x, each rid once and in order. Several ordered arms are
 * merged as they are read. `LIMIT -1` keeps SQLite from dropping the inner ORDER BY.
 */
export function merged({ arms }: Driver, { after, upTo, backwards }: Part): Fragment {
  const below = upTo === undefined ? TRUE : sql`x.rid <= ${upTo}`;
  const selects = arms.map(arm => armSelect(arm, and([arm.also ?? TRUE, above(after), below])));
  const union = selects.length === 1 ? sql`SELECT DISTINCT rid FROM (${selects[0]!})` : unite(selects);
  return sql`(${union} ORDER BY 1${raw(backwards ? ' DESC' : '')} LIMIT -1) x`;
}

function unite(selects: readonly Fragment[]): Fragment {
  return selects.slice(1).reduce((all, select) => sql`${all} UNION ${select}`, selects[0]!);
}
