// By whose consent something went out: 42 CFR 2.32 asks for a copy of the consent or a clear statement of its
// scope. Here it is a reference that the recipient can follow, or that statement where there is none.
import type { Grant, Principal } from '../access/grant.ts';
import { chartName, chartsIn, isOwnWork, opening, permitsOf } from '../access/notice.ts';
import { FhirError } from '../fhir/error.ts';
import { UNKNOWN_PERSON } from '../search/persons.ts';
import type { ConsentLine, LinesQuery, Version } from '../store/port.ts';
import type { Context } from './context.ts';

/** References in one header. */
const MOST_REFERENCES = 20;
/** People of whom Consents are looked up. */
const MOST_PERSONS = 100;

/**
 * `Consent/a, Consent/b`: those that permit the caller what went out, and that it may read; `scope="TREAT"` where
 * these are not enough; `scope="TREAT"; consents=57` where there are many. Undefined where no Consent was asked: what
 * the caller created itself.
 */
export async function consentReference(
  disclosed: readonly Version[],
  context: Context,
  principal: Principal,
): Promise<string | undefined> {
  const grant = context.decide(principal, []);
  const asked = permitsOf(grant);
  if (asked.length === 0) return undefined;
  const charts = chartsIn(disclosed);
  const needed = new Set(chartsIn(disclosed.filter(one => !isOwnWork(one, principal))).map(chartName));
  const scope = `scope="${principal.purposes.join(' ')}"`;
  const said = mayRead(grant) ? await linesOf({ grant: grant.id, asked, charts }, grant, context) : [];
  const lines = Map.groupBy(said, chartName);
  const openings = charts.map(chart => ({
    chart,
    found: asked.map(one => opening(chart, lines.get(chartName(chart)) ?? [], one, principal.organization)),
  }));
  const doubtful = openings.flatMap(({ found }) =>
    found.filter(one => one.doubtful).flatMap(one => one.consents),
  );
  const hidden = await hiddenOf(new Set(doubtful), grant, context);
  const consents = new Set<string>();
  for (const { chart, found } of openings) {
    const named = found.flatMap(one => one.consents).filter(one => !hidden.has(one));
    if (named.length === 0 && needed.has(chartName(chart))) return scope;
    for (const consent of named) consents.add(consent);
  }
  if (consents.size === 0) return undefined;
  return consents.size > MOST_REFERENCES
    ? `${scope}; consents=${consents.size}`
    : [...consents]
        .sort()
        .map(id => `Consent/${id}`)
        .join(', ');
}

/** Those that the caller may not read. Of many none: they are counted and not named. */
async function hiddenOf(ids: ReadonlySet<string>, grant: Grant, { store }: Context): Promise<Set<string>> {
  if (ids.size > MOST_REFERENCES) return new Set();
  const read = (id: string) => unlessBusy(() => store.read('Consent', id, grant), undefined);
  const found = await Promise.all([...ids].map(async id => ({ id, version: await read(id) })));
  return new Set(found.filter(one => one.version === undefined || one.version.deleted).map(one => one.id));
}

/** Every Consent that names it, as far as its scopes go. */
const mayRead = (grant: Grant): boolean => grant.because('Consent', 'read').scope.kind === 'all';

async function linesOf(query: LinesQuery, grant: Grant, { store }: Context): Promise<readonly ConsentLine[]> {
  const known = query.charts.filter(({ person }) => person !== UNKNOWN_PERSON);
  if (known.length > MOST_PERSONS) return [];
  return unlessBusy(() => store.consentLines({ ...query, charts: known }, grant), []);
}

/** What was written is written: a busy store makes the notice shorter, not the answer another one. */
async function unlessBusy<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof FhirError && error.code === 'unavailable') return otherwise;
    throw error;
  }
}
