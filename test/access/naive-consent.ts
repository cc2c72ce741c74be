// What a Consent says to one question about one resource, told a second time from the wording of the rules (domain:
// consent, 42 CFR 2.31): by walking its provisions, not by lines. Slow and simple on purpose.
import { CANONICAL_BASE } from '../../src/fhir/canonical.ts';
import type { AnyResource, Json, JsonObject } from '../../src/fhir/types.ts';
import { along, codes, end, hasCode, names, objects, start } from './naive-resource.ts';

export interface Question {
  /** What the caller goes by: `ehr`, `Practitioner/anna`, `class:tpo`. */
  names: readonly string[];
  /** v3-ActReason. */
  purpose: string;
  action: 'read' | 'write';
  now: number;
  /** Whose record it is. */
  owner: string;
}

/** Of several the one of the highest rank decides, a deny where ranks are equal. */
export interface Said {
  effect: 'permit' | 'deny';
  rank: number;
}

type Effect = Said['effect'];
interface Place {
  provision: JsonObject;
  effect: Effect;
  /** From the root, itself last. */
  path: readonly { provision: JsonObject; effect: Effect }[];
}

const extensionsIn = (of: JsonObject, name: string): JsonObject[] =>
  objects(of.extension).filter(one => one.url === `${CANONICAL_BASE}/StructureDefinition/part2-${name}`);

/** Everything that an active privacy Consent says to it. */
export function saidOf(consent: AnyResource, question: Question, resource: AnyResource): Said[] {
  if (consent.status !== 'active' || !hasCode(consent.scope, 'patient-privacy')) return [];
  const places = placesOf(consent);
  const whole = isWhole(consent, question.owner);
  const notes = extensionsIn(consent, 'counselling-notes').length > 0;
  const signed = start(consent.dateTime);
  const permits = whole ? places.filter(one => one.effect === 'permit' && couldPermit(one, signed)) : [];
  const permitted =
    !notes && signed <= question.now && permits.some(one => isPermitted(one, question, resource));
  const silent = isMereBase(consent);
  const denied = places
    .filter(one => one.effect === 'deny' && !(silent && one.path.length === 1))
    .some(one => isDenied(one, { places, whole }, question, resource));
  // What permits nothing restricts, and gives way to nothing.
  const rank = permits.length > 0 ? end(consent.dateTime) : Infinity;
  return [
    ...(permitted ? [{ effect: 'permit' as const, rank: signed }] : []),
    ...(denied ? [{ effect: 'deny' as const, rank }] : []),
  ];
}

/** Does anything that counts in it name this Organization? */
export function namesIn(consent: AnyResource, owner: string, organization: string): boolean {
  if (consent.status !== 'active' || !hasCode(consent.scope, 'patient-privacy')) return false;
  const whole = isWhole(consent, owner);
  const silent = isMereBase(consent);
  return placesOf(consent).some(place => {
    if (place.effect === 'permit' && !(whole && couldPermit(place, start(consent.dateTime)))) return false;
    if (place.effect === 'deny' && silent && place.path.length === 1) return false;
    return (
      innermost(place, ({ provision, effect }) => whomOf(provision, effect))?.includes(organization) === true
    );
  });
}

// --- the tree -------------------------------------------------------------------------------------------------

const policyOf = (consent: AnyResource): Effect | undefined =>
  hasCode(consent.policyRule, 'OPTIN', 'OPTINR')
    ? 'permit'
    : hasCode(consent.policyRule, 'OPTOUT', 'OPTOUTE', 'EMRGONLY')
      ? 'deny'
      : undefined;
const contradicts = (consent: AnyResource): boolean => {
  const type = objects(consent.provision)[0]?.type;
  return type !== undefined && policyOf(consent) !== undefined && type !== policyOf(consent);
};

function placesOf(consent: AnyResource): Place[] {
  const root = objects(consent.provision)[0] ?? {};
  if (contradicts(consent)) return [place(root, 'deny', [])];
  const all = [place(root, (root.type as Effect | undefined) ?? policyOf(consent) ?? 'deny', [])];
  for (let at = 0; at < all.length; at += 1)
    for (const one of objects(all[at]!.provision.provision))
      all.push(place(one, one.type === 'permit' ? 'permit' : 'deny', all[at]!.path));
  return all;
}
const place = (provision: JsonObject, effect: Effect, around: Place['path']): Place => ({
  provision,
  effect,
  path: [...around, { provision, effect }],
});

