// Environment -> Config. Every problem is named at once, by the variable's name; values are not echoed,
// since a store's URL may hold a password.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
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
  /** How long access tokens of the token endpoint are good. */
  readonly tokenMinutes: number;
  /** Issuers whose access tokens are taken, as they name themselves. */
  readonly issuers: readonly string[];
  /** File of the signed checkpoints of the audit trail. */
  readonly checkpoints: string;
  readonly demo: boolean;
  /** Whom a program's staff see: all its people, or those on whose CareTeam they are. */
  readonly staffAccess: 'program' | 'careteam';
  /** Program -> age from which a minor alone may consent to treatment there. */
  readonly minorConsentAges: Readonly<Record<string, number>>;
  readonly logLevel: string;
  /** Bytes of a request body. */
  readonly maxBody: number;
  /** Entries of a batch or transaction Bundle. */
  readonly maxEntries: number;
  /** PEM files; absent: plain http. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Proxies whose X-Forwarded-For is believed: how many, or which addresses. 0: none. */
  readonly trustProxy: number | readonly string[];
  /** Web pages of these origins may call. */
  readonly corsOrigins: readonly string[];
  /** Requests a minute; 0: any number. */
  readonly rateLimit: { readonly client: number; readonly address: number };
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
  TOKEN_MINUTES: {
    type: 'integer',
    minimum: 5,
    maximum: 60,
    default: 15,
    is: 'minutes, from 5 to 60',
  },
  ISSUERS: {
    type: 'string',
    pattern: '^https?://[^\\s?#]+( +https?://[^\\s?#]+)*$',
    is: 'https URLs with spaces between them',
  },
  AUDIT_CHECKPOINTS: { type: 'string', minLength: 1, is: 'a file' },
  DEMO: { type: 'boolean', default: false, is: 'true or false' },
  STAFF_ACCESS: {
    type: 'string',
    enum: ['program', 'careteam'],
    default: 'program',
    is: 'program or careteam',
  },
  MINOR_CONSENT_AGES: {
    type: 'string',
    format: 'ages',
    default: '',
    is: 'PROGRAM=AGE, each program once, ages from 0 to 18, with spaces between them',
  },
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
  TLS_CERT: { type: 'string', minLength: 1, is: 'a PEM file' },
  TLS_KEY: { type: 'string', minLength: 1, is: 'a PEM file' },
  TRUST_PROXY: {
    type: 'string',
    format: 'proxies',
    default: '0',
    is: 'how many proxies stand in front, or their addresses (192.0.2.1, 10.0.0.0/8, loopback, linklocal, uniquelocal), space separated',
  },
  CORS_ORIGINS: {
    type: 'string',
    format: 'origins',
    default: '',
    is: 'origins such as https://app.example.org, space separated',
  },
  RATE_LIMIT: {
    type: 'integer',
    minimum: 0,
    maximum: 10_000_000,
    default: 6_000,
    is: 'a number, 0 for none',
  },
  RATE_LIMIT_ADDRESS: {
    type: 'integer',
    minimum: 0,
    maximum: 10_000_000,
    default: 600,
    is: 'a number, 0 for none',
  },
} as const;

export type Environment = Readonly<Record<string, string | undefined>>;

const wordsOf = (text: string): string[] => text.split(/[\s,]+/).filter(word => word !== '');

/** As a browser sends it: no path, no default port, no `*`. */
const isOrigin = (word: string): boolean =>
  /^https?:/.test(word) && URL.canParse(word) && new URL(word).origin === word;

const NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];
/** An address, or a block of them. */
function isProxy(word: string): boolean {
  const [address = '', bits, ...more] = word.split('/');
  const kind = isIP(address);
  if (kind === 0 || more.length > 0) return NETWORKS.includes(word);
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (kind === 4 ? 32 : 128));
}

/** No program, or no number, for a word that says no age. */
const agesIn = (text: string): [program: string, age: number][] =>
  wordsOf(text).map(word => {
    const [, program = '', age] = /^([A-Za-z0-9.-]{1,64})=(\d|1[0-8])$/.exec(word) ?? [];
    return [program, Number(age)];
  });

function saysAges(text: string): boolean {
  const ages = agesIn(text);
  return (
    ages.every(([program, age]) => program !== '' && Number.isInteger(age)) &&
    new Set(ages.map(([program]) => program)).size === ages.length
  );
}

const HOPS = /^\d{1,2}$/;

const ajv = new Ajv({
  coerceTypes: true,
  useDefaults: true,
  allErrors: true,
  formats: {
    ages: saysAges,
    origins: text => wordsOf(text).every(isOrigin),
    proxies: text => HOPS.test(text) || (wordsOf(text).length > 0 && wordsOf(text).every(isProxy)),
  },
});
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
  if ((values.TLS_CERT === undefined) !== (values.TLS_KEY === undefined))
    problems.push('TLS_CERT, TLS_KEY: set both or neither');
  if (problems.length > 0) throw new ConfigError(problems);
  const store = placeOf(values.STORE as string);
  const keys = (values.KEYS as string | undefined) ?? join(folderOf(store), 'keys');
  return Object.freeze({
    port: values.PORT as number,
    host: values.HOST as string,
    baseUrl: (values.BASE_URL as string | undefined)?.replace(/\/+$/, ''),
    store,
    keys,
    tokenMinutes: values.TOKEN_MINUTES as number,
    issuers: Object.freeze(
      ((values.ISSUERS as string | undefined) ?? '').split(/ +/).filter(url => url !== ''),
    ),
    checkpoints: (values.AUDIT_CHECKPOINTS as string | undefined) ?? join(keys, 'audit-checkpoints.jws'),
    demo: values.DEMO as boolean,
    staffAccess: values.STAFF_ACCESS as Config['staffAccess'],
    minorConsentAges: Object.freeze(Object.fromEntries(agesIn(values.MINOR_CONSENT_AGES as string))),
    logLevel: values.LOG_LEVEL as string,
    maxBody: values.MAX_BODY as number,
    maxEntries: values.MAX_ENTRIES as number,
    ...edgeOf(values),
  });
}

function edgeOf(values: Record<string, unknown>) {
  const { TLS_CERT: cert, TLS_KEY: key, TRUST_PROXY: proxies, CORS_ORIGINS: origins } = values as Strings;
  return {
    tls: cert === undefined || key === undefined ? undefined : { cert, key },
    trustProxy: HOPS.test(proxies!) ? Number(proxies) : wordsOf(proxies!),
    corsOrigins: wordsOf(origins!),
    rateLimit: { client: values.RATE_LIMIT as number, address: values.RATE_LIMIT_ADDRESS as number },
  };
}
type Strings = Record<string, string | undefined>;

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

/** Does the network see tokens and records in clear, with nothing in front that would end TLS? */
export const isExposed = ({ host, tls, trustProxy }: Config): boolean =>
  !isLoopback(host) && tls === undefined && trustProxy === 0;

/** Is the server's public URL one of https? */
export const isHttps = ({ baseUrl, tls }: Config): boolean =>
  baseUrl === undefined ? tls !== undefined : baseUrl.startsWith('https:');
