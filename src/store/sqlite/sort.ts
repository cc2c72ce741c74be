// Sorting: by the least value of a resource ascending, by the greatest descending, absent last, then by
// creation, the newest first where the first key is descending. Pure.
import type { Param, SortKey } from '../../search/ast.ts';
import { and, FALSE, type Fragment, list, or, raw, sql, TRUE, word } from './sql.ts';

/** The column of a value table that sorts. A reference sorts by its text, which no index holds. */
const COLUMNS: Readonly<Record<Param['type'], string>> = {
  token: 'code',
  string: 'norm',
  date: 'low',
  reference: 'text',
  number: 'low',
  quantity: 'low',
  uri: 'uri',
};

/** One sort value of resource r. */
export function sortExpression(key: SortKey): Fragment {
  if (key.by !== 'param') return raw(key.by === 'updated' ? 'r.seq' : 'r.id');
  const { type } = key.param;
  const from =
    type === 'reference'
      ? 'reference x INDEXED BY reference_rid CROSS JOIN word w ON w.n = x.target'
      : `${type} x INDEXED BY ${type}_rid`;
  const best = `${key.descending ? 'max' : 'min'}(${COLUMNS[type]})`;
  return sql`(SELECT ${raw(best)} FROM ${raw(from)} WHERE x.rid = r.rid AND x.param = ${word(key.param.key)})`;
}

/** `k0 ASC NULLS LAST, k1 DESC NULLS LAST, rid ASC`. */
export function sortOrder(sort: readonly SortKey[]): Fragment {
  const keys = sort.map((key, at) => raw(`k${at} ${key.descending ? 'DESC' : 'ASC'} NULLS LAST`));
  return list([...keys, raw(`rid ${tieOrder(sort)}`)]);
}

/** How resources that sort alike follow each other. */
export const tieOrder = (sort: readonly SortKey[]): 'ASC' | 'DESC' => (sort[0]?.descending ? 'DESC' : 'ASC');

type SortValue = string | number | null;

/** Rows that come after the given one, over columns k0, k1, ..., rid. */
export function afterRow(sort: readonly SortKey[], values: readonly SortValue[], rid: number): Fragment {
  const ways: Fragment[] = [];
  const same: Fragment[] = [];
  sort.forEach((key, at) => {
    const column = raw(`k${at}`);
    const value = values[at] ?? null;
    ways.push(and([...same, behind(column, key.descending, value)]));
    same.push(sql`${column} IS ${value}`);
  });
  ways.push(and([...same, sql`rid ${raw(tieOrder(sort) === 'DESC' ? '<' : '>')} ${rid}`]));
  return or(ways);
}

function behind(column: Fragment, descending: boolean, value: SortValue): Fragment {
  if (value === null) return FALSE;
  return sql`(${column} ${raw(descending ? '<' : '>')} ${value} OR ${column} IS NULL)`;
}

/** An index that yields resources in the order of the first key. */
export interface Walk {
  from: Fragment;
  where: Fragment;
  /** The value, on alias x of `from`. */
  column: string;
  /** On the entries x (rid, k0) that were found: this is the value that the resource sorts by. */
  once: Fragment;
}

/** Undefined where no index is in the order of the key. */
export function sortWalk(type: string, key: SortKey): Walk | undefined {
  if (key.by !== 'param') {
    const [index, column] = key.by === 'updated' ? ['resource_type_seq', 'x.seq'] : ['resource_id', 'x.id'];
    const from = raw(`resource x INDEXED BY ${index}`);
    return { from, where: sql`x.type = ${word(type)}`, column, once: TRUE };
  }
  const table = key.param.type;
  if (table === 'reference') return undefined;
  const param = word(key.param.key);
  const better = raw(`y.${COLUMNS[table]} ${key.descending ? '>' : '<'} x.k0`);
  const values = raw(`${table} y INDEXED BY ${table}_rid`);
  return {
    from: raw(`${table} x NOT INDEXED`),
    where: sql`x.param = ${param}`,
    column: `x.${COLUMNS[table]}`,
    once: sql`NOT EXISTS (SELECT 1 FROM ${values} WHERE y.rid = x.rid AND y.param = ${param} AND ${better})`,
  };
}