/** A root that denies, with exceptions and without criteria, only says that nothing else is permitted. */
function isMereBase(consent: AnyResource): boolean {
  const root = objects(consent.provision)[0] ?? {};
  const known = ['all-records', 'statement', 'expiry-event'].map(
    name => `${CANONICAL_BASE}/StructureDefinition/part2-${name}`,
  );
  const bare =
    Object.keys(root).every(name => ['id', 'type', 'provision', 'extension'].includes(name)) &&
    objects(root.extension).every(one => known.includes(String(one.url)));
  return bare && objects(root.provision).length > 0 && policyOf(consent) !== 'deny' && !contradicts(consent);
}

// --- what a place says ----------------------------------------------------------------------------------------

/** Whom, what for and until when: a permit that lacks one of these is none. */
function couldPermit(one: Place, signed: number): boolean {
  const ends = Math.min(...one.path.map(({ provision }) => end(objects(provision.period)[0]?.end)));
  const starts = Math.max(...one.path.map(({ provision }) => start(objects(provision.period)[0]?.start)));
  return (
    one.path.every(({ provision, effect }) => effect === 'deny' || isUnderstood(provision)) &&
    innermost(one, ({ provision, effect }) => whomOf(provision, effect)) !== undefined &&
    innermost(one, ({ provision, effect }) => whatForOf(provision, effect)) !== undefined &&
    signed < ends &&
    starts < ends
  );
}

const isPermitted = (one: Place, question: Question, resource: AnyResource): boolean =>
  one.path.every(({ provision, effect }) => applies(provision, effect, question, resource));

function isDenied(
  one: Place,
  { places, whole }: { places: readonly Place[]; whole: boolean },
  question: Question,
  resource: AnyResource,
): boolean {
  const own = whomOf(one.provision, 'deny');
  const whom = innermost(one, ({ provision }) => whomOf(provision, 'deny'));
  const forWhat =
    own === undefined
      ? innermost(one, ({ provision }) => whatForOf(provision, 'deny'))
      : whatForOf(one.provision, 'deny');
  if (whom !== undefined && !whom.some(name => question.names.includes(name))) return false;
  if (forWhat !== undefined && !forWhat.some(said => covers(said, question.purpose))) return false;
  if (!one.path.every(({ provision }) => isAbout(provision, 'deny', question, resource))) return false;
  const nested = places.filter(other => other.path.at(-2)?.provision === one.provision);
  return !nested
    .filter(other => whole && permitsSomewhere(other, places))
    .some(({ provision, effect }) => applies(provision, effect, question, resource));
}

const permitsSomewhere = (one: Place, places: readonly Place[]): boolean =>
  (one.effect === 'deny' || isUnderstood(one.provision)) &&
  (one.effect === 'permit' ||
    places
      .filter(other => other.path.at(-2)?.provision === one.provision)
      .some(other => permitsSomewhere(other, places)));

function innermost<T>(one: Place, read: (at: Place['path'][number]) => T | undefined): T | undefined {
  return one.path.map(read).findLast(found => found !== undefined);
}

/** By everything that it says itself. */
function applies(provision: JsonObject, effect: Effect, question: Question, resource: AnyResource): boolean {
  if (effect === 'permit' && !isUnderstood(provision)) return false;
  const whom = whomOf(provision, effect);
  const forWhat = whatForOf(provision, effect);
  return (
    (whom === undefined || whom.some(name => question.names.includes(name))) &&
    (forWhat === undefined || forWhat.some(said => covers(said, question.purpose))) &&
    isAbout(provision, effect, question, resource)
  );
}

/** Time, action and data. */
function isAbout(provision: JsonObject, effect: Effect, question: Question, resource: AnyResource): boolean {
  const period = objects(provision.period)[0];
  if (!(start(period?.start) <= question.now && question.now < end(period?.end))) return false;
  return CRITERIA.every(({ name, meets }) => {
    const said = objects(provision[name]);
    if (provision[name] === undefined) return true;
    const answers = said.map(one => meets(one, resource, question.action, effect));
    // What cannot be told makes a deny say nothing about it.
    if (effect === 'deny' && answers.includes(undefined)) return true;
    return answers.includes(true);
  });
}

