// A process that moves a store in small commits until it is done or killed: `<from> <to>`, each `sqlite:PATH`
// or a MongoDB URL. On stdout a line `at <items>` after each commit, and `done` at the end.
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Archive } from '../../src/store/archive.ts';
import { openMongo } from '../../src/store/mongodb/open.ts';
import { moveStore } from '../../src/store/move.ts';
import { openSqlite } from '../../src/store/sqlite/open.ts';
import { statedDerive } from '../support/store.ts';

const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

async function openArchive(place: string): Promise<{ archive: Archive; close(): Promise<void> }> {
  const options = { derive: statedDerive, clock: Date.now, extractors: 'test' };
  if (place.startsWith('mongodb')) return openMongo({ url: place, ...options });
  return openSqlite({ path: place.slice('sqlite:'.length), ...options });
}

const [from = '', to = ''] = process.argv.slice(2);
const [source, target] = [await openArchive(from), await openArchive(to)];
// The kill must come while there is something left to do.
const slow: Archive = {
  ...target.archive,
  write: async (items, place) => {
    await target.archive.write(items, place);
    await pause(10);
  },
};
await moveStore(source.archive, slow, {
  batch: 10,
  progress: ({ phase, done }) => {
    if (phase === 'move') say(`at ${done}`);
  },
});
await target.close();
await source.close();
say('done');
