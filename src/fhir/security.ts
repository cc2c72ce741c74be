// meta.security in the text of a resource, minified and with `meta` third as composeBody makes it: found and put
// in without parsing the rest, so that digits and order stay as they are. Works on stored and on served text.

export interface SecurityMember {
  /** Where the member stands in the text, its name included; where it would go if `to` is the same. */
  from: number;
  to: number;
  /** What is between its brackets: '' where there is none. */
  inner: string;
}

const META = ',"meta":{';
const BRACKET = /["{}[\]]/g;

/** Throws where the text does not start as composeBody makes it. */
export function findSecurity(text: string, type: string, id: string): SecurityMember {
  const head = `{"resourceType":"${type}","id":"${id}"${META}`;
  if (!text.startsWith(head)) throw new Error('A stored body does not start as composeBody makes it.');
  let at = head.length;
  while (text[at] === '"') {
    const from = at;
    const value = endOfString(text, at) + 1;
    at = endOfValue(text, value);
    if (value - from === NAME.length && text.startsWith(NAME, from))
      return { from, to: at, inner: text.slice(value + 1, at - 1) };
    if (text[at] === ',') at += 1;
  }
  return { from: at, to: at, inner: '' };
}

const NAME = '"security":';

/** The texts of the items between the brackets. */
export function itemsOf(inner: string): string[] {
  const items: string[] = [];
  for (let at = 0; at < inner.length; ) {
    const end = endOfValue(inner, at);
    items.push(inner.slice(at, end));
    at = end + 1;
  }
  return items;
}

/** The text with these items in the place of those that were found; without any the member goes. */
export function putSecurity(text: string, { from, to }: SecurityMember, inner: string): string {
  const [before, after] = [text.slice(0, from), text.slice(to)];
  if (inner !== '') {
    const comma = from === to && !before.endsWith('{') ? ',' : '';
    return `${before}${comma}"security":[${inner}]${after}`;
  }
  if (after.startsWith(',')) return before + after.slice(1);
  return (before.endsWith(',') && from !== to ? before.slice(0, -1) : before) + after;
}

/** No expression: of a string of some megabytes it would run out of stack. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text[before] === '\\') before -= 1;
    if ((end - before) % 2 === 1) return end + 1;
  }
  throw new Error('A stored body is no JSON.');
}

/** Where the value that starts here ends. */
function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first === '{' || first === '[') return endOfNested(text, start);
  let at = start;
  while (at < text.length && text[at] !== ',' && text[at] !== '}' && text[at] !== ']') at += 1;
  return at;
}

function endOfNested(text: string, start: number): number {
  let depth = 0;
  BRACKET.lastIndex = start;
  for (let found = BRACKET.exec(text); found !== null; found = BRACKET.exec(text)) {
    const [bracket] = found;
    if (bracket === '"') BRACKET.lastIndex = endOfString(text, found.index);
    else depth += bracket === '{' || bracket === '[' ? 1 : -1;
    if (depth === 0) return BRACKET.lastIndex;
  }
  throw new Error('A stored body is no JSON.');
}
