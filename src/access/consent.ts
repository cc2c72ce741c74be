// Consents compiled to rules when they are written. Until the full consent engine exists only a plain
// form permits (see `permitsOf`), with all that 42 CFR 2.31 asks for (part2.ts); everything it does not understand
// fails closed: a criterion that cannot be judged makes a permit void and a deny total.
// https://hl7.org/fhir/R4/consent.html

import { extensionUrl } from '../fhir/canonical.ts';
import { canonicalSystem } from '../fhir/code-system.ts';
import { localId, parseReference } from '../fhir/reference.ts';
import type { AnyResource, Consent, ConsentProvision, ConsentProvisionActor } from '../fhir/types.ts';
import type { ConsentRule } from '../store/port.ts';
import { hasCode } from './coded.ts';
import { disclosersOf, missingItems } from './part2.ts';
import { ALWAYS, periodOf } from './period.ts';
import { LEGAL } from './purpose.ts';

const SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope';
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';

/** Version of the compilation: stores made with another are compiled anew. */
export const CONSENT_RULES = 'consent-5';

/** Extensions that say what 2.31 asks for and bound nothing by themselves. */
const PLAIN_EXTENSIONS: ReadonlySet<string> = new Set(
  ['part2-all-records', 'part2-statement', 'part2-expiry-event', 'part2-recipient-class'].map(extensionUrl),
);
/** A consent for counselling notes releases these alone, and they are never released by a plain permit. */
const COUNSELLING_NOTES = extensionUrl('part2-counselling-notes');

const PLAIN_ELEMENTS: ReadonlySet<string> = new Set([
  'id',
  'type',
  'provision',
  'period',
  'actor',
  'purpose',
  'extension',
]);

/** As all codes of v3-ActReason are that are purposes. */
const PURPOSE_CODE = /^[A-Z]+$/;

/** What a provision comes to, and which it is: `Consent.provision.provision[0]`. */
export interface Provision extends ConsentRule {
  path: string;
}
type Line = Omit<Provision, 'patient'>;

/** The rules of one Consent; none where it is not an active privacy consent of one local Patient. */
export const compileConsent = (resource: AnyResource, base?: string): ConsentRule[] =>
  provisionsOf(resource, base).map(({ path: _path, ...rule }) => rule);

/** The same with the provision that each is said in. */
export function provisionsOf(resource: AnyResource, base?: string): Provision[] {
  if (resource.resourceType !== 'Consent' || resource.status !== 'active') return [];
  const consent = resource as unknown as Consent;
  if (!hasCode(consent.scope, SCOPE, 'patient-privacy')) return [];
  const patient = localId(consent.patient?.reference, 'Patient', base);
  if (patient === undefined) return [];
  const root = consent.provision ?? {};
  const disclosers = disclosersOf(consent, base);
  const permits = isTrustworthy(consent, base) ? permitsOf(consent, root, base) : [];
  return [...permits.map(line => ({ ...line, disclosers })), ...deniesOf(consent, root, base)].map(line => ({
    patient,
    ...line,
  }));
}

/** What makes every permit of a Consent void, whatever its provisions say. */
function isTrustworthy(consent: Consent, base?: string): boolean {
  if (consent.modifierExtension !== undefined || consent.implicitRules !== undefined) return false;
  if ((consent.verification ?? []).some(one => one.verified !== true)) return false;
  if (contradicts(consent) || missingItems(consent, base).length > 0 || mixesLegal(consent)) return false;
  return !extensionsOf(consent).some(one => one.url === COUNSELLING_NOTES);
}

/** 42 CFR 2.31(d): one for legal proceedings is combined with none for anything else. */
function mixesLegal({ provision }: Consent): boolean {
  const all = provision === undefined ? [] : [provision];
  for (let at = 0; at < all.length; at += 1) all.push(...(all[at]!.provision ?? []));
  const purposes = all.flatMap(one => one.purpose ?? []).map(one => one.code);
  return purposes.includes(LEGAL) && purposes.some(one => one !== LEGAL);
}

/**
 * The plain form: the root permits, or the root says nothing (or only `deny`) and what is nested in it permits; and
 * what permits holds nothing but type, period, actor and purpose. What is nested in a permit takes nothing from it
 * that is not denied: a nested permit says the same again, a nested deny has lines of its own (`deniesOf`), which beat
 * those of the permit.
 */
function permitsOf(consent: Consent, root: ConsentProvision, base?: string): Line[] {
  const nested = root.provision ?? [];
  const type = root.type ?? policyBase(consent) ?? 'deny';
  if (type === 'permit') return permitLines(root, ROOT, base);
  if (!isBare(root)) return [];
  return nested.flatMap((one, at) =>
    one.type === 'permit' ? permitLines(one, nestedPath(ROOT, at), base) : [],
  );
}

