// The processes of a run: each is one file of this folder, asked by name over the channel between the two,
// and ends when the process that started it does.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** What a process can be asked: name -> function of one argument. */
// biome-ignore lint/suspicious/noConfusingVoidType: most questions take no argument, and some give no answer.
export type Questions = Record<string, (argument: never) => unknown | void>;

interface Question {
  n: number;
  name: string;
  argument: unknown;
}

type Answer = { n: number; value: unknown } | { n: number; error: string };

export interface Child<Q extends Questions> {
  ask<Name extends keyof Q & string>(
    name: Name,
    ...argument: Parameters<Q[Name]>
  ): Promise<Awaited<ReturnType<Q[Name]>>>;
  /** Lets it end by itself; kills it where it does not. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();

/** At once and all: where the run is interrupted. */
export async function killChildren(): Promise<void> {
  const ends = [...running].map(child => new Promise(resolve => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(ends);
}

/** How long a process may take to end. */
const PATIENCE_MS = 15_000;

/** `file`: a file of this folder that calls `answerParent`. What it prints goes to standard error. */
export function startChild<Q extends Questions>(file: string): Child<Q> {
  const child = fork(join(import.meta.dirname, file), {
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  running.add(child);
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let asked = 0;
  child.on('message', (answer: Answer) => {
    const asker = waiting.get(answer.n);
    waiting.delete(answer.n);
    if ('error' in answer) asker?.reject(new Error(answer.error));
    else asker?.resolve(answer.value);
  });
  const ended = new Promise<void>(resolve => {
    child.on('exit', (code, signal) => {
      running.delete(child);
      for (const asker of waiting.values()) asker.reject(new Error(`${file} ended with ${signal ?? code}`));
      waiting.clear();
      resolve();
    });
  });
  return {
    ask: (name, ...[argument]) => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      asked += 1;
      waiting.set(asked, { resolve, reject });
      child.send({ n: asked, name, argument } satisfies Question, error => {
        if (error !== null) reject(error);
      });
      return promise as ReturnType<Child<Q>['ask']>;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      await ended;
      clearTimeout(late);
    },
  };
}

/** In the child: answers until the parent lets go, then runs `close`. An interrupt is the parent's to handle. */
export function answerParent(questions: Questions, close: () => unknown = () => undefined): void {
  process.on('SIGINT', () => undefined);
  process.on('message', (question: Question) => void answer(question));
  process.on('disconnect', () => {
    void Promise.resolve(close()).finally(() => process.exit());
  });
  const answer = async ({ n, name, argument }: Question): Promise<void> => {
    try {
      const value = await questions[name]!(argument as never);
      tell({ n, value });
    } catch (error) {
      tell({ n, error: Error.isError(error) ? error.message : String(error) });
    }
  };
}

const tell = (answer: Answer): void => {
  if (process.connected) process.send!(answer);
};

/** Milliseconds of processor that this process has used. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
