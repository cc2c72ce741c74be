// Group commit, for the bare rows.

type Settled = { resolve(): void; reject(error: unknown): void };

/**
 * Group commit: what comes in while one write runs shares the next one. `write` resolves once all it was
 * given are on disk.
 */
export function grouped<T>(write: (items: readonly T[]) => Promise<void> | void): (item: T) => Promise<void> {
  let waiting: { item: T; settled: Settled }[] = [];
  let running = false;
  const drain = async (): Promise<void> => {
    running = true;
    await new Promise(resolve => setImmediate(resolve));
    while (waiting.length > 0) {
      const taken = waiting;
      waiting = [];
      try {
        await write(taken.map(one => one.item));
        for (const { settled } of taken) settled.resolve();
      } catch (error) {
        for (const { settled } of taken) settled.reject(error);
      }
      await new Promise(resolve => setImmediate(resolve));
    }
    running = false;
  };
  return item =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ item, settled: { resolve, reject } });
      if (!running) void drain();
    });
}
