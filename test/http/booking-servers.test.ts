// Two servers on one MongoDB: a seat is taken once, and nobody waits beside a free one, whichever server is asked.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Principal } from '../../src/access/grant.ts';
import { parseScopes } from '../../src/access/scope.ts';
import { type App, createApp, readConfig } from '../../src/app.ts';
import { FhirError } from '../../src/fhir/error.ts';
import type { JsonObject } from '../../src/fhir/types.ts';
import { SEATS } from '../../src/iop/extensions.ts';
import { extend } from '../../src/iop/vocabulary.ts';
import type { Place } from '../support/place.ts';
import { describeOn, MONGODB } from '../support/stores.ts';

describeOn(MONGODB)('two servers on one MongoDB', () => {
  let place: Place;
  let apps: App[];
  let staff: Principal;
  beforeAll(async () => {
    place = MONGODB.place();
    const config = readConfig({ ...place.environment, LOG_LEVEL: 'error' });
    apps = await Promise.all([createApp(config), createApp(config)]);
    await apps[0]!.registry.putOrganization({ id: 'program', prefix: '', program: true, part2: true });
    const scopes = parseScopes('system/*.cruds');
    const caller = {
      client: 'staff',
      organization: 'program',
      role: 'program',
      scopes,
      purposes: [],
    } as const;
    staff = await apps[0]!.principalOf(caller);
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await place.remove();
  });

  /** Its status; what refuses it is its code. */
  async function put(at: number, resource: JsonObject): Promise<number | string> {
    const { resourceType: type, id } = resource as { resourceType: string; id: string };
    const app = apps[at % 2]!;
    const body = JSON.stringify(resource);
    try {
      const request = { kind: 'update', type, id, body, prefer: {}, request: app.context.ids() } as const;
      return (await app.handle(request, staff)).status;
    } catch (error) {
      if (error instanceof FhirError) return error.code;
      throw error;
    }
  }
  const slot = (id: string, seats: number): JsonObject => ({
    resourceType: 'Slot',
    id,
    extension: extend(SEATS, seats) as unknown as JsonObject[],
    schedule: { reference: 'Schedule/evening' },
    status: 'free',
    start: '2999-01-01T18:00:00Z',
    end: '2999-01-01T21:00:00Z',
  });
  const appointment = (of: string, at: number, status: string): JsonObject => ({
    resourceType: 'Appointment',
    id: `${of}-${at}`,
    status,
    slot: [{ reference: `Slot/${of}` }],
    participant: [{ actor: { reference: `Patient/p${at}` }, status: 'accepted' }],
  });
  async function counts(of: string): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const status of ['booked', 'waitlist', 'cancelled']) {
      const query = `slot=Slot/${of}&status=${status}&_summary=count`;
      const request = { kind: 'search', type: 'Appointment', query, prefer: {}, request: 'count' } as const;
      found[status] = (JSON.parse((await apps[0]!.handle(request, staff)).body!) as { total: number }).total;
    }
    return found;
  }
  const fifty = <T>(run: (at: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: 50 }, (_, at) => run(at)));

  test('of fifty who ask both for the last seat one gets it', async () => {
    expect(await put(0, slot('last', 1))).toBe(201);
    const answers = await fifty(at => put(at, appointment('last', at, 'booked')));
    expect(answers.filter(one => one === 201)).toHaveLength(1);
    expect(answers.filter(one => one === 'no-seat')).toHaveLength(49);
    expect(await counts('last')).toEqual({ booked: 1, waitlist: 0, cancelled: 0 });
  }, 60_000);

  test('while some cancel and others come to wait no seat stays free', async () => {
    expect(await put(0, slot('busy', 25))).toBe(201);
    await Promise.all(Array.from({ length: 25 }, (_, at) => put(at, appointment('busy', at, 'booked'))));
    const answers = await fifty(at =>
      put(at + 1, appointment('busy', at, at < 25 ? 'cancelled' : 'waitlist')),
    );
    expect(new Set(answers)).toEqual(new Set([200, 201]));
    expect(await counts('busy')).toEqual({ booked: 25, waitlist: 0, cancelled: 25 });
  }, 60_000);
});
