// Runs the command line as a user does: a process of its own, its output, its exit code.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@jest/globals';
import { UNBOUNDED } from './place.ts';

const ENTRY = join(import.meta.dirname, '../../src/start.mjs');
export const ROOT = join(import.meta.dirname, '../..');

export interface Finished {
  code: number | null;
  out: string;
  error: string;
}

export interface Running {
  child: ChildProcess;
  /** What it has printed so far. */
  out(): string;
  error(): string;
  /** Waits until standard output holds a text; rejects where the process ends before. */
  until(text: string | RegExp): Promise<string>;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Finished>;
  finished: Promise<Finished>;
}

/** A folder of its own, with the environment that puts store and keys there. */
export function workplace(): { folder: string; environment: Record<string, string>; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'iop-'));
  const environment = { STORE: `sqlite:${join(folder, 'iop.db')}`, PORT: '0', ...UNBOUNDED };
  return { folder, environment, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function launch(
  args: readonly string[],
  environment: Record<string, string>,
  program = [process.execPath, '--no-warnings', ENTRY],
): Running {
  const child = spawn(program[0]!, [...program.slice(1), ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let error = '';
  const heard = new Set<() => void>();
  const tell = () => {
    for (const listener of heard) listener();
  };
  child.stdout!.on('data', chunk => {
    out += chunk;
    tell();
  });
  child.stderr!.on('data', chunk => {
    error += chunk;
  });
  const finished = new Promise<Finished>(resolve => {
    child.on('close', code => {
      resolve({ code, out, error });
      tell();
    });
  });
  const until = (text: string | RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (typeof text === 'string' ? out.includes(text) : text.test(out)) {
          heard.delete(look);
          resolve(out);
        } else if (child.exitCode !== null) {
          heard.delete(look);
          reject(new Error(`ended with ${child.exitCode} before it said ${text}: ${out}${error}`));
        }
      };
      heard.add(look);
      look();
    });
  return {
    child,
    out: () => out,
    error: () => error,
    until,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return finished;
    },
    finished,
  };
}

/** Runs to the end. `input` goes to standard input. */
export async function runCommand(
  args: readonly string[],
  environment: Record<string, string>,
  input = '',
): Promise<Finished> {
  const running = launch(args, environment);
  running.child.stdin!.end(input);
  return running.finished;
}

/** Runs shell lines as they stand. */
export async function runShell(script: string, environment: Record<string, string> = {}): Promise<Finished> {
  return launch(['-c', script], environment, ['bash']).finished;
}

/** Why tests that paste shell lines cannot run here; undefined where they can. */
export const noShell: string | undefined = ['bash', 'curl']
  .filter(name => spawnSync(name, ['--version'], { stdio: 'ignore' }).status !== 0)
  .map(name => `there is no ${name} on this machine`)[0];

let told = false;

/** A test that pastes lines into a shell: where there is none it is skipped, and says so once. `timeout`: ms. */
export function shellTest(name: string, run: () => Promise<void>, timeout?: number): void {
  if (noShell === undefined) {
    test(name, run, timeout);
    return;
  }
  if (!told) process.stderr.write(`Tests of pasted shell lines are skipped: ${noShell}.\n`);
  told = true;
  // Reason: noShell, printed above; .ci/run installs what is missing, so that there it never skips.
  test.skip(name, run);
}
