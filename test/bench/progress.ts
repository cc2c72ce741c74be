// How far long work is, on standard error: one line that is written over on a terminal, else a line per fifth.

const EVERY_MS = 100;
const STEPS = 5;

/** Gives a function that is told how many are done. */
export function progress(label: string, total: number): (done: number) => void {
  const { stderr } = process;
  let drawn = 0;
  let step = 0;
  return done => {
    const text = `${label}: ${done} of ${total}`;
    if (stderr.isTTY) {
      const now = performance.now();
      if (now - drawn < EVERY_MS && done < total) return;
      drawn = now;
      stderr.write(`\r\u001b[K${text}${done < total ? '' : '\n'}`);
      return;
    }
    const reached = Math.floor((done / total) * STEPS);
    if (reached === step) return;
    step = reached;
    stderr.write(`${text}\n`);
  };
}
