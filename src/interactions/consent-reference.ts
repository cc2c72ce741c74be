// By whose consent something went out: 42 CFR 2.32 asks for a copy of the consent or a clear statement of its
// scope. Here it is a reference that the recipient can follow, or that statement where there is none.
import { provisionsOf } from '../access/consent.ts';
import { restrict } from '../access/decide.ts';
import type { Grant, Principal } from '../access/grant.ts';
import { chartsIn, chartsOpened, type Permit, permitsOf } from '../access/notice.ts';
import { parseBody } from '../fhir/body.ts';
import { FhirError } from '../fhir/error.ts';
import { UNKNOWN_PERSON } from '../search/persons.ts';
import { planSearch } from '../search/plan.ts';
import type { Version } from '../store/port.ts';
import type { Context } from './context.ts';
import { readSearch } from './search.ts';

/** References in one header. */
const MOST_REFERENCES = 20;
/** People whose Consents are looked up, and Consents that are looked at: one query for each purpose of the caller. */
const MOST_PERSONS = 100;
const MOST_CONSENTS = 200;

/**
 * `Consent/a, Consent/b`: those that permit the caller what went out; `scope="TREAT"` where it may read none of
 * them, or too few; `scope="TREAT"; consents=57` where there are many. Undefined where no Consent was asked: what
 * the caller created itself.
 */
export async function consentReference(
  disclosed: readonly Version[],
  context: Context,
  principal: Principal,
): Promise<string | undefined> {
  const grant = context.decide(principal, []);
  const permits = permitsOf(grant);
  if (permits.length === 0) return undefined;
  const asked = chartsIn(disclosed.filter(one => !isOwnWork(one, principal)));
  const { consents, opened } = await permitting(disclosed, permits, grant, context);
  const scope = `scope="${principal.purposes.join(' ')}"`;
  const told = consents.length > 0 && [...asked].every(chart => opened.has(chart));
  if (!told) return asked.size === 0 ? undefined : scope;
  return consents.length > MOST_REFERENCES
    ? `${scope}; consents=${consents.length}`
    : consents.map(({ id }) => `Consent/${id}`).join(', ');
}

/** Shown to its source, whoever permits what. */
const isOwnWork = ({ source, writer }: Version, { organization }: Principal): boolean =>
  source === organization && writer === organization;

interface Permitting {
  consents: readonly Version[];
  /** See chartsIn. */
  opened: ReadonlySet<string>;
}

async function permitting(
  disclosed: readonly Version[],
  permits: readonly Permit[],
  grant: Grant,
  context: Context,
): Promise<Permitting> {
  const charts = chartsIn(disclosed);
  const consents = new Map<string, Version>();
  const opened = new Set<string>();
  const visible = await Promise.all(
    permits.map(permit => consentsOf(disclosed, grantFor(permit, permits, grant), context)),
  );
  for (const [at, permit] of permits.entries())
    for (const version of visible[at]!) {
      const provisions = provisionsOf(parseBody(version.body).resource, context.base);
      for (const chart of chartsOpened(version, provisions, permit)) {
        if (!charts.has(chart)) continue;
        consents.set(version.id, version);
        opened.add(chart);
      }
    }
  return { consents: [...consents.values()], opened };
}

/** Where there are several purposes: what is denied for one of them is not permitted by what another lets see. */
const grantFor = (permit: Permit, permits: readonly Permit[], grant: Grant): Grant =>
  permits.length === 1 ? grant : restrict(grant, () => permit);

/** Of the people in an answer, those that the caller may read; none where they are too many to be told. */
async function consentsOf(
  disclosed: readonly Version[],
  grant: Grant,
  context: Context,
): Promise<readonly Version[]> {
  const persons = [...new Set(disclosed.flatMap(one => one.patients))].filter(one => one !== UNKNOWN_PERSON);
  if (persons.length === 0 || persons.length > MOST_PERSONS) return [];
  if (grant.narrow('Consent', 'read').kind === 'none') return [];
  const of = persons.map(one => `Patient/${one}`).join(',');
  const search = readSearch('Consent', `patient=${of}&status=active`, true, context);
  try {
    const plan = planSearch(search, grant, 'read', { limit: MOST_CONSENTS });
    const { matches, next } = await context.store.search(plan, grant);
    return next === undefined ? matches : [];
  } catch (error) {
    // What was written is written: a busy store makes the notice shorter, not the answer another one.
    if (error instanceof FhirError && error.code === 'unavailable') return [];
    throw error;
  }
}
