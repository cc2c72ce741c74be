// When everything is read again from its beginning, instead of what changed since. Somebody who is linked now may have
// records there that did not change for years, and a client who is new here may be somebody whom the other server knows as
// long. But whoever sees that all is read again because of one Patient that was changed there knows who is a client
// here. So it is read again when something happens on this side, and else once a day, whoever was linked meanwhile.
import type { Run } from './run.ts';
import { change, type State } from './state.ts';

const DAY = 24 * 60 * 60_000;
/** When the last whole reading began; with its mark, as long as it is not over. */
const WHOLE = 'whole';
/** The last change of a client who was not linked, as of then: seq. */
const CLIENTS = 'clients';

/** The mark of the whole reading that this run begins or goes on with; undefined: what changed is enough. */
export async function wholeReading({ state, people, context, full }: Run): Promise<string | undefined> {
  const [last, looked] = await Promise.all([state.get('at', WHOLE), state.get('at', CLIENTS)]);
  const now = context.clock();
  const began = Date.parse(last?.instant ?? '');
  const decided = [...people.all()].some(
    ([, one]) =>
      one.state === 'linked' && one.by === 'person' && one.unread !== undefined && one.since >= began,
  );
  const due =
    last === undefined || now - began >= DAY || people.newest > Number(looked?.instant ?? 0) || decided;
  if (!due && !full) return last.mark;
  const mark = context.ids();
  await state.put(
    change('at', WHOLE, { instant: new Date(now).toISOString(), mark }),
    change('at', CLIENTS, { instant: String(people.newest) }),
  );
  return mark;
}

export async function endWholeReading(state: State): Promise<void> {
  const last = await state.get('at', WHOLE);
  if (last?.mark !== undefined) await state.put(change('at', WHOLE, { instant: last.instant }));
}
