// Writes on a store file that leave no audit row: group commit and plans are the adapter's own, on a writing
// connection that this makes. What goes besides the row is what a transaction of the product has around it.
import type { Config } from '../../src/app.ts';
import { systemClock } from '../../src/fhir/id.ts';
import { openWriter } from '../../src/store/sqlite/file.ts';
import { Group } from '../../src/store/sqlite/group.ts';
import { LogFile } from '../../src/store/sqlite/log-file.ts';
import { Reading } from '../../src/store/sqlite/reading.ts';
import { Tail } from '../../src/store/sqlite/tail.ts';
import { sqliteUnit } from '../../src/store/sqlite/unit.ts';
import { Words } from '../../src/store/sqlite/words.ts';
import { runPlan } from '../../src/store/unit/plan.ts';
import { doNow } from '../../src/store/unit/work.ts';
import { clinicDerive as derive } from '../support/clinic-bodies.ts';
import type { Unaudited } from './unaudited.ts';

export async function openUnaudited({ store }: Config): Promise<Unaudited> {
  if (store.kind !== 'sqlite') throw new Error('This is no store file.');
  const words = new Words();
  const writing = new Reading(openWriter(store.path), words);
  // Of a chain that has no rows, and gets none.
  const tail = new Tail('', systemClock);
  const log = new LogFile(store.path);
  const group = new Group({ connection: writing.connection, words, tail, sync: () => log.sync() });
  return {
    transact: (plan, grant) =>
      group.run({ run: () => doNow(runPlan(sqliteUnit({ writing, derive, tail }, grant), plan)).results }),
    close: async () => {
      await group.close();
      writing.connection.db.close();
      log.close();
    },
  };
}
