// `import`: the command around importFile: whose records, which store, and Ctrl-C.
import { createApp, isServed } from '../app.ts';
import { recordAct } from './administer.ts';
import { ownPrincipal } from './demo-store.ts';
import { importFile } from './import.ts';
import { type Options, text } from './options.ts';
import { type BadRows, openBadRows, readMap } from './sheet.ts';
import { untilSignal } from './signal.ts';
import { CommandError, configOf, type Terminal } from './terminal.ts';

/** Beside a server: milliseconds between batches, so that it gets its turn. */
const BESIDE = { pause: 5 };
/** Alone: larger batches and commits, which write fewer pages twice. */
const ALONE = { batch: 512 };
const ALONE_COMMIT_MS = 250;

export async function runImport(terminal: Terminal, options: Options, path: string): Promise<number> {
  const config = configOf(terminal);
  const alone = !isServed(config.store);
  const app = await createApp(config, alone ? { commitMs: ALONE_COMMIT_MS } : {});
  const request = app.context.ids();
  const [map, bad, dryRun] = [text(options, 'map'), text(options, 'bad'), options.dryRun === true];
  const stop = new AbortController();
  void untilSignal().then(() => stop.abort());
  let left: BadRows | undefined;
  try {
    const program = text(options, 'program') ?? '';
    const organizations = await app.registry.organizations();
    if (!organizations.some(entry => entry.id === program && entry.program)) {
      throw new CommandError(`There is no program ${program} in this store: make it with program add.`);
    }
    const principal = await ownPrincipal(app, program);
    const act = (action: 'import-start' | 'import-end', outcome = 'ok') =>
      recordAct(app.context.store, request, { action, organization: program, outcome });
    const sheet = map === undefined ? undefined : await app.sheet(await readMap(map), program);
    if (sheet === undefined && bad !== undefined)
      throw new CommandError('--bad is for sheets: see --map.', 2);
    if (bad !== undefined) left = openBadRows(bad);
    if (!dryRun) await act('import-start');
    const code = await importFile({
      path,
      input: terminal.input as AsyncIterable<Uint8Array | string>,
      out: terminal.out,
      error: terminal.error,
      json: options.json === true,
      signal: stop.signal,
      clock: () => performance.now(),
      dryRun,
      settle: (row, problem) => {
        const rows = row.line === undefined ? undefined : sheet?.settle(row.line, problem);
        if (rows !== undefined) left?.add(rows);
      },
      records: (chunks, signal) =>
        app.importRecords(chunks, principal, {
          ...{ signal, request, dryRun },
          ...(sheet === undefined ? {} : { read: sheet.read }),
          ...(alone ? ALONE : BESIDE),
        }),
    });
    if (!dryRun) await act('import-end', code === 0 ? 'ok' : 'incomplete');
    return code;
  } finally {
    left?.close();
    await app.close();
  }
}
