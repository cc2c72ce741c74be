// Whatever people book, cancel, wait for, move and change: seats are never oversold, none is free while somebody
// waits, nobody is served before his turn, and what is refused changes nothing.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FhirError } from '../../src/fhir/error.ts';
import type { Appointment, Slot } from '../../src/fhir/types.ts';
import { askOf, isMissed, keysIn, offerOf } from '../../src/iop/booking.ts';
import { SEATS } from '../../src/iop/extensions.ts';
import { extend } from '../../src/iop/vocabulary.ts';
import { clausesOfSlot } from '../../src/search/slots.ts';
import { openMongo } from '../../src/store/mongodb/open.ts';
import type { Derive } from '../../src/store/port/derived.ts';
import type { Store, WriteOp } from '../../src/store/port.ts';
import type { Registry } from '../../src/store/registry.ts';
import { openSqlite } from '../../src/store/sqlite/open.ts';
import { openTemporaryMongo } from '../support/mongodb.ts';
import { draft, grantFor, openTemporaryStore } from '../support/store.ts';
import { onEveryStore } from '../support/stores.ts';

const PEOPLE = [0, 1, 2, 3, 4, 5];
const SLOTS = [0, 1];
const STATUSES = ['booked', 'waitlist', 'cancelled', 'noshow'] as const;

type Act =
  | { kind: 'set'; who: number; slot: number; status: (typeof STATUSES)[number] }
  | { kind: 'delete'; who: number }
  | { kind: 'resize'; slot: number; seats: number };

const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      who: fc.constantFrom(...PEOPLE),
      slot: fc.constantFrom(...SLOTS),
      status: fc.constantFrom(...STATUSES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), who: fc.constantFrom(...PEOPLE) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('resize' as const),
      slot: fc.constantFrom(...SLOTS),
      seats: fc.constantFrom(1, 2, 3),
    }),
  },
);
/** One plan holds one act or several about different things. */
const plans = fc.uniqueArray(acts, {
  minLength: 1,
  maxLength: 3,
  selector: act => (act.kind === 'resize' ? `slot ${act.slot}` : `who ${act.who}`),
});

const own = grantFor('prog');
const derive: Derive = Object.assign(
  (resource: Record<string, unknown>) => ({
    values: ((resource.slot ?? []) as { reference: string }[]).map(({ reference: target }) => ({
      ...{ type: 'reference' as const, key: 'Appointment.slot', target },
    })),
    rules: [],
    patients: resource.resourceType === 'Appointment' ? [String(resource.id).split('-').at(-1)!] : [],
  }),
  {
    seating: {
      asks: (body: string) => askOf(body, 'http://test/fhir'),
      offers: offerOf,
      missed: isMissed,
      keysIn,
      clauses: (slot: string) => clausesOfSlot(slot, []),
      recordKey: () => undefined,
      desk: (owner: string) => ({ grant: grantFor(owner), audit: draft('booking', { organization: owner }) }),
    },
  },
);

let made = 0;
/** Names of one run: every run has its own Slots on the same store. */
class Run {
  readonly name = `r${made++}`;
  readonly slot = (slot: number): string => `${this.name}-s${slot}`;
  readonly appointment = (who: number): string => `${this.name}-p${who}`;

  slotOp(slot: number, seats: number): WriteOp {
    const body: Slot = {
      resourceType: 'Slot',
      id: this.slot(slot),
      meta: {},
      extension: extend(SEATS, seats),
      schedule: { reference: 'Schedule/any' },
      status: 'free',
      start: '2999-01-01T18:00:00Z',
      end: '2999-01-01T19:00:00Z',
    };
    return { kind: 'update', type: 'Slot', id: this.slot(slot), body: JSON.stringify(body) };
  }

  opOf(act: Act): WriteOp {
    if (act.kind === 'resize') return this.slotOp(act.slot, act.seats);
    const id = this.appointment(act.who);
    if (act.kind === 'delete') return { kind: 'delete', type: 'Appointment', id };
    const body: Appointment = {
      resourceType: 'Appointment',
      id,
      meta: {},
      status: act.status,
      slot: [{ reference: `Slot/${this.slot(act.slot)}` }],
      participant: [],
    };
    return { kind: 'update', type: 'Appointment', id, body: JSON.stringify(body) };
  }
}

interface SlotState {
  seats: number;
  status: string;
  seated: string[];
  waiting: string[];
}

async function stateOf(store: Store, run: Run): Promise<SlotState[]> {
  const live = async <T>(type: string, id: string): Promise<T | undefined> => {
    const found = await store.read(type, id, own);
    return found === undefined || found.deleted ? undefined : (JSON.parse(found.body) as T);
  };
  const all = await Promise.all(PEOPLE.map(who => live<Appointment>('Appointment', run.appointment(who))));
  return Promise.all(
    SLOTS.map(async at => {
      const slot = (await live<Slot>('Slot', run.slot(at)))!;
      const here = all.filter(one => one?.slot?.[0]?.reference === `Slot/${slot.id}`) as Appointment[];
      const those = (...statuses: string[]) =>
        here.filter(one => statuses.includes(one.status)).map(one => one.id!);
      const { seats = 0, status = '' } = offerOf(JSON.stringify(slot));
      return { seats, status, seated: those('booked', 'noshow'), waiting: those('waitlist') };
    }),
  );
}

