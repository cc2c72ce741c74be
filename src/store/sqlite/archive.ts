// The third port on a store file: everything it keeps, item by item.
import { FhirError } from '../../fhir/error.ts';
import { type Archive, type ArchiveItem, PLACE_FACT } from '../archive.ts';
import type { Derive } from '../port/derived.ts';
import { type Restorer, restoreVersion } from '../unit/restore.ts';
import { doNow } from '../unit/work.ts';
import { countItems, readItems, storedVersion } from './archive-read.ts';
import { writeItem } from './archive-write.ts';
import type { Group } from './group.ts';
import type { Readers } from './readers.ts';
import type { Reading } from './reading.ts';
import { factOf, writeFact } from './registry.ts';
import type { Tail } from './tail.ts';
import { keepRows } from './unit.ts';

export interface ArchiveParts {
  readers: Readers;
  writing: Reading;
  group: Group;
  tail: Tail;
  derive: Derive;
}

export function makeArchive({ readers, writing, group, tail, derive }: ArchiveParts): Archive {
  const restorer: Restorer = {
    derive,
    ...keepRows(writing),
    stored: (type, id, version) => storedVersion(writing, type, id, version),
  };
  const put = (item: ArchiveItem): void => {
    if (item.kind !== 'version') {
      writeItem(writing, item);
      return;
    }
    const { kind: _, ...version } = item;
    const last = tail.seq;
    if (doNow(restoreVersion(restorer, version)) === 'there') return;
    // Pages are read in the order in which rows were made (see schema.ts).
    if (version.seq <= last) throw new FhirError('conflict', 'The target holds later versions already.');
    tail.follow(version.seq);
  };
  return {
    id: tail.writer,
    read: async (kind, after, limit) => readers.run(reading => readItems(reading, kind, after, limit)),
    write: (items, place) =>
      group.run({
        run: () => {
          for (const item of items) put(item);
          writeFact(writing, PLACE_FACT, place);
        },
      }),
    place: async () => readers.run(reading => factOf(reading, PLACE_FACT)),
    counts: async () => readers.run(countItems),
  };
}
