// Process entry: arguments and environment in, exit code out.
import { run } from './cli/run.ts';

export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await run(argv, {
    environment: process.env,
    out: process.stdout,
    error: process.stderr,
    input: process.stdin,
  });
}
