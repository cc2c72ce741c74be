// By whose consent something went out: 42 CFR 2.32 asks for a copy of the consent or a clear statement of its
// scope. Here it is a reference that the recipient can follow, or that statement where there is none.
import type { Grant, Principal } from '../access/grant.ts';
import { chartName, chartsIn, opening, permitsOf } from '../access/notice.ts';
import { FhirError } from '../fhir/error.ts';
import { UNKNOWN_PERSON } from '../search/persons.ts';
import type { ConsentLine, LinesQuery, Version } from '../store/port.ts';
import type { Context } from './context.ts';

/** References in one header. */
const MOST_REFERENCES = 20;
/** People of whom Consents are looked up. */
const MOST_PERSONS = 100;

/**
 * `Consent/a, Consent/b`: those that permit the caller what went out; `scope="TREAT"` where it may not read them all;
 * `scope="TREAT"; consents=57` where there are many. Undefined where no Consent was asked: what the caller created
 * itself.
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
  const consents = new Set<string>();
  for (const chart of charts) {
    const name = chartName(chart);
    const found = asked.map(one => opening(lines.get(name) ?? [], one, principal.organization));
    if (needed.has(name) && found.every(one => one.length === 0)) return scope;
    for (const consent of found.flat()) consents.add(consent);
  }
  if (consents.size === 0) return undefined;
  return consents.size > MOST_REFERENCES
    ? `${scope}; consents=${consents.size}`
    : [...consents]
        .sort()
        .map(id => `Consent/${id}`)
        .join(', ');
}

/** Shown to its source, whoever permits what. */
const isOwnWork = ({ source, writer }: Version, { organization }: Principal): boolean =>
  source === organization && writer === organization;

/** Every Consent that names it, as far as its scopes go. */
const mayRead = (grant: Grant): boolean => grant.because('Consent', 'read').scope.kind === 'all';

async function linesOf(query: LinesQuery, grant: Grant, { store }: Context): Promise<readonly ConsentLine[]> {
  const known = query.charts.filter(({ person }) => person !== UNKNOWN_PERSON);
  if (known.length > MOST_PERSONS) return [];
  try {
    return await store.consentLines({ ...query, charts: known }, grant);
  } catch (error) {
    // What was written is written: a busy store makes the notice shorter, not the answer another one.
    if (error instanceof FhirError && error.code === 'unavailable') return [];
    throw error;
  }
}