/** A root that is only the base of its exceptions: no criterion of its own. */
function isBare(root: ConsentProvision): boolean {
  return Object.entries(root).every(
    ([name, value]) =>
      value === undefined ||
      name === 'id' ||
      name === 'type' ||
      name === 'provision' ||
      (name === 'extension' && plainExtensions(root)),
  );
}

function permitLines(provision: ConsentProvision, path: string, base?: string): Line[] {
  const plain = Object.entries(provision).every(
    ([name, value]) => value === undefined || PLAIN_ELEMENTS.has(name),
  );
  const period = periodOf(provision.period);
  if (!plain || !plainExtensions(provision) || period === undefined) return [];
  const actors = (provision.actor ?? [])
    .map(actor => organizationOf(actor, base))
    .filter(id => id !== undefined);
  const purposes = (provision.purpose ?? []).filter(
    one => canonicalSystem(one.system ?? '') === ACT_REASON && PURPOSE_CODE.test(one.code ?? ''),
  );
  return actors.flatMap(actor =>
    purposes.map(one => ({ effect: 'permit' as const, actor, purpose: one.code!, ...period, path })),
  );
}

/** A recipient that is an Organization here. Nobody else can be told apart yet, so nobody else is permitted. */
function organizationOf(actor: ConsentProvisionActor, base?: string): string | undefined {
  if (!hasCode(actor.role, PARTICIPATION, 'IRCP') || actor.modifierExtension !== undefined) return undefined;
  return localId(actor.reference?.reference, 'Organization', base);
}

/**
 * Denies: a root that denies and has no exceptions, an opt-out, and every nested deny. A root deny that
 * has exceptions and no criterion is only their base and denies nothing beyond what no Consent permits. A
 * root that says otherwise than its policy is taken at the stricter word.
 */
function deniesOf(consent: Consent, root: ConsentProvision, base?: string): Line[] {
  const nested = root.provision ?? [];
  const type = root.type ?? policyBase(consent);
  const rootDenies = contradicts(consent) || (type === 'deny' && (nested.length === 0 || !isBare(root)));
  const own = rootDenies ? denyLines(root, ROOT, base) : [];
  return [...own, ...nested.flatMap((one, at) => nestedDenies(one, nestedPath(ROOT, at), base))];
}

const ROOT = 'Consent.provision';
const nestedPath = (path: string, at: number): string => `${path}.provision[${at}]`;

function nestedDenies(provision: ConsentProvision, path: string, base?: string): Line[] {
  const own = provision.type === 'deny' ? denyLines(provision, path, base) : [];
  const nested = provision.provision ?? [];
  return [...own, ...nested.flatMap((one, at) => nestedDenies(one, nestedPath(path, at), base))];
}

function denyLines(provision: ConsentProvision, path: string, base?: string): Line[] {
  const period = periodOf(provision.period) ?? ALWAYS;
  const actors =
    provision.actor === undefined
      ? ['']
      : provision.actor.map(actor => deniedActor(actor, base)).filter(one => one !== undefined);
  const purposes = provision.purpose === undefined ? [''] : provision.purpose.map(deniedPurpose);
  return actors.flatMap(actor =>
    purposes.map(purpose => ({ effect: 'deny' as const, actor, purpose, ...period, path })),
  );
}

/** People who are never a calling Organization are nobody here; whoever cannot be told is everybody. */
function deniedActor(actor: ConsentProvisionActor, base?: string): string | undefined {
  const reference = parseReference(actor.reference?.reference ?? '', base);
  if (reference.kind !== 'local') return '';
  if (reference.type === 'Organization') return reference.id;
  return reference.type === 'RelatedPerson' || reference.type === 'Patient' || reference.type === 'Device'
    ? undefined
    : '';
}

/** A code that is no purpose known here might be a parent of any. */
function deniedPurpose(purpose: { system?: string | undefined; code?: string | undefined }): string {
  const code = purpose.code ?? '';
  return canonicalSystem(purpose.system ?? '') === ACT_REASON && PURPOSE_CODE.test(code) ? code : '';
}

function contradicts(consent: Consent): boolean {
  const policy = policyBase(consent);
  const type = consent.provision?.type;
  return type !== undefined && policy !== undefined && type !== policy;
}

function policyBase(consent: Consent): 'permit' | 'deny' | undefined {
  if (['OPTIN', 'OPTINR'].some(code => hasCode(consent.policyRule, ACT_CODE, code))) return 'permit';
  return ['OPTOUT', 'OPTOUTE', 'EMRGONLY'].some(code => hasCode(consent.policyRule, ACT_CODE, code))
    ? 'deny'
    : undefined;
}

function plainExtensions(provision: ConsentProvision): boolean {
  return (provision.extension ?? []).every(one => PLAIN_EXTENSIONS.has(one.url));
}

function extensionsOf(consent: Consent): { url: string }[] {
  return [...(consent.extension ?? []), ...(consent.provision?.extension ?? [])];
}
