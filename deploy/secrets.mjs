// Makes what the parts of compose.yaml keep secret from everybody else: the key file of the replica set and
// the passwords of the database's administrator and of the server. What is there already is left alone, so
// that this may run before every start.
//
//   node deploy/secrets.mjs --key FILE --admin FILE --store FILE [--key-owner UID] [--owner UID]
//                           [--host HOST:PORT] [--replica-set NAME] [--database NAME]
//
// Owners can be given only by root; without them the files belong to whoever runs this.
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    key: { type: 'string' },
    admin: { type: 'string' },
    store: { type: 'string' },
    'key-owner': { type: 'string' },
    owner: { type: 'string' },
    host: { type: 'string', default: 'mongo:27017' },
    'replica-set': { type: 'string', default: 'iop' },
    database: { type: 'string', default: 'iop' },
  },
});
for (const name of ['key', 'admin', 'store']) {
  if (values[name] === undefined) {
    process.stderr.write(`--${name}: expected a file\n`);
    process.exit(2);
  }
}

/** MongoDB takes 6 to 1024 characters of base64. */
const KEY_BYTES = 741;
const PASSWORD_BYTES = 32;
const password = () => randomBytes(PASSWORD_BYTES).toString('base64url');

const made = [
  keep(values.key, () => randomBytes(KEY_BYTES).toString('base64'), values['key-owner']),
  keep(values.admin, password, values.owner),
  keep(values.store, storeUrl, values.owner),
].filter(Boolean).length;
process.stdout.write(made === 0 ? 'Nothing to make: all secrets are there.\n' : `Made ${made} secrets.\n`);

/** What STORE_FILE of the server names. */
function storeUrl() {
  const { host, database, 'replica-set': set } = values;
  return `mongodb://iop:${password()}@${host}/${database}?replicaSet=${set}&authSource=${database}`;
}

/** Written aside, made durable, then put into place: no start ever sees half a secret. */
function keep(path, make, owner) {
  if (existsSync(path)) return false;
  const aside = `${path}.new`;
  rmSync(aside, { force: true });
  const file = openSync(aside, 'wx', 0o400);
  writeSync(file, `${make()}\n`);
  fsyncSync(file);
  closeSync(file);
  if (owner !== undefined) chownSync(aside, Number(owner), Number(owner));
  renameSync(aside, path);
  return true;
}
