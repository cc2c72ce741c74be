// Writes on a MongoDB that leave no audit row: groups, lanes and units are the adapter's own, in lanes that
// this takes. A lane's document is changed by every unit all the same, since that is how seqs are given.
import { randomUUID } from 'node:crypto';
import type { Config } from '../../src/app.ts';
import { systemClock } from '../../src/fhir/id.ts';
import { connectMongo } from '../../src/store/mongodb/client.ts';
import { makeGroup } from '../../src/store/mongodb/group.ts';
import { Lanes } from '../../src/store/mongodb/lanes.ts';
import { collectionsOf, LIMITS } from '../../src/store/mongodb/reading.ts';
import { clinicDerive as derive } from '../support/clinic-bodies.ts';
import type { Unaudited } from './unaudited.ts';

export async function openUnaudited({ store }: Config): Promise<Unaudited> {
  if (store.kind !== 'mongodb') throw new Error('This is no MongoDB.');
  const connected = await connectMongo(store.url, {});
  const { db, sharded } = connected;
  const site = { connected, collections: collectionsOf(db), sharded, limits: LIMITS };
  const now = (): number => Math.trunc(systemClock() * 1000);
  const lanes = new Lanes(site, { holder: randomUUID(), newWriter: () => randomUUID(), now });
  await lanes.open();
  const send = makeGroup({
    run: work => lanes.run(turn => work({ ...turn, audit: () => undefined })),
    derive,
    record: async () => undefined,
  });
  return {
    transact: (plan, grant, audit) => send({ plan, grant, audit }),
    close: async () => {
      await lanes.close();
      await connected.close();
    },
  };
}
