// A command in this process, with what it printed.
import { PassThrough } from 'node:stream';
import { run } from '../../src/cli/run.ts';

export async function runHere(args: readonly string[], environment: Record<string, string>) {
  const streams = { out: new PassThrough(), error: new PassThrough(), input: new PassThrough() };
  const code = await run(args, { environment, ...streams });
  const text = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString() ?? '';
  return { code, out: text(streams.out), error: text(streams.error) };
}
