// What nobody caught. Node would print it with its message, which may quote a record; the log keeps kind and place.
import type { App } from '../app.ts';

/** From now on a bug that nobody caught ends the process, exit code 1, with one line in the log. */
export function endOnBug({ log }: Pick<App['context'], 'log'>): void {
  process.on('uncaughtException', error => {
    log.error({ err: error }, 'ended by a bug');
    process.exit(1);
  });
}
