// A stream of bytes as numbered lines, in bounded memory.

/** One line of an NDJSON source. `problem`: it cannot be read, and why. */
export interface SourceLine {
  /** From 1. */
  line: number;
  text: string;
  problem?: string;
}

/** Bytes. A record is a few kilobytes; a line without end must not fill the memory. */
export const LONGEST_LINE = 1_000_000;
const NEWLINE = 0x0a;

/** Blank lines are counted and left out; a byte order mark and CR LF are tolerated. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SourceLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 0;
  let held: Uint8Array[] = [];
  let size = 0;
  const hold = (bytes: Uint8Array): void => {
    size += bytes.length;
    if (size <= LONGEST_LINE) held.push(bytes);
    else held = [];
  };
  const take = (): SourceLine | undefined => {
    line += 1;
    const found = size > LONGEST_LINE ? tooLong(line) : decode(decoder, line, held);
    held = [];
    size = 0;
    return found;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      hold(chunk.subarray(from, at));
      from = at + 1;
      const found = take();
      if (found !== undefined) yield found;
    }
    if (from < chunk.length) hold(chunk.subarray(from));
  }
  const last = size > 0 ? take() : undefined;
  if (last !== undefined) yield last;
}

const tooLong = (line: number): SourceLine => ({
  line,
  text: '',
  problem: `is longer than ${LONGEST_LINE} bytes`,
});

function decode(
  decoder: InstanceType<typeof TextDecoder>,
  line: number,
  parts: readonly Uint8Array[],
): SourceLine | undefined {
  let text: string;
  try {
    text = decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
  } catch {
    return { line, text: '', problem: 'is not UTF-8 text' };
  }
  return text.trim() === '' ? undefined : { line, text };
}
