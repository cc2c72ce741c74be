// `booking`: sessions, their seats and who waits, as somebody at the front desk sees them. All of it goes through the
// same door as everything else; who gets a seat is decided where it is written.
import type { App, BookingDesk, Principal } from '../app.ts';
import type { SessionMode, SessionType } from '../iop/session.ts';
import { SESSION_MODES, SESSION_TYPES } from '../iop/session.ts';
import { type Options, text } from './options.ts';
import { asProgram } from './own-program.ts';
import { CommandError, say, type Terminal } from './terminal.ts';

interface Desk {
  desk: BookingDesk;
  app: App;
  booker: { context: App['context']; principal: Principal; program: string };
}

const atDesk = (terminal: Terminal, options: Options, work: (at: Desk) => Promise<number>): Promise<number> =>
  asProgram(terminal, options, async ({ app, program, principal }) =>
    work({ desk: await app.booking(), app, booker: { context: app.context, principal, program } }),
  );

/** JSON, or a line for each with its values in columns. */
function tell<T extends object>(
  terminal: Terminal,
  options: Options,
  all: T | readonly T[],
  line: (one: T) => unknown[],
) {
  if (options.json === true) say(terminal.out, JSON.stringify(all));
  else for (const one of [all].flat() as T[]) say(terminal.out, line(one).join('\t'));
  return 0;
}

export const listSlots = (terminal: Terminal, options: Options): Promise<number> =>
  atDesk(terminal, options, async ({ desk, booker }) => {
    const [track, site, from] = [text(options, 'track'), text(options, 'site'), text(options, 'from')!];
    if ((track === undefined) === (site === undefined))
      throw new CommandError('Say whose sessions: --track KEY, or --site KEY.', 2);
    const asked = { from, until: text(options, 'to') ?? from };
    const slots = await desk.listSlots(booker, {
      ...asked,
      ...(track === undefined ? { site: site! } : { track }),
    });
    return tell(terminal, options, slots, one => [
      one.slot,
      one.session ?? '-',
      one.when,
      one.type ?? '-',
      `${one.taken} of ${one.seats ?? 'any'} taken`,
      `${one.waiting} waiting`,
      one.status,
    ]);
  });

/** A session by its record's key, or by its Slot. */
function named(options: Options): { session: string } | { slot: string } {
  const [session, slot] = [text(options, 'session'), text(options, 'slot')];
  if ((session === undefined) === (slot === undefined))
    throw new CommandError('Say which session: --session KEY, or --slot ID.', 2);
  return session === undefined ? { slot: slot! } : { session };
}

const reasonOf = (options: Options) => {
  const words = text(options, 'text');
  return { code: text(options, 'reason')!, ...(words === undefined ? {} : { text: words }) };
};

export const book = (terminal: Terminal, options: Options): Promise<number> =>
  atDesk(terminal, options, async ({ desk, booker }) => {
    const booking = { client: text(options, 'client')!, in: named(options), wait: options.wait === true };
    return tell(terminal, options, await desk.book(booker, booking), bookedLine);
  });

const bookedLine = (one: Awaited<ReturnType<BookingDesk['book']>>) => [one.appointment, one.status, one.when];

export const makeUp = (terminal: Terminal, options: Options, missed: string | undefined): Promise<number> =>
  atDesk(terminal, options, async ({ desk, booker }) => {
    const booking = { missed: missed!, in: named(options), wait: options.wait === true };
    return tell(terminal, options, await desk.makeUp(booker, booking), bookedLine);
  });

export const moveBooked = (terminal: Terminal, options: Options, id: string | undefined): Promise<number> =>
  atDesk(terminal, options, async ({ desk, booker }) =>
    tell(terminal, options, await desk.move(booker, id!, named(options), reasonOf(options)), bookedLine),
  );

export const cancelBooked = (terminal: Terminal, options: Options, id: string | undefined): Promise<number> =>
  atDesk(terminal, options, async ({ desk, booker }) => {
    await desk.cancel(booker, id!, reasonOf(options));
    return tell(terminal, options, { appointment: id!, status: 'cancelled' }, Object.values);
  });

/** Who is in a session; `waiting`: only who waits, in order. */
export const listRoster = (terminal: Terminal, options: Options, waiting: boolean): Promise<number> =>
  atDesk(terminal, options, async ({ desk, booker }) => {
    const all = await desk.roster(booker, named(options));
    const shown = waiting ? all.filter(one => one.place !== undefined) : all;
    return tell(terminal, options, shown, one => [
      one.appointment,
      one.client ?? '-',
      one.status,
      ...(one.place === undefined ? [] : [one.place, one.since]),
    ]);
  });

export const rescheduleSession = (terminal: Terminal, options: Options): Promise<number> =>
  atDesk(terminal, options, async ({ desk, booker }) => {
    const to = { start: text(options, 'start')!, reason: reasonOf(options) };
    const done = await desk.reschedule(booker, named(options), to);
    return tell(terminal, options, done, one => [one.slot, one.when, `${one.moved} moved`]);
  });

/** Session records for the days of a track; those that are there already are left as they are. */
export const planSessions = (terminal: Terminal, options: Options): Promise<number> =>
  atDesk(terminal, options, async ({ desk, app, booker }) => {
    const type = one<SessionType>(options, 'type', SESSION_TYPES);
    const mode = one<SessionMode>(options, 'mode', SESSION_MODES);
    const [track, from, until] = [text(options, 'track')!, text(options, 'from')!, text(options, 'to')!];
    const { records, there } = await desk.planTrack(booker, { track, from, until, type, mode });
    if (options.dryRun === true) {
      for (const record of records) say(terminal.out, JSON.stringify(record));
      return 0;
    }
    const lines = (async function* () {
      for (const record of records) yield Buffer.from(`${JSON.stringify(record)}\n`);
    })();
    let written = 0;
    for await (const { outcome, id, issues = [] } of app.importRecords(lines, booker.principal)) {
      if (outcome === 'written') written += 1;
      else
        throw new CommandError(`session ${id}: ${issues.map(issue => issue.message).join('; ') || outcome}`);
    }
    return tell(terminal, options, { written, there }, () => [`written ${written}, there already ${there}`]);
  });

function one<T extends string>(options: Options, name: string, allowed: readonly T[]): T {
  const value = text(options, name);
  const found = allowed.find(known => known === value);
  if (found === undefined) throw new CommandError(`--${name}: expected one of ${allowed.join(', ')}`, 2);
  return found;
}
