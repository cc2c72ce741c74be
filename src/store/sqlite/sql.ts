// SQL text with its values, built as one: what is written in the template is SQL, what is put into it is
// another fragment or a bound value, never text of a query.

/** A text that is bound as its number in `word` (-1 where the store has never seen it). */
export interface Word {
  word: string;
}
export type Bind = string | number | null | Word;

export interface Fragment {
  readonly sql: string;
  readonly binds: readonly Bind[];
}

export const word = (text: string): Word => ({ word: text });

const isFragment = (part: Fragment | Bind): part is Fragment =>
  typeof part === 'object' && part !== null && 'sql' in part;

export function sql(texts: TemplateStringsArray, ...parts: (Fragment | Bind)[]): Fragment {
  let text = texts[0]!;
  const binds: Bind[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at]!;
    if (isFragment(part)) {
      text += part.sql;
      for (const bind of part.binds) binds.push(bind);
    } else {
      text += '?';
      binds.push(part);
    }
    text += texts[at + 1]!;
  }
  return { sql: text, binds };
}

/** Constant SQL text: names of tables and columns, which cannot be bound. */
export const raw = (text: string): Fragment => ({ sql: text, binds: [] });

export const TRUE: Fragment = raw('1');
export const FALSE: Fragment = raw('0');

function join(parts: readonly Fragment[], between: string): Fragment {
  return { sql: parts.map(part => part.sql).join(between), binds: parts.flatMap(part => part.binds) };
}

export const list = (parts: readonly Fragment[]): Fragment => join(parts, ', ');

export function and(parts: readonly Fragment[]): Fragment {
  const rest = parts.filter(part => part !== TRUE);
  if (rest.includes(FALSE)) return FALSE;
  if (rest.length < 2) return rest[0] ?? TRUE;
  const joined = join(rest, ' AND ');
  return { sql: `(${joined.sql})`, binds: joined.binds };
}

export function or(parts: readonly Fragment[]): Fragment {
  const rest = parts.filter(part => part !== FALSE);
  if (rest.includes(TRUE)) return TRUE;
  if (rest.length < 2) return rest[0] ?? FALSE;
  const joined = join(rest, ' OR ');
  return { sql: `(${joined.sql})`, binds: joined.binds };
}

export function not(part: Fragment): Fragment {
  if (part === TRUE) return FALSE;
  if (part === FALSE) return TRUE;
  return { sql: `NOT (${part.sql})`, binds: part.binds };
}

/** `column = ?` or `column IN (?, ?)`; no values match nothing. */
export function among(column: Fragment, values: readonly Bind[]): Fragment {
  if (values.length === 0) return FALSE;
  if (values.length === 1) return sql`${column} = ${values[0]!}`;
  const places = values.map(() => '?').join(', ');
  return { sql: `${column.sql} IN (${places})`, binds: [...column.binds, ...values] };
}

export const unionAll = (parts: readonly Fragment[]): Fragment => join(parts, ' UNION ALL ');
