// An answer says that what was written is on the disk. A disk whose syncs are held, or fail, shows whether it is.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { launch } from '../support/process.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'iop-fhir-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SCRIPT = join(import.meta.dirname, 'disk.ts');
async function told(mode: string): Promise<string[]> {
  const args = [join(folder, `${mode}.db`), mode];
  const { code, out, error } = await launch(args, {}, [process.execPath, '--no-warnings', SCRIPT]).finished;
  expect({ code, error }).toEqual({ code: 0, error: '' });
  return out.trim().split('\n');
}

test('a write, an audit row and the ends of the chains are answered when the disk has them, and not before', async () => {
  expect(await told('held')).toEqual([
    'transact: waits',
    'transact: done',
    'record: waits',
    'record: done',
    'auditEnds: waits',
    'auditEnds: done',
    'outbox: waits',
    'outbox: done',
  ]);
});

test('a disk that fails is answered unavailable, and nothing is written any more until the store is opened again', async () => {
  expect(await told('failing')).toEqual([
    'record: unavailable',
    'record, later: unavailable',
    'opened again: 1 row, then done',
  ]);
});
