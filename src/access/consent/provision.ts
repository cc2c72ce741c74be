// One provision of a Consent read as a condition. What cannot be judged fails closed, and whether that opens or
// closes depends on what the provision does: a permit then applies to nothing, a deny to everything that its other
// criteria leave. https://hl7.org/fhir/R4/consent-definitions.html#Consent.provision
import { extensionUrl } from '../../fhir/canonical.ts';
import { canonicalSystem } from '../../fhir/code-system.ts';
import { parseReference } from '../../fhir/reference.ts';
import type { ConsentProvision, ConsentProvisionActor } from '../../fhir/types.ts';
import { purposeMark } from '../../search/terms.ts';
import type { Made } from '../../store/port/derived.ts';
import {
  actorOf,
  classActor,
  networkActor,
  practitionerActor,
  RECIPIENT_CLASSES,
  SOME_PRACTITIONER,
  viaActor,
} from '../actor.ts';
import { hasCode } from '../coded.ts';
import { ALWAYS, periodOf, type Stretch } from '../period.ts';
import { dataSets, type Effect } from './data.ts';

/** A node of the tree that a Consent is. */
export interface Node {
  effect: Effect;
  /** `Consent.provision.provision[0]`. */
  path: string;
  /** Undefined: it applies to nothing. */
  condition: Condition | undefined;
  /** What it applies to at most: where what is denied in it may apply. */
  outline: Condition;
  nested: readonly Node[];
}

/** All of it holds. */
export interface Condition {
  /** Names that a caller goes by: one of them. Absent: everybody. */
  actors?: readonly string[];
  /** v3-ActReason codes: one of them. Absent: every purpose. */
  purposes?: readonly string[];
  period: Stretch;
  /** See Criteria. */
  all: readonly (readonly string[])[];
  made: readonly Made[];
}

const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
/** As all codes of v3-ActReason are that are purposes. */
const PURPOSE_CODE = /^[A-Z]+$/;

const INTERMEDIARY: string = extensionUrl('part2-intermediary');
export const RECIPIENT_CLASS: string = extensionUrl('part2-recipient-class');

/** Extensions that say what 2.31 asks for and bound nothing by themselves. */
const PLAIN_EXTENSIONS: ReadonlySet<string> = new Set([
  ...['part2-all-records', 'part2-statement', 'part2-expiry-event'].map(extensionUrl),
  RECIPIENT_CLASS,
]);

/** Elements that are understood; a permit with any other is none. */
const ELEMENTS: ReadonlySet<string> = new Set([
  'id',
  'type',
  'provision',
  'extension',
  'period',
  'actor',
  'purpose',
  'action',
  'securityLabel',
  'class',
  'code',
  'dataPeriod',
  'data',
]);

/** What a deny applies to, which there always is. */
export function outlineOf(provision: ConsentProvision, base: string | undefined): Condition {
  const outline = conditionOf(provision, 'deny', base);
  if (outline === undefined) throw new Error('A deny always applies to something.');
  return outline;
}

/** `effect`: its own type, or that of the base. */
export function conditionOf(
  provision: ConsentProvision,
  effect: Effect,
  base: string | undefined,
): Condition | undefined {
  if (effect === 'permit' && !isUnderstood(provision)) return undefined;
  const actors = actorsOf(provision, effect, base);
  const purposes = purposesOf(provision, effect);
  const period = periodOf(provision.period) ?? (effect === 'deny' ? ALWAYS : undefined);
  const made = madeOf(provision, effect);
  const data = dataSets(provision, effect, base);
  if ([actors, purposes, period, made, data].includes(undefined)) return undefined;
  return {
    ...(actors === 'all' ? {} : { actors: actors! }),
    ...(purposes === 'all' ? {} : { purposes: purposes! }),
    period: period!,
    all: data!,
    made: made!,
  };
}

/** A permit that says more than is understood may bound what it permits. */
export function isUnderstood(provision: ConsentProvision): boolean {
  const said = Object.entries(provision).filter(([, value]) => value !== undefined);
  return (
    said.every(([name]) => ELEMENTS.has(name)) &&
    (provision.extension ?? []).every(one => PLAIN_EXTENSIONS.has(one.url))
  );
}