/** May a permit say this? Everything else in it might bound it. */
function isUnderstood(provision: JsonObject): boolean {
  const known = [
    ...['id', 'type', 'provision', 'extension', 'period', 'actor', 'purpose'],
    ...CRITERIA.map(({ name }) => name),
  ];
  const extensions = ['all-records', 'statement', 'expiry-event', 'recipient-class'].map(
    name => `${CANONICAL_BASE}/StructureDefinition/part2-${name}`,
  );
  const tellable = CRITERIA.every(
    ({ name, meets }) =>
      provision[name] === undefined ||
      objects(provision[name]).some(
        one => meets(one, { resourceType: 'Basic' }, 'read', 'permit') !== undefined,
      ),
  );
  return (
    Object.keys(provision).every(name => provision[name] === undefined || known.includes(name)) &&
    objects(provision.extension).every(one => extensions.includes(String(one.url))) &&
    (provision.actor === undefined && extensionsIn(provision, 'recipient-class').length === 0
      ? true
      : (whomOf(provision, 'permit') ?? []).length > 0) &&
    (provision.purpose === undefined || (whatForOf(provision, 'permit') ?? []).length > 0) &&
    tellable
  );
}

const CLASSES = ['treating-providers', 'health-plans', 'tpo'];

/** Undefined: everybody. */
function whomOf(provision: JsonObject, effect: Effect): string[] | undefined {
  const classes = extensionsIn(provision, 'recipient-class').map(one => String(one.valueCode));
  if (provision.actor === undefined && classes.length === 0) return undefined;
  /** Through an intermediary to who treats; kept from whoever takes part in it. */
  const through = (actor: JsonObject, id: string): string[] =>
    extensionsIn(actor, 'intermediary').some(one => one.valueBoolean === true)
      ? [effect === 'permit' ? `via:${id}` : `network:${id}`]
      : [];
  const actors = objects(provision.actor).filter(one => effect === 'deny' || hasCode(one.role, 'IRCP'));
  const found = actors.map(one => {
    const reference = String(objects(one.reference)[0]?.reference);
    const [, type, id] = /^([A-Za-z]+)\/([\w.-]+)$/.exec(reference) ?? [];
    if (type === 'Organization') return [id!, ...through(one, id!)];
    if (type === 'Practitioner') return effect === 'deny' ? [reference, 'Practitioner/?'] : [reference];
    if (type === 'RelatedPerson') return [reference];
    if (effect === 'permit')
      return ['PractitionerRole', 'CareTeam', 'Group'].includes(type ?? '') ? [reference] : [];
    return type === 'Patient' || type === 'Device' ? [reference] : ['everybody'];
  });
  const all = [...found.flat(), ...classes.filter(one => CLASSES.includes(one)).map(one => `class:${one}`)];
  if (effect === 'deny' && (all.includes('everybody') || classes.some(one => !CLASSES.includes(one))))
    return undefined;
  return all;
}

/** Undefined: every purpose. */
function whatForOf(provision: JsonObject, effect: Effect): string[] | undefined {
  if (provision.purpose === undefined) return undefined;
  const known = objects(provision.purpose).filter(one => String(one.system).endsWith('/v3-ActReason'));
  if (effect === 'deny' && known.length < objects(provision.purpose).length) return undefined;
  return known.map(one => String(one.code));
}

/** v3-ActReason, what is a kind of what; legal proceedings are a kind of nothing. */
const KINDS: readonly string[] = [
  'TREAT COC',
  'TREAT ETREAT BTG',
  'HPAYMT COVERAGE ELIGVER',
  'HPAYMT COVERAGE ELIGDTRM',
  'HPAYMT COVAUTH',
  'HOPERAT HQUALIMP',
];
export const covers = (said: string, asked: string): boolean =>
  said === asked ||
  KINDS.map(one => one.split(' ')).some(
    line => line.includes(said) && line.indexOf(said) < line.indexOf(asked),
  );

// --- criteria about the data ----------------------------------------------------------------------------------

interface Criterion {
  name: string;
  /** Undefined: it cannot be told. */
  meets(
    said: JsonObject,
    resource: AnyResource,
    action: Question['action'],
    effect: Effect,
  ): boolean | undefined;
}

const COVERED: Readonly<Record<string, readonly string[]>> = {
  SUD: ['SUD', 'ETHUD', 'ETH', 'OPIOIDUD'],
  ETH: ['ETH', 'SUD', 'ETHUD', 'OPIOIDUD'],
  ETHUD: ['ETH', 'ETHUD'],
};

