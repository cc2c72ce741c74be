// Consents compiled to lines when they are written. A Consent is a tree of provisions: the deepest that apply to a
// request and its data decide, each by its own type, a deny where they disagree; a provision applies where its own
// criteria and those of all around it hold. Each provision of the tree becomes lines that say just that, so that a
// store can ask them of every resource inside its query. https://hl7.org/fhir/R4/consent.html
//
// Only what has all items of 42 CFR 2.31 permits (part2.ts). What is not understood fails closed: see
// consent/provision.ts.

import { parseDateRange } from '../fhir/date-range.ts';
import { localId } from '../fhir/reference.ts';
import type { AnyResource, Consent, ConsentProvision } from '../fhir/types.ts';
import type { ConsentRule } from '../store/port/derived.ts';
import { hasCode } from './coded.ts';
import type { Effect } from './consent/data.ts';
import { type Line, linesOf } from './consent/lines.ts';
import { conditionOf, isBare, type Node, outlineOf } from './consent/provision.ts';
import { COUNSELLING_NOTES, disclosersOf, missingItems } from './part2.ts';
import { LEGAL, notePurpose } from './purpose.ts';

const SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope';
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

/** Version of the compilation: stores made with another are compiled anew. */
export const CONSENT_RULES = 'consent-8';

/** What a provision comes to, and which it is: `Consent.provision.provision[0]`. */
export interface Provision extends ConsentRule {
  path: string;
}

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
  const root = treeOf(consent, base);
  const trusted = isTrustworthy(consent, base);
  const permits = trusted ? linesOf(root, 'permit', trusted) : [];
  const denying = isSilent(consent) ? root.nested : [root];
  const denies = denying.flatMap(one => linesOf(one, 'deny', trusted));
  const disclosers = disclosersOf(consent, base);
  const signed = parseDateRange(consent.dateTime ?? '');
  return [
    ...permits
      .filter(one => signed !== undefined && one.to > signed.low)
      .map(line => ({
        ...line,
        // Nobody consents before it is signed.
        from: Math.max(line.from, signed!.low),
        rank: signed!.low,
        disclosers,
      })),
    // What restricts and permits nothing stands whatever is permitted later: it has to be taken back (2.26).
    ...denies.map(line => ({
      ...line,
      ...(permits.length > 0 && signed !== undefined ? { rank: signed.high } : {}),
    })),
  ].flatMap(line => forNotes(consent, line).map(one => ({ patient, ...one })));
}

/**
 * The root's own type; else what the policy says; else deny. Where they contradict each other it is taken at the
 * stricter word. 42CFRPart2CD names a kind of consent, not a base.
 */
function treeOf(consent: Consent, base: string | undefined): Node {
  const root = consent.provision ?? {};
  const effect = contradicts(consent) ? 'deny' : (root.type ?? policyBase(consent) ?? 'deny');
  const node = nodeOf(root, effect, ROOT, base);
  return contradicts(consent) ? { ...node, nested: [] } : node;
}

const ROOT = 'Consent.provision';

/** A nested provision that does not say what it does denies. */
function nodeOf(provision: ConsentProvision, effect: Effect, path: string, base: string | undefined): Node {
  const nested = (provision.provision ?? []).map((one, at) =>
    nodeOf(one, one.type === 'permit' ? 'permit' : 'deny', `${path}.provision[${at}]`, base),
  );
  const condition = conditionOf(provision, effect, base);
  return { effect, path, condition, outline: outlineOf(provision, base), nested };
}

/** What makes every permit of a Consent void, whatever its provisions say. */
function isTrustworthy(consent: Consent, base?: string): boolean {
  if (consent.modifierExtension !== undefined || consent.implicitRules !== undefined) return false;
  if ((consent.verification ?? []).some(one => one.verified !== true)) return false;
  return !contradicts(consent) && missingItems(consent, base).length === 0 && !mixesLegal(consent);
}

/** 42 CFR 2.31(d): one for legal proceedings is combined with none for anything else. */
function mixesLegal({ provision }: Consent): boolean {
  const all = provision === undefined ? [] : [provision];
  for (let at = 0; at < all.length; at += 1) all.push(...(all[at]!.provision ?? []));
  const purposes = all.flatMap(one => one.purpose ?? []).map(one => one.code);
  return purposes.includes(LEGAL) && purposes.some(one => one !== LEGAL);
}

/**
 * A root that denies, has exceptions and no criterion is their base and denies nothing beyond what no Consent permits;
 * unless the policy is that the person opts out.
 */
function isSilent(consent: Consent): boolean {
  const root = consent.provision ?? {};
  return (
    !contradicts(consent) &&
    policyBase(consent) !== 'deny' &&
    (root.provision ?? []).length > 0 &&
    isBare(root)
  );
}

/**
 * A consent for counselling notes releases these and nothing else (2.31(b)), and no other releases any; what is denied
 * is denied of notes as well.
 */
function forNotes({ extension = [] }: Consent, line: Line): Line[] {
  const note = { ...line, purpose: notePurpose(line.purpose) };
  if (line.effect === 'deny') return line.purpose === '' ? [line] : [line, note];
  return extension.some(one => one.url === COUNSELLING_NOTES && one.valueBoolean !== false) ? [note] : [line];
}

function contradicts(consent: Consent): boolean {
  const policy = policyBase(consent);
  const type = consent.provision?.type;
  return type !== undefined && policy !== undefined && type !== policy;
}

function policyBase(consent: Consent): Effect | undefined {
  if (['OPTIN', 'OPTINR'].some(code => hasCode(consent.policyRule, ACT_CODE, code))) return 'permit';
  return ['OPTOUT', 'OPTOUTE', 'EMRGONLY'].some(code => hasCode(consent.policyRule, ACT_CODE, code))
    ? 'deny'
    : undefined;
}
