// What a caller goes by besides its own name in the record of one owner, told a second time: asked of everything that
// owner wrote last, again and again until nothing is new.
import type { AnyResource, Json, JsonObject } from '../../src/fhir/types.ts';
import type { Fact } from './naive.ts';
import { isDeleted, lastLive, objects, within } from './naive-resource.ts';

/** Asked for every cell of the matrix: the others are many. */
const TYPES = new Set(['Organization', 'OrganizationAffiliation', 'PractitionerRole', 'CareTeam', 'Group']);

/** `own`: `payer`, `Practitioner/anna`. */
export function namesFor(all: readonly Fact[], owner: string, own: readonly string[], now: number): string[] {
  const stamp = all.reduce((sum, fact) => (TYPES.has(fact.type) ? sum + fact.versions.length : sum), 0);
  const known = KNOWN.get(all) ?? new Map<string, string[]>();
  const key = JSON.stringify([owner, own, now, stamp]);
  const names = known.get(key) ?? workOut(all, owner, own, now);
  KNOWN.set(all, known.set(key, names));
  return names;
}

/** What was worked out stands until something more is written. */
const KNOWN = new WeakMap<readonly Fact[], Map<string, string[]>>();

function workOut(all: readonly Fact[], owner: string, own: readonly string[], now: number): string[] {
  const written = all
    .filter(fact => TYPES.has(fact.type))
    .filter(fact => fact.owner === owner && !isDeleted(fact) && fact.versions.at(-1)!.writer === owner)
    .map(fact => lastLive(fact))
    .filter(one => one.modifierExtension === undefined && one.implicitRules === undefined);
  const names = new Set(own);
  for (let before = 0; before < names.size; ) {
    before = names.size;
    for (const resource of written) for (const whole of wholesOf(resource, names, now)) names.add(whole);
  }
  return [...names].filter(name => !own.includes(name));
}

/** `payer` for an Organization, `CareTeam/x` for all others. */
const nameOf = (reference: Json | undefined): string | undefined => {
  const [, type, id] =
    /^([A-Za-z]+)\/([\w.-]+)$/.exec(String(objects(reference)[0]?.reference).replace(/\/_history\/.*/, '')) ??
    [];
  return type === undefined ? undefined : type === 'Organization' ? id : `${type}/${id}`;
};

function wholesOf(resource: AnyResource, names: ReadonlySet<string>, now: number): string[] {
  const known = (reference: Json | undefined): boolean => names.has(nameOf(reference) ?? '');
  /** Absent, or an Organization that the caller is. */
  const fits = (reference: Json | undefined): boolean => reference === undefined || known(reference);
  const itself = `${resource.resourceType}/${String(resource.id)}`;
  if (resource.active === false) return [];
  switch (resource.resourceType) {
    case 'Organization':
      return names.has(String(resource.id)) ? organizations(resource.partOf) : [];
    case 'OrganizationAffiliation':
      return known(resource.participatingOrganization) && within(resource.period, now)
        ? [resource.organization, ...objects(resource.network)]
            .flatMap(one => organizations(one as JsonObject | undefined))
            .map(id => `network:${id}`)
        : [];
    case 'PractitionerRole':
      return known(resource.practitioner) && fits(resource.organization) && within(resource.period, now)
        ? [itself]
        : [];
    case 'CareTeam':
      return resource.status === 'active' &&
        within(resource.period, now) &&
        objects(resource.participant)
          .filter(one => one.modifierExtension === undefined && within(one.period, now))
          .some(one => known(one.member) && fits(one.onBehalfOf))
        ? [itself]
        : [];
    case 'Group':
      return resource.actual === true &&
        objects(resource.member)
          .filter(one => one.modifierExtension === undefined && one.inactive !== true)
          .some(one => known(one.entity) && within(one.period, now))
        ? [itself]
        : [];
    default:
      return [];
  }
}

const organizations = (reference: Json | undefined): string[] => {
  const name = nameOf(reference);
  return name === undefined || name.includes('/') ? [] : [name];
};