const CRITERIA: readonly Criterion[] = [
  {
    name: 'action',
    meets: (said, _, action, effect) => {
      const known = codes(said).filter(one => String(one.system).endsWith('/consentaction'));
      const says = (...wanted: string[]) => known.some(one => wanted.includes(String(one.code)));
      const read = says('access', 'disclose') || (effect === 'deny' && says('use'));
      const write = says('collect', 'correct');
      return read || write ? (action === 'read' ? read : write) : undefined;
    },
  },
  {
    name: 'securityLabel',
    meets: (said, resource) => {
      if (!String(said.system).endsWith('/v3-ActCode')) return undefined;
      if (said.code === '42CFRPart2') return true;
      const labels = labelsOf(resource);
      return (COVERED[String(said.code)] ?? [String(said.code)]).some(one => labels.includes(one));
    },
  },
  {
    name: 'class',
    meets: (said, resource) =>
      said.system === undefined
        ? undefined
        : said.system === 'http://hl7.org/fhir/resource-types'
          ? resource.resourceType === said.code
          : holds(resource, said),
  },
  {
    name: 'code',
    meets: (said, resource) => {
      const told = codes(said).filter(one => one.system !== undefined && one.code !== undefined);
      return told.length === 0 ? undefined : told.some(one => holds(resource, one));
    },
  },
  {
    name: 'data',
    meets: (said, resource, _, effect) => {
      const reference = String(objects(said.reference)[0]?.reference).replace(/\/_history\/\d+$/, '');
      const itself = `${resource.resourceType}/${String(resource.id)}` === reference;
      if (!/^[A-Z]\w+\/[\w.-]+$/.test(reference)) return undefined;
      if (said.meaning === 'instance') return itself;
      if (said.meaning === 'authoredby') return isBy(resource, reference, effect);
      if (said.meaning === 'dependents') return itself || refersTo(resource, reference);
      return said.meaning === 'related' && effect === 'permit' ? itself : undefined;
    },
  },
  {
    name: 'dataPeriod',
    meets: (said, resource, _, effect) => {
      const dates = datesOf(resource);
      const [from, to] = [start(said.start), end(said.end)];
      return effect === 'permit'
        ? dates.length > 0 && dates.every(([low, high]) => from <= low && high <= to)
        : dates.length === 0 || dates.some(([low, high]) => low < to && from < high);
    },
  },
];

/** Those that were sent, and what the codes say: here the urine drug screens of the matrix are all there is. */
const labelsOf = (resource: AnyResource): string[] => [
  ...objects(objects(resource.meta)[0]?.security).map(one => String(one.code)),
  ...(resource.resourceType !== 'Consent' && /"(19295-5|19659-2)"/.test(JSON.stringify(resource))
    ? ['SUD']
    : []),
];

/** By something that it can be searched by: of a Consent not what its nested provisions are about. */
const refersTo = ({ provision, ...resource }: AnyResource, reference: string): boolean =>
  JSON.stringify([resource, objects(provision).map(one => one.data)]).includes(`"${reference}"`);

/** R4's author (FiveWs.author) of the types of the matrix and the cases; of all others there is none. */
const AUTHOR: Readonly<Record<string, string>> = {
  Basic: 'author',
  CarePlan: 'author',
  Composition: 'author',
  Condition: 'recorder',
  Coverage: 'payor',
  DocumentReference: 'author',
  MedicationRequest: 'requester',
  Task: 'requester',
};
const WHO_WRITES: readonly string[][] = [
  ['Patient'],
  ['RelatedPerson'],
  ['Practitioner', 'PractitionerRole', 'Organization', 'Device'],
];

/**
 * A permit: it is one of its authors. A deny: unless all who wrote it, a section of it or what it contains are known
 * to be others; undefined where that writes nothing at all.
 */
