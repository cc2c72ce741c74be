// 42 CFR 2.24: who named an intermediary in a consent, meaning by that its participants who treat, may ask to whom its
// records went so. Written down when it happens, in a row of its own beside that of the request: by then it is known by
// whose consent the answer goes out, and later nobody could tell. https://www.ecfr.gov/current/title-42/section-2.24
import { viaActor, viasOf } from '../access/actor.ts';
import type { Grant, Principal } from '../access/grant.ts';
import { chartName, chartsIn, isOwnWork, permitsOf } from '../access/notice.ts';
import { seenIn } from '../audit/row.ts';
import { UNKNOWN_PERSON } from '../search/persons.ts';
import type { ConsentLine, Version } from '../store/port.ts';
import { draftOf } from './attempt.ts';
import type { Context } from './context.ts';

/**
 * `disclosed`: what of Part 2 programs an answer carries to somebody else. Costs nothing where the caller takes part in
 * no intermediary. Rejects with `unavailable` where it cannot be written down: then nothing goes out.
 */
export async function recordIntermediaries(
  disclosed: readonly Version[],
  request: string,
  context: Context,
  principal: Principal,
): Promise<void> {
  const given = disclosed.filter(
    one => !isOwnWork(one, principal) && intermediariesFor(principal, one.owner).length > 0,
  );
  if (given.length === 0) return;
  const grant = context.decide(principal, []);
  const opened = await openedThrough(given, context, grant);
  const through = given.map(
    one => new Set(chartsIn([one]).flatMap(chart => opened.get(chartName(chart)) ?? [])),
  );
  for (const intermediary of new Set(through.flatMap(one => [...one]))) {
    const versions = given.filter((_, at) => through[at]!.has(intermediary));
    const draft = draftOf({ request, action: 'through-intermediary' }, principal);
    await context.store.record({
      ...draft,
      reasons: grant.reasons,
      ...seenIn(versions),
      intermediary,
    });
  }
}

/** Logical ids of Organizations in which it takes part, as this owner has it. */
const intermediariesFor = ({ memberships = [] }: Principal, owner: string): string[] =>
  memberships
    .filter(one => one.owner === owner)
    .flatMap(({ names }) => viasOf(names).map(via => via.slice(viaActor('').length)));

/** By the name of a chart, the intermediaries that its Consents name for this caller. */
async function openedThrough(
  given: readonly Version[],
  { store }: Context,
  grant: Grant,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const charts = chartsIn(given).filter(({ person }) => person !== UNKNOWN_PERSON);
  const lines = await store.consentLines({ grant: grant.id, asked: permitsOf(grant), charts }, grant);
  const permits = Map.groupBy(
    lines.filter(one => one.effect === 'permit'),
    chartName,
  );
  return new Map(
    [...permits].map(([chart, said]) => [
      chart,
      intermediariesFor(grant.principal, said[0]!.owner).filter(one =>
        deciding(said).some(({ actor }) => actor === viaActor(one)),
      ),
    ]),
  );
}

/** Those of the highest rank, and above them those that may hold for a part of the chart. */
function deciding(permits: readonly ConsentLine[]): ConsentLine[] {
  const whole = Math.max(...permits.filter(one => !one.bound).map(one => one.rank));
  return permits.filter(one => one.rank >= whole);
}