/** A root that is only the base of its exceptions: no criterion of its own. */
export const isBare = (root: ConsentProvision): boolean =>
  Object.entries(root).every(
    ([name, value]) =>
      value === undefined ||
      ['id', 'type', 'provision'].includes(name) ||
      (name === 'extension' &&
        (root.extension ?? []).every(one => PLAIN_EXTENSIONS.has(one.url) && one.url !== RECIPIENT_CLASS)),
  );

function actorsOf(
  { actor, extension = [] }: ConsentProvision,
  effect: Effect,
  base: string | undefined,
): readonly string[] | 'all' | undefined {
  const classes = extension.filter(one => one.url === RECIPIENT_CLASS).map(one => one.valueCode ?? '');
  if (actor === undefined && classes.length === 0) return 'all';
  const known = RECIPIENT_CLASSES.filter(one => classes.includes(one)).map(classActor);
  if (effect === 'permit') {
    const named = (actor ?? []).flatMap(one => permittedActors(one, base));
    return [...named, ...known].length === 0 ? undefined : [...named, ...known];
  }
  if (classes.some(one => !RECIPIENT_CLASSES.some(other => other === one))) return 'all';
  const named = (actor ?? []).flatMap(one => deniedActors(one, base));
  const all = [...named, ...known];
  return all.length === 0 || all.includes('') ? 'all' : all;
}

/** Recipients that can be told when they call, by what they are or by what they belong to (membership.ts). */
function permittedActors(actor: ConsentProvisionActor, base: string | undefined): string[] {
  if (!hasCode(actor.role, PARTICIPATION, 'IRCP') || actor.modifierExtension !== undefined) return [];
  const name = actorOf(actor.reference?.reference, base);
  if (name === undefined) return [];
  return isIntermediary(actor) ? [name, viaActor(name)] : [name];
}

/** 42 CFR 2.31(a)(4)(ii): an Organization through which those of its participants are meant who treat the person. */
export const isIntermediary = ({ extension = [] }: ConsentProvisionActor): boolean =>
  extension.some(one => one.url === INTERMEDIARY && one.valueBoolean === true);

/**
 * People who never call for an Organization are nobody here. Whoever cannot be told is everybody (''), and so is who
 * belongs to a team, a role or a group: that somebody does not is written down nowhere.
 */
function deniedActors(actor: ConsentProvisionActor, base: string | undefined): string[] {
  const reference = parseReference(actor.reference?.reference ?? '', base);
  if (reference.kind !== 'local') return [''];
  switch (reference.type) {
    case 'Organization':
      return isIntermediary(actor) ? [reference.id, networkActor(reference.id)] : [reference.id];
    case 'Practitioner':
      return [practitionerActor(reference.id), SOME_PRACTITIONER];
    case 'RelatedPerson':
    case 'Patient':
    case 'Device':
      return [`${reference.type}/${reference.id}`];
    default:
      return [''];
  }
}

/** Of a deny a code that is no purpose known here might be a parent of any. */
function purposesOf({ purpose }: ConsentProvision, effect: Effect): readonly string[] | 'all' | undefined {
  if (purpose === undefined) return 'all';
  const known = purpose.filter(
    one => canonicalSystem(one.system ?? '') === ACT_REASON && PURPOSE_CODE.test(one.code ?? ''),
  );
  if (effect === 'deny' && (known.length === 0 || known.length < purpose.length)) return 'all';
  return known.length === 0 ? undefined : known.map(one => one.code!);
}

function madeOf({ dataPeriod }: ConsentProvision, effect: Effect): readonly Made[] | undefined {
  if (dataPeriod === undefined) return [];
  const stretch = periodOf(dataPeriod);
  if (stretch === undefined) return effect === 'deny' ? [] : undefined;
  return [{ how: effect === 'permit' ? 'within' : 'touches', low: stretch.from, high: stretch.to }];
}

/** As a set of marks, where a line has its purpose from a provision further in. */
export const purposeSet = (purposes: readonly string[]): string[] => purposes.map(purposeMark);