function isBy(resource: AnyResource, name: string, effect: Effect): boolean | undefined {
  const written = (of: JsonObject): JsonObject[] => along(of, AUTHOR[String(of.resourceType)] ?? 'nowhere');
  const text = (one: JsonObject): string => String(one.reference).replace(/\/_history\/\d+$/, '');
  if (effect === 'permit') return written(resource).some(one => text(one) === name);
  if (!/^(Patient|RelatedPerson|Practitioner|PractitionerRole|Organization|Device|CareTeam)\//.test(name))
    return undefined;
  if (written(resource).length === 0) return true;
  const hands = [
    ...written(resource),
    ...sectionsIn(resource).flatMap(one => along(one, 'author')),
    ...objects(resource.contained).flatMap(written),
  ];
  return !hands.every(one => isAnother(text(one), name));
}

const sectionsIn = (of: JsonObject): JsonObject[] =>
  objects(of.section).flatMap(one => [one, ...sectionsIn(one)]);

/** One of the same type with another id, or somebody of whom that cannot be. */
function isAnother(one: string, name: string): boolean {
  const [, type] = /^([A-Z]\w+)\/[\w.-]+$/.exec(one) ?? [];
  const [of] = name.split('/');
  if (type === undefined || one === name) return false;
  if (type === of) return true;
  const among = (wanted: string | undefined) => WHO_WRITES.findIndex(all => all.includes(wanted!));
  return among(type) >= 0 && among(of) >= 0 && among(type) !== among(of);
}

/** LOINC is known by a second name. */
const systemOf = ({ system }: JsonObject) =>
  String(system).replace(/^http:\/\/loinc\.org\/$/, 'http://loinc.org');
const folded = ({ code }: JsonObject) => String(code).toLowerCase();

/** A code anywhere in it. */
function holds(value: Json | undefined, coding: JsonObject): boolean {
  if (Array.isArray(value)) return value.some(one => holds(one, coding));
  if (typeof value !== 'object' || value === null) return false;
  const same = systemOf(value) === systemOf(coding) && folded(value) === folded(coding);
  return same || Object.values(value).some(one => holds(one, coding));
}

/** When the types of the matrix say that they are from. */
function datesOf(resource: AnyResource): (readonly [low: number, high: number])[] {
  const at = [
    resource.effectiveDateTime,
    resource.start,
    resource.startDate,
    resource.sent,
    resource.dateTime,
  ];
  const moments = at.flatMap(one => (typeof one === 'string' ? [[start(one), end(one)] as const] : []));
  const spans = objects(resource.period).map(one => [start(one.start), end(one.end)] as const);
  return [...moments, ...spans];
}

// --- 42 CFR 2.31 ----------------------------------------------------------------------------------------------

/** A written consent has all items of 42 CFR 2.31, and is given to the program whose records it is about. */
function isWhole(consent: AnyResource, owner: string): boolean {
  const provisions = objects(consent.provision);
  for (let at = 0; at < provisions.length; at += 1) provisions.push(...objects(provisions[at]!.provision));
  const said = (name: string) => [consent, ...provisions].flatMap(one => extensionsIn(one, name));
  const told = (code: string) => said('statement').some(one => one.valueCode === code);
  const purposes = provisions.flatMap(one => objects(one.purpose)).map(one => String(one.code));
  const tpo = [...new Set(purposes)].sort().join() === 'HOPERAT,HPAYMT,TREAT';
  const what =
    said('all-records').length > 0 ||
    said('counselling-notes').length > 0 ||
    provisions.some(one => one.securityLabel ?? one.class ?? one.code ?? one.data);
  const whom = provisions.flatMap(one => objects(one.actor)).some(one => hasCode(one.role, 'IRCP'));
  const ends = said('expiry-event').length > 0 || provisions.some(one => objects(one.period)[0]?.end);
  const signed = objects(consent.verification).some(one => one.verified === true && one.verificationDate);
  return [
    !contradicts(consent),
    consent.modifierExtension === undefined,
    objects(consent.verification).every(one => one.verified === true),
    hasCode(consent.policyRule, '42CFRPart2CD'),
    names(consent.organization, `Organization/${owner}`),
    what,
    said('counselling-notes').length === 0 ||
      !(
        said('all-records').length > 0 ||
        provisions.some(one => one.securityLabel ?? one.class ?? one.code ?? one.data)
      ),
    whom || said('recipient-class').length > 0,
    purposes.length > 0,
    told('revocation'),
    !tpo || (told('redisclosure') && told('refusal')),
    tpo || ends,
    signed,
    consent.dateTime !== undefined,
    !isReferral(consent) || isForOfficials(consent, provisions),
    !purposes.includes('HLEGAL') || purposes.every(one => one === 'HLEGAL'),
  ].every(Boolean);
}

/** 42 CFR 2.35. */
const isReferral = (consent: AnyResource): boolean =>
  extensionsIn(consent, 'criminal-justice').some(one => one.valueBoolean !== false);

/** Whoever it permits something is named, and it says on what event it ends. */
function isForOfficials(consent: AnyResource, provisions: readonly JsonObject[]): boolean {
  const whom = provisions.filter(one => one.type !== 'deny').flatMap(one => objects(one.actor));
  const all = [consent, ...provisions];
  return (
    whom.every(one =>
      /^(Practitioner|Organization)\/[^/]+$/.test(String(objects(one.reference)[0]?.reference)),
    ) &&
    all.every(one => extensionsIn(one, 'recipient-class').length === 0) &&
    all.some(one => extensionsIn(one, 'expiry-event').some(({ valueString }) => valueString !== undefined))
  );
}
