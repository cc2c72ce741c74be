// `reset` and `--now`: a demo as it was in the beginning, at the time that it tells of.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type App, createApp, readConfig } from '../../src/app.ts';
import { DEMO_FACTS, ownPrincipal, setDemoClock } from '../../src/cli/demo-store.ts';
import { client } from '../support/clinic.ts';
import type { Place } from '../support/place.ts';
import { runHere } from '../support/run-here.ts';
import { onEveryStore, takesAll } from '../support/stores.ts';

onEveryStore(store => {
  let place: Place;
  beforeAll(() => {
    place = store.place();
  });
  afterAll(() => place.remove());

  const run = (...args: string[]) => runHere(args, place.environment);
  const config = () => readConfig({ ...place.environment, DEMO: 'true', LOG_LEVEL: 'silent' });
  const within = async <T>(work: (app: App) => Promise<T>): Promise<T> => {
    const app = await createApp(config());
    try {
      return await work(app);
    } finally {
      await app.close();
    }
  };
  const patients = async (app: App) => {
    const common = { prefer: {}, request: 'r' };
    const reply = await app.handle(
      { kind: 'search', type: 'Patient', query: '_summary=count', ...common },
      await ownPrincipal(app, 'riverbend'),
    );
    return (JSON.parse(reply.body!) as { total: number }).total;
  };

  // To fill a demo takes long: with a day on one store, without on the other.
  const day = takesAll(store) ? ['--now', '2026-10-16'] : [];
  test(`a demo is made anew, with ${day.length > 0 ? 'a clock that goes on from a day' : 'the clock of the machine'}`, async () => {
    // A demo of another day, in which somebody has worked.
    await within(app => setDemoClock(app, Date.parse('2026-01-02T09:00:00-05:00')));
    await within(async app => {
      expect(new Date(app.context.clock()).toISOString()).toMatch(/^2026-01-02T14:0/);
      for (const { entry } of DEMO_FACTS) await app.registry.putOrganization(entry);
      const chunks = (async function* () {
        yield Buffer.from(`${JSON.stringify({ ...client('somebody'), program: 'riverbend' })}\n`);
      })();
      for await (const { outcome } of app.importRecords(chunks, await ownPrincipal(app, 'riverbend')))
        expect(outcome).toBe('written');
      expect(await patients(app)).toBe(1);
    });
    const again = await run('demo', '--now', '2026-10-17');
    expect([again.code, again.error]).toEqual([1, 'This demo has a clock already: give --now to `reset`.\n']);

    expect((await run('reset', ...day)).code).toBe(0);
    await within(async app => {
      const from = day.length > 0 ? Date.parse('2026-10-16T09:00:00-04:00') : Date.now();
      expect(Math.abs(app.context.clock() - from)).toBeLessThan(10 * 60_000);
      // The sixteen of the fixtures, and nobody else.
      expect(await patients(app)).toBe(16);
    });
    // Its clock is that of all commands on it.
    expect((await run('token', '--client', 'demo-program')).code).toBe(0);
    expect((await run('audit', 'verify')).code).toBe(0);
  }, 120_000);

  test.each(['2026-02-30', 'yesterday', '2026-10-16T09:00', ''])('"%s" is no time', async given => {
    expect((await run('reset', '--now', given)).code).toBe(2);
  });

  test('no other store is reset, and none that has a clock of its own is believed', async () => {
    const other = store.place();
    try {
      const real = (...args: string[]) => runHere(args, other.environment);
      expect((await real('program', 'add', '--name', 'Real', '--id', 'real')).code).toBe(0);
      const refused = await real('reset');
      expect([refused.code, refused.error]).toEqual([1, 'This store is not a demo: nothing is reset.\n']);
      const app = await createApp(readConfig({ ...other.environment, LOG_LEVEL: 'silent' }));
      await app.registry.setFact('demo-clock', '-86400000');
      expect((await app.registry.organizations()).map(one => one.id)).toEqual(['real']);
      await app.close();
      const anew = await createApp(readConfig({ ...other.environment, LOG_LEVEL: 'silent' }));
      expect(Math.abs(anew.context.clock() - Date.now())).toBeLessThan(60_000);
      await anew.close();
    } finally {
      await other.remove();
    }
  });

  if (takesAll(store))
    test('a demo that is served is not taken from under its server', async () => {
      const app = await createApp(config());
      await app.listen();
      const refused = await run('reset');
      expect([refused.code, refused.error]).toEqual([1, expect.stringContaining('has this store open')]);
      await app.close();
    });
});
