// Where a text stops being JSON. The engine's own message gives no position for some faults and quotes
// the text in others, which may be the record of a person.

export interface JsonFault {
  /** Index of the first character that cannot stand there; the length where the text ends too early. */
  at: number;
  /** What could: `a value`, `a comma or }`, ... */
  expected: string;
}

/** `first`: right behind the bracket, which may then be closed. */
type State = 'value' | 'first value' | 'name' | 'first name' | 'next';

interface Scan {
  text: string;
  at: number;
  state: State;
  /** Brackets that are open. */
  open: ('{' | '[')[];
}

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** For a text that JSON.parse refused. Time grows with the text's length alone. */
export function findJsonFault(text: string): JsonFault {
  const scan: Scan = { text, at: 0, state: 'value', open: [] };
  for (;;) {
    scan.at = skip(SPACE, text, scan.at);
    const expected = step(scan);
    if (expected !== undefined) return { at: scan.at, expected };
  }
}

/** Takes the next token. Where that cannot be, stays before it and says what could. */
function step(scan: Scan): string | undefined {
  const { text, state, open } = scan;
  const char = text[scan.at];
  const inside = open.at(-1);
  const bracket = inside === undefined ? undefined : inside === '{' ? '}' : ']';
  const mayClose = state === 'next' || state.startsWith('first');
  if (bracket !== undefined && mayClose && char === bracket) {
    open.pop();
    return take(scan, 1, 'next');
  }
  if (state === 'next') {
    if (bracket === undefined) return 'the end of the body';
    return char === ',' ? take(scan, 1, inside === '{' ? 'name' : 'value') : `a comma or ${bracket}`;
  }
  const or = mayClose ? ` or ${bracket}` : '';
  return state.endsWith('name') ? takeName(scan, or) : takeValue(scan, or);
}

function takeName(scan: Scan, or: string): string | undefined {
  if (scan.text[scan.at] !== '"') return `a property name in double quotes${or}`;
  const fault = takeString(scan);
  if (fault !== undefined) return fault;
  scan.at = skip(SPACE, scan.text, scan.at);
  return scan.text[scan.at] === ':' ? take(scan, 1, 'value') : 'a colon';
}

function takeValue(scan: Scan, or: string): string | undefined {
  const char = scan.text[scan.at];
  if (char === '{' || char === '[') {
    scan.open.push(char);
    return take(scan, 1, char === '{' ? 'first name' : 'first value');
  }
  if (char === '"') return takeString(scan) ?? take(scan, 0, 'next');
  const length = skip(SCALAR, scan.text, scan.at) - scan.at;
  return length === 0 ? `a value${or}` : take(scan, length, 'next');
}

function takeString(scan: Scan): string | undefined {
  scan.at += 1;
  for (;;) {
    const code = scan.text.charCodeAt(scan.at);
    const next = code === 0x5c ? skip(ESCAPE, scan.text, scan.at) : scan.at + 1;
    if (Number.isNaN(code) || code < 0x20 || next === scan.at) return 'the rest of a string';
    scan.at = next;
    if (code === 0x22) return undefined;
  }
}

function take(scan: Scan, length: number, state: State): undefined {
  scan.at += length;
  scan.state = state;
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
