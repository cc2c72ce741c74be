// Answers, inside a query, whether the terms of a line hold for a resource. Asked once for each line with terms and
// each resource that a search looks at, so that no more is read of a body than the terms ask for.
import { UNKNOWN_AUTHOR } from '../../search/authors.ts';
import { holds, type Known, knownOf, selfMark, typeMark } from '../../search/terms.ts';
import type { Derive, Terms } from '../port/derived.ts';
import type { Reading } from './reading.ts';

/** A tombstone is judged by the last live version. */
const LAST_LIVE =
  'SELECT body FROM history WHERE rid = ? AND version < ? AND deleted = 0 ORDER BY version DESC LIMIT 1';

interface Asked {
  marks: ReadonlySet<string>;
  at: number;
}

/** Registers `terms_hold(terms, asked, type, id, rid, version, body)`: 1 or 0. `asked`: `{ marks, at }`. */
export function offerTermsHold(reading: Reading, derive: Derive): void {
  const termsOf = remembered((text): Terms => JSON.parse(text));
  const askedOf = remembered((text): Asked => {
    const { marks, at } = JSON.parse(text) as { marks: string[]; at: number };
    return { marks: new Set(marks), at };
  });
  const lastLive = (rid: number, version: number): string =>
    reading.connection.get<{ body: string }>(LAST_LIVE, rid, version)?.body ?? '{}';
  // All lines about one resource are asked one after the other.
  let last = contentOf({ type: '', id: '' }, '{}', derive);
  reading.connection.db.function('terms_hold', (terms, asked, type, id, rid, version, body) => {
    // SQLite may put what a query asks for in here before it looks at the row: see past.ts.
    if (type === -1 || typeof terms !== 'string' || terms === '') return 0;
    const text = body !== '' ? (body as string) : lastLive(rid as number, version as number);
    const name = { type: reading.text(type as number), id: id as string };
    if (!last.isOf(name, text)) last = contentOf(name, text, derive);
    const { marks, at } = askedOf(asked as string);
    const known: Known = {
      marks: { has: mark => marks.has(mark) || last.has(mark) },
      get dates() {
        return last.dates();
      },
      at,
    };
    return holds(termsOf(terms), known) ? 1 : 0;
  });
}

/** Texts recur from row to row. */
function remembered<T>(read: (text: string) => T): (text: string) => T {
  const most = 1000;
  const known = new Map<string, T>();
  return text => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size >= most) known.clear();
    const made = read(text);
    known.set(text, made);
    return made;
  };
}

interface Name {
  type: string;
  id: string;
}

interface Content {
  isOf(name: Name, body: string): boolean;
  has(mark: string): boolean;
  dates(): Known['dates'];
}

/** As `knownOf` tells it; a body is read only where its text holds what is asked for. */
function contentOf(name: Name, body: string, derive: Derive): Content {
  const folded = once(() => body.toLowerCase());
  const whole = once(() => knownOf(name, derive(JSON.parse(body) as Record<string, unknown>)));
  const own = [typeMark(name.type), selfMark(`${name.type}/${name.id}`)];
  const stands = (mark: string): boolean => {
    const code = mark.slice(mark.lastIndexOf('|') + 1);
    if (NAMED.test(mark)) return code === UNKNOWN_AUTHOR || body.includes(code);
    return CODED.test(mark) && (!PLAIN.test(code) || folded().includes(code));
  };
  return {
    isOf: (other, text) => text === body && other.id === name.id && other.type === name.type,
    has: mark => own.includes(mark) || (stands(mark) && whole().marks.has(mark)),
    dates: () => whole().dates,
  };
}

/** Of a reference or its type. */
const NAMED = /^(ref|author|wrote)\|/;
const CODED = /^(label|code)\|/;
/** Stands in a text as it is, whatever its case. */
const PLAIN = /^[A-Za-z0-9.-]*$/;

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
