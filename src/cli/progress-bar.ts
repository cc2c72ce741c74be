// A bar on a terminal; nothing anywhere else.
import { styleText } from 'node:util';

export interface ProgressBar {
  /** `read` of the bytes there are, and how many rows that was. */
  draw(read: number, rows: number): void;
  /** Makes room for a line of text; the next draw brings it back. */
  clear(): void;
}

const WIDTH = 30;
/** Milliseconds between two drawings. */
const EVERY = 100;

/** `total`: bytes, or whatever `read` counts; undefined where nobody knows. `what`: the rows. */
export function progressBar(
  stream: NodeJS.WritableStream & { isTTY?: boolean },
  clock: () => number,
  total: number | undefined,
  what = 'records',
): ProgressBar {
  if (stream.isTTY !== true) return { draw: () => {}, clear: () => {} };
  let drawn = 0;
  return {
    draw: (read, rows) => {
      if (clock() - drawn < EVERY) return;
      drawn = clock();
      stream.write(`\r\u001b[K${line(read, `${rows} ${what}`, total)}`);
    },
    clear: () => {
      drawn = 0;
      stream.write('\r\u001b[K');
    },
  };
}

function line(read: number, rows: string, total: number | undefined): string {
  if (total === undefined || total === 0) return rows;
  const done = Math.min(1, read / total);
  const full = Math.round(done * WIDTH);
  const bar = styleText('green', '█'.repeat(full)) + styleText('dim', '░'.repeat(WIDTH - full));
  return `${bar} ${String(Math.floor(done * 100)).padStart(3)} %  ${rows}`;
}
