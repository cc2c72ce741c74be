// The command line of the bench.
import { parseArgs } from 'node:util';
import { OPERATION_NAMES, type OperationName } from './operations.ts';

export type StoreName = 'sqlite' | 'mongodb';
export const STORE_NAMES: readonly StoreName[] = ['sqlite', 'mongodb'];

export interface Options {
  only: readonly OperationName[];
  stores: readonly StoreName[];
  connections: readonly number[];
  /** Of each measurement. */
  seconds: number;
  tries: number;
  /** Observations in each store. */
  resources: number;
  json: boolean;
}

/** Wrong usage: said in one line. */
export class UsageError extends Error {}

export const HELP = `Usage: npm run bench -- [options]

Measures the server with everything on (token, scopes, consent, durable audit) against the same machine doing
the same with no FHIR at all, on SQLite and on MongoDB, and against itself put together without token checks
and audit, rows of writes too ("no token check, no audit"), and without access rules, Consents, redaction, notice and
labels on answers ("no access, consent, labels"). Figures are worth reading as ratios only: "of limit" to the machine,
"on/off" and "of open" to itself.

  --only LIST         of ${OPERATION_NAMES.join(', ')} (default: all)
  --stores LIST       of ${STORE_NAMES.join(', ')} (default: both)
  --connections LIST  numbers of connections (default: 1,10,32; transactions take 4)
  --seconds N         of each measurement (default: 1.5)
  --tries N           measurements of each row, taken in turn with its limit's; medians are shown (default: 3)
  --resources N       Observations in each store (default: 50000)
  --json              JSON on standard output
  --help              this text

A MongoDB is taken from MONGO_URL (a database is made there and dropped), else a replica set of one is started
from the binary that MONGOMS_SYSTEM_BINARY names; without either that half is left out. Data lie in a folder of
their own in TMPDIR, which is removed.

Exit codes: 0 done, 1 something failed or nothing was measured, 2 wrong usage.
`;

/** Throws UsageError. `help`: only the text is asked for. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parsed(args);
  if (values.help === true) return 'help';
  return {
    only: listOf('only', values.only, OPERATION_NAMES),
    stores: listOf('stores', values.stores, STORE_NAMES),
    connections: (values.connections ?? '1,10,32').split(',').map(text => whole('connections', text, 1)),
    seconds: seconds(values.seconds ?? '1.5'),
    tries: whole('tries', values.tries ?? '3', 1),
    resources: whole('resources', values.resources ?? '50000', 100),
    json: values.json === true,
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: text,
        stores: text,
        connections: text,
        seconds: text,
        tries: text,
        resources: text,
        json: flag,
        help: flag,
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** In the order of `known`, whatever the order given. */
function listOf<T extends string>(name: string, text: string | undefined, known: readonly T[]): readonly T[] {
  if (text === undefined) return known;
  const given = text.split(',').map(word => word.trim());
  if (!given.every(word => (known as readonly string[]).includes(word)))
    throw new UsageError(`--${name}: expected some of ${known.join(', ')}`);
  return known.filter(word => given.includes(word));
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${name}: expected a whole number of at least ${least}`);
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0.1 && value <= 600) return value;
  throw new UsageError('--seconds: expected a number from 0.1 to 600');
}