/** A store from before anybody counted seats: it is opened as it was, written, and opened as it is now. */
async function ofBefore(name: string, ops: readonly WriteOp[]) {
  const plain: Derive = resource => derive(resource);
  const put = (store: Store) =>
    store.transact({ ops, lookups: [], claims: [], marks: [] }, own, draft('transaction'));
  const program = { id: 'prog', prefix: '', program: true, part2: true };
  if (name === 'MongoDB') {
    const first = await openTemporaryMongo({ derive: plain });
    await first.registry.putOrganization(program);
    await put(first.store);
    const { store, close } = await openMongo({ url: first.url, derive, clock: Date.now, extractors: 'test' });
    return {
      store,
      close: async () => {
        await close();
        await first.close();
      },
    };
  }
  const first = await openTemporaryStore({ derive: plain });
  await first.registry.putOrganization(program);
  await put(first.store);
  const { store, close } = await openSqlite({
    path: first.path,
    derive,
    clock: Date.now,
    extractors: 'test',
  });
  return {
    store,
    close: async () => {
      await close();
      await first.close();
    },
  };
}

onEveryStore(({ name }) => {
  let opened: { store: Store; registry: Registry; close(): Promise<void> };
  beforeAll(async () => {
    opened = await (name === 'SQLite' ? openTemporaryStore({ derive }) : openTemporaryMongo({ derive }));
    await opened.registry.putOrganization({ id: 'prog', prefix: '', program: true, part2: true });
  });
  afterAll(() => opened.close());

  test('every sequence keeps the seats, the queue and Slot.status right', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(plans, { minLength: 4, maxLength: 14 }), async sequence => {
        const { store } = opened;
        const run = new Run();
        const send = (ops: readonly WriteOp[]) =>
          store.transact({ ops, lookups: [], claims: [], marks: [] }, own, draft('transaction'));
        await send(SLOTS.map(slot => run.slotOp(slot, slot + 1)));
        let before = await stateOf(store, run);
        // Who waits, in the order in which they came.
        let queues = SLOTS.map((): string[] => []);
        for (const plan of sequence) {
          const refused = await send(plan.map(act => run.opOf(act))).then(
            () => undefined,
            (error: unknown) => (error instanceof FhirError ? error.code : Promise.reject(error)),
          );
          const now = await stateOf(store, run);
          if (refused !== undefined) {
            expect(['no-seat', 'not-found']).toContain(refused);
            expect(now).toEqual(before);
            expect(isJustified(plan, refused, before, run)).toBe(true);
            continue;
          }
          queues = now.map((slot, at) => queueAfter(queues[at]!, slot, plan, run));
          for (const slot of now) checkSlot(slot);
          before = now;
        }
      }),
      { numRuns: name === 'SQLite' ? 150 : 15 },
    );
  });

  test('in a store from before the seats of a Slot are counted when it is first asked for', async () => {
    const run = new Run();
    const set = (who: number, status: 'booked' | 'waitlist' | 'cancelled') =>
      run.opOf({ kind: 'set', who, slot: 0, status });
    const { store, close } = await ofBefore(name, [
      run.slotOp(0, 2),
      run.slotOp(1, 1),
      ...[set(0, 'booked'), set(1, 'booked'), set(2, 'waitlist')],
    ]);
    const send = (op: WriteOp) =>
      store.transact({ ops: [op], lookups: [], claims: [], marks: [] }, own, draft('transaction')).then(
        () => 'done',
        error => (error as FhirError).code,
      );
    expect(await send(set(3, 'booked'))).toBe('no-seat');
    expect(await send(set(0, 'cancelled'))).toBe('done');
    expect((await stateOf(store, run))[0]).toMatchObject({
      status: 'busy',
      seated: [1, 2].map(run.appointment),
      waiting: [],
    });
    await close();
  });
});

function checkSlot({ seats, status, seated, waiting }: SlotState): void {
  expect(seated.length).toBeLessThanOrEqual(seats);
  if (waiting.length > 0) expect(seated.length).toBe(seats);
  expect(status).toBe(seated.length < seats ? 'free' : 'busy');
}

/** Those who still wait, in order; throws where somebody was served before another who was there first. */
function queueAfter(queue: readonly string[], now: SlotState, plan: readonly Act[], run: Run): string[] {
  const touched = new Set(plan.flatMap(act => (act.kind === 'resize' ? [] : [run.appointment(act.who)])));
  const stay = queue.filter(one => now.waiting.includes(one));
  const movedUp = queue.filter(one => now.seated.includes(one));
  for (const one of movedUp)
    for (const other of stay) {
      // Who said anew in this plan that he waits, elsewhere or here, may have lost his turn.
      if (touched.has(other)) continue;
      expect([one, queue.indexOf(one)]).toEqual([one, Math.min(queue.indexOf(one), queue.indexOf(other))]);
    }
  const came = plan.flatMap(act => (act.kind === 'resize' ? [] : [run.appointment(act.who)]));
  return [...stay, ...came.filter(one => now.waiting.includes(one) && !queue.includes(one))];
}

/** A single booking is refused only where nothing is left. */
function isJustified(plan: readonly Act[], code: string, before: readonly SlotState[], run: Run): boolean {
  const [act, ...more] = plan;
  if (more.length > 0 || act === undefined) return true;
  if (act.kind === 'delete') return code === 'not-found';
  const { seats, seated } = before[act.slot]!;
  if (act.kind === 'resize') return seated.length > act.seats;
  return seated.length >= seats && !seated.includes(run.appointment(act.who));
}
