// Workers (worker.ts) side by side on one database, and that database.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { launch } from '../support/process.ts';
import type { Outcome, Task } from './worker.ts';

const WORKER = join(import.meta.dirname, 'worker.ts');

export interface Database {
  url: string;
  drop(): Promise<void>;
}

/** A database of its own on a server. */
export function newDatabase(server: string): Database {
  const name = `iop-${randomUUID()}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  const drop = async (): Promise<void> => {
    const client = new MongoClient(server);
    await client.db(name).dropDatabase();
    await client.close();
  };
  return { url: url.href, drop };
}

export interface Workers {
  /** Lets them begin; what came out of all plans of each. */
  begin(): Promise<Outcome[][]>;
}

/** One process for each task, its store open and waiting. */
export async function startWorkers(url: string, job: string, tasks: readonly Task[]): Promise<Workers> {
  const running = tasks.map(task =>
    launch([url, job, JSON.stringify(task)], {}, [process.execPath, '--no-warnings', WORKER]),
  );
  await Promise.all(running.map(one => one.until('ready\n')));
  const begin = async (): Promise<Outcome[][]> => {
    for (const { child } of running) child.stdin!.write('go\n');
    const finished = await Promise.all(running.map(one => one.finished));
    return finished.map(({ code, out, error }) => {
      if (code !== 0) throw new Error(`A worker ended with ${code}: ${error}`);
      return JSON.parse(out.slice('ready\n'.length)) as Outcome[];
    });
  };
  return { begin };
}
