// The one client of a store: what it demands of a server, and what it says where it gets none.
import {
  type ClientSession,
  type Db,
  type DbOptions,
  MongoClient,
  type MongoClientOptions,
  ReadConcern,
} from 'mongodb';

/** Of the database where the URL names none. */
const DEFAULT_DATABASE = 'iop';
/** Wire version of MongoDB 6.0. */
const LEAST_WIRE_VERSION = 17;
export const SELECTION_MS = 5000;
/** No command of ours takes so long; a server that is gone without a word is given up. */
const SOCKET_MS = 60_000;

/** Whatever the URL says: an acknowledged write is one that stays. A part of it would override the client's. */
const DURABLE: DbOptions = {
  readPreference: 'primary',
  readConcern: new ReadConcern('majority'),
  writeConcern: { w: 'majority', journal: true },
};

const CLIENT: MongoClientOptions = {
  appName: 'iop-fhir',
  readPreference: 'primary',
  retryReads: true,
  retryWrites: true,
  serverSelectionTimeoutMS: SELECTION_MS,
  connectTimeoutMS: SELECTION_MS,
  socketTimeoutMS: SOCKET_MS,
  maxPoolSize: 64,
  waitQueueTimeoutMS: SELECTION_MS,
  ignoreUndefined: true,
};

export interface Connected {
  readonly client: MongoClient;
  readonly db: Db;
  /** The cluster is sharded. */
  readonly sharded: boolean;
  /** Everything read in it is of one moment. */
  startSnapshot(): ClientSession;
  /** For transactions. */
  startSession(): ClientSession;
  close(): Promise<void>;
}

export interface ClientOptions {
  /** More for tests: command monitoring. */
  driver?: Pick<MongoClientOptions, 'monitorCommands' | 'serverSelectionTimeoutMS' | 'maxPoolSize'>;
}

interface Hello {
  setName?: string;
  msg?: string;
  isreplicaset?: boolean;
  maxWireVersion: number;
}

/**
 * Connects and looks whether the server is one that can hold a store. Throws an Error of one line that
 * names the hosts, never what is before the @ of the URL.
 */
export async function connectMongo(url: string, { driver = {} }: ClientOptions = {}): Promise<Connected> {
  const client = clientOf(url, { ...CLIENT, ...driver });
  try {
    const database = databaseOf(url);
    const db = client.db(database, DURABLE);
    const hello = await greet(client, db);
    refuseUnfit(hello, hostsOf(client));
    // `hello` is answered to everybody.
    await db.command({ find: 'fact', limit: 1 });
    return {
      client,
      db,
      sharded: hello.msg === 'isdbgrid',
      startSnapshot: () => client.startSession({ snapshot: true }),
      startSession: () => client.startSession({ causalConsistency: true }),
      close: () => client.close(),
    };
  } catch (error) {
    await client.close().catch(() => {});
    throw openingError(error, client);
  }
}

function clientOf(url: string, options: MongoClientOptions): MongoClient {
  if (!/^mongodb(\+srv)?:\/\//.test(url))
    throw new Error('The URL of a MongoDB starts with mongodb:// or mongodb+srv://.');
  try {
    return new MongoClient(url, options);
  } catch (error) {
    // The driver's words, where they cannot quote what is secret: it names options and the scheme only.
    const { name, message } = error as Error;
    const reason = name === 'MongoParseError' && !message.includes('@') ? message : 'it cannot be understood';
    throw new Error(`The URL of the MongoDB is not one: ${reason.replace(/\.$/, '')}.`);
  }
}

/** What stands after the hosts. */
export function databaseOf(url: string): string {
  const path = /^[^:]+:\/\/[^/?]*\/?([^?]*)/.exec(url)?.[1] ?? '';
  const name = decodeURIComponent(path);
  if (name === '') return DEFAULT_DATABASE;
  if (/[/\\. "$*<>:|?\0]/.test(name)) throw new Error('The URL of the MongoDB names no possible database.');
  return name;
}

const hostsOf = (client: MongoClient): string =>
  client.options.srvHost ?? client.options.hosts.map(host => host.toString()).join(', ');

async function greet(client: MongoClient, db: Db): Promise<Hello> {
  await client.connect();
  return (await db.command({ hello: 1 })) as unknown as Hello;
}

/** What went wrong on opening, in one line; errors that are not the driver's stay what they are. */
export function openingError(error: unknown, client: MongoClient): unknown {
  if (!Error.isError(error) || !isDriverError(error as SelectionError)) return error;
  return new Error(whyNot(error, hostsOf(client)), { cause: error });
}

const isDriverError = ({ name, code }: SelectionError): boolean =>
  name.startsWith('Mongo') || code === 'ENOTFOUND' || code === 'ENODATA';

const HOW_TO_SET =
  'start it with --replSet and run rs.initiate() in mongosh once (one member is enough; transactions need it)';

interface SelectionError {
  name: string;
  code?: number | string;
  codeName?: string;
  reason?: { servers?: ReadonlyMap<string, { type: string }> };
  cause?: unknown;
}

/** The name of a server's code: its text may quote what it was sent. */
const reasonOf = ({ codeName }: SelectionError): string => (codeName === undefined ? '' : ` (${codeName})`);

function whyNot(thrown: unknown, hosts: string): string {
  const error = thrown as SelectionError;
  const { name, code, reason } = error;
  if (code === 18 || code === 13) return `The MongoDB at ${hosts} refuses this user or password.`;
  if (code === 'ENOTFOUND' || code === 'ENODATA') return `No MongoDB is registered in DNS under ${hosts}.`;
  if (name === 'MongoCompatibilityError') return tooOld(hosts);
  if (name !== 'MongoServerSelectionError')
    return `The MongoDB at ${hosts} cannot be used${reasonOf(error)}.`;
  const types = [...(reason?.servers?.values() ?? [])].map(server => server.type);
  if (types.includes('RSGhost')) return `The MongoDB at ${hosts} is in no replica set yet: ${HOW_TO_SET}.`;
  if (types.some(type => type === 'RSSecondary' || type === 'RSOther' || type === 'RSArbiter'))
    return `The replica set at ${hosts} has no primary: most of its members are not there.`;
  return `No MongoDB answers at ${hosts}.`;
}

const tooOld = (hosts: string): string => `The MongoDB at ${hosts} is older than 6.0.`;

function refuseUnfit({ setName, msg, isreplicaset, maxWireVersion }: Hello, hosts: string): void {
  if (maxWireVersion < LEAST_WIRE_VERSION) throw new Error(tooOld(hosts));
  if (msg === 'isdbgrid' || setName !== undefined) return;
  const state =
    isreplicaset === true ? 'is in no replica set yet' : 'is a single server without transactions';
  throw new Error(`The MongoDB at ${hosts} ${state}: ${HOW_TO_SET}.`);
}
