// Environment -> Config. Every problem is named at once, by the variable's name; values are not echoed,
// since a store's URL may hold a password.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';

/** Where the data are. A URL may hold a password: it is handed to the driver and shown to nobody. */
export type StorePlace =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'mongodb'; readonly url: string };

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Public base without trailing slash, `https://fhir.example.org`; absent: made of host and port. */
  readonly baseUrl: string | undefined;
  readonly store: StorePlace;
  /** Folder of the signing keys. Servers on one MongoDB share it. */
  readonly keys: string;
  /** File of the signed checkpoints of the audit trail. */
  readonly checkpoints: string;
  readonly demo: boolean;
  readonly logLevel: string;
  /** Bytes of a request body. */
  readonly maxBody: number;
  /** Entries of a batch or transaction Bundle. */
  readonly maxEntries: number;
}

export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** name -> schema and what to say when it does not hold. */
const VARIABLES = {
  PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 8080, is: 'a port number from 0 to 65535' },
  HOST: { type: 'string', minLength: 1, default: '127.0.0.1', is: 'a host name or address' },
  BASE_URL: { type: 'string', pattern: '^https?://[^\\s?#]+$', is: 'an http or https URL without query' },
  STORE: {
    type: 'string',
    pattern: '^(sqlite:.|mongodb(\\+srv)?://[^/?])',
    default: 'sqlite:./data/iop.db',
    is: 'sqlite:PATH, mongodb://HOST/DATABASE or mongodb+srv://HOST/DATABASE',
  },
  STORE_FILE: { type: 'string', minLength: 1, is: 'a file that says what STORE would' },
  KEYS: { type: 'string', minLength: 1, is: 'a folder' },
  AUDIT_CHECKPOINTS: { type: 'string', minLength: 1, is: 'a file' },
  DEMO: { type: 'boolean', default: false, is: 'true or false' },
  LOG_LEVEL: { type: 'string', enum: LEVELS, default: 'warn', is: `one of ${LEVELS.join(', ')}` },
  MAX_BODY: {
    type: 'integer',
    minimum: 1024,
    maximum: 268_435_456,
    default: 4_194_304,
    is: 'bytes, from 1024 to 268435456',
  },
  MAX_ENTRIES: {
    type: 'integer',
    minimum: 1,
    maximum: 100_000,
    default: 5_000,
    is: 'a number from 1 to 100000',
  },
} as const;

export type Environment = Readonly<Record<string, string | undefined>>;

const ajv = new Ajv({ coerceTypes: true, useDefaults: true, allErrors: true });
const validate = ajv.compile({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(VARIABLES).map(([name, { is: _, ...schema }]) => [name, schema]),
  ),
});

/** Reads and freezes the configuration. An empty variable counts as absent. Throws ConfigError. */
export function readConfig(environment: Environment): Config {
  const names = Object.keys(VARIABLES) as (keyof typeof VARIABLES)[];
  const given = names
    .filter(name => (environment[name] ?? '') !== '')
    .map(name => [name, environment[name] as unknown]);
  const values = Object.fromEntries(given) as Record<string, unknown>;
  const problems = takeStoreFile(values);
  if (values.DEMO === '1' || values.DEMO === '0') values.DEMO = values.DEMO === '1';
  if (!validate(values)) {
    const wrong = new Set(
      (validate.errors ?? []).map(error => error.instancePath.slice(1) as keyof typeof VARIABLES),
    );
    problems.push(...[...wrong].map(name => `${name}: expected ${VARIABLES[name].is}`));
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const store = placeOf(values.STORE as string);
  const keys = (values.KEYS as string | undefined) ?? join(folderOf(store), 'keys');
  return Object.freeze({
    port: values.PORT as number,
    host: values.HOST as string,
    baseUrl: (values.BASE_URL as string | undefined)?.replace(/\/+$/, ''),
    store,
    keys,
    checkpoints: (values.AUDIT_CHECKPOINTS as string | undefined) ?? join(keys, 'audit-checkpoints.jws'),
    demo: values.DEMO as boolean,
    logLevel: values.LOG_LEVEL as string,
    maxBody: values.MAX_BODY as number,
    maxEntries: values.MAX_ENTRIES as number,
  });
}

/** A URL with a password belongs in a file, where no list of processes or containers shows it. */
function takeStoreFile(values: Record<string, unknown>): string[] {
  if (values.STORE_FILE === undefined) return [];
  if (values.STORE !== undefined) return ['STORE_FILE: set it or STORE, not both'];
  try {
    values.STORE = readFileSync(values.STORE_FILE as string, 'utf8').trim();
    return [];
  } catch {
    return ['STORE_FILE: cannot be read'];
  }
}

/** What STORE and other words for a store say. Throws ConfigError under `name`. */
export function readPlace(text: string, name: string): StorePlace {
  if (new RegExp(VARIABLES.STORE.pattern).test(text)) return placeOf(text);
  throw new ConfigError([`${name}: expected ${VARIABLES.STORE.is}`]);
}

const placeOf = (text: string): StorePlace =>
  text.startsWith('sqlite:')
    ? { kind: 'sqlite', path: text.slice('sqlite:'.length) }
    : { kind: 'mongodb', url: text };

/** Where the keys lie unless told. */
const folderOf = (store: StorePlace): string => (store.kind === 'sqlite' ? dirname(store.path) : 'data');

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|::1|\[::1\])$/;
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);
