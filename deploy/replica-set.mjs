// Makes a new mongod, started with --replSet, --keyFile and --auth, into a replica set of one member with two
// users: `admin`, and `iop` for the server, which may read and write its own database and nothing else. What
// is so already is left alone, so that this may run before every start.
//
//   node deploy/replica-set.mjs --admin FILE --store FILE [--connect HOST:PORT] [--member HOST:PORT]
//
// Before there is any user MongoDB trusts its own machine alone: --connect is an address of that machine
// (compose.yaml runs this in the network of the database's container). --member is the address by which the
// server finds it. FILEs as secrets.mjs makes them.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';

const { values } = parseArgs({
  options: {
    admin: { type: 'string' },
    store: { type: 'string' },
    connect: { type: 'string', default: '127.0.0.1:27017' },
    member: { type: 'string', default: 'mongo:27017' },
    'replica-set': { type: 'string', default: 'iop' },
    seconds: { type: 'string', default: '120' },
  },
});

const AUTHENTICATION_FAILED = 18;
/** What is refused to a stranger once there is a user. */
const UNAUTHORIZED = 13;
const ALREADY_INITIALIZED = 23;
const USER_NOT_FOUND = 11;

const deadline = Date.now() + Number(values.seconds) * 1000;

async function main() {
  const admin = { username: 'admin', password: secret(values.admin) };
  const store = new URL(secret(values.store));
  const server = {
    username: decodeURIComponent(store.username),
    password: decodeURIComponent(store.password),
    database: store.pathname.slice(1),
  };
  await patiently(() => initiate(admin));
  await patiently(() => demandPrimary(admin));
  await makeAdministrator(admin);
  await as(admin, client => makeServerUser(client.db(server.database), server));
  process.stdout.write('The database is ready.\n');
}

const secret = path => readFileSync(path, 'utf8').trim();

/** As a user, or as a stranger on the database's own machine. */
async function as(user, work) {
  const client = new MongoClient(`mongodb://${values.connect}/?directConnection=true`, {
    serverSelectionTimeoutMS: 2000,
    ...(user === undefined ? {} : { auth: user, authSource: 'admin' }),
  });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** As the administrator, or as a stranger where there is none yet. */
async function asAdministrator(admin, work) {
  try {
    return await as(admin, work);
  } catch (error) {
    if (error.code !== AUTHENTICATION_FAILED) throw error;
    return as(undefined, work);
  }
}

const initiate = admin =>
  asAdministrator(admin, async client => {
    const hello = await client.db('admin').command({ hello: 1 });
    if (hello.setName !== undefined) return;
    const config = { _id: values['replica-set'], members: [{ _id: 0, host: values.member }] };
    await client
      .db('admin')
      .command({ replSetInitiate: config })
      .catch(error => ignore(error, ALREADY_INITIALIZED));
  });

const demandPrimary = admin =>
  asAdministrator(admin, async client => {
    const hello = await client.db('admin').command({ hello: 1 });
    if (hello.isWritablePrimary !== true) throw new Error('it has no primary yet');
  });

/** The first user of all; with it strangers lose what they were trusted with. */
async function makeAdministrator({ username, password }) {
  if (await knows({ username, password })) return;
  try {
    await as(undefined, client =>
      client.db('admin').command({ createUser: username, pwd: password, roles: ['root'] }),
    );
  } catch (error) {
    if (error.code !== UNAUTHORIZED) throw error;
    throw new Error('its administrator has another password than the one kept here');
  }
}

async function knows(user) {
  try {
    await as(user, client => client.db('admin').command({ ping: 1 }));
    return true;
  } catch (error) {
    if (error.code !== AUTHENTICATION_FAILED) throw error;
    return false;
  }
}

/** Made, or given the password and the rights that it should have. */
async function makeServerUser(db, { username, password, database }) {
  const user = { pwd: password, roles: [{ role: 'readWrite', db: database }] };
  try {
    await db.command({ updateUser: username, ...user });
  } catch (error) {
    ignore(error, USER_NOT_FOUND);
    await db.command({ createUser: username, ...user });
  }
}

function ignore(error, code) {
  if (error.code !== code) throw error;
}

/** Until it answers: it may be starting, or choosing its primary. */
async function patiently(work) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline || error instanceof SyntaxError) throw error;
      await pause(500);
    }
  }
}

/** Never a secret: the driver's messages name hosts and commands. */
const reasonOf = error => (error instanceof Error ? error.message : 'it failed');

try {
  await main();
} catch (error) {
  process.stderr.write(`The database is not ready: ${reasonOf(error)}\n`);
  process.exitCode = 1;
}
