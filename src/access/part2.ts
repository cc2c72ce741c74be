// What 42 CFR 2.31(a) asks of a written consent, and which of it a Consent does not hold: such a Consent is kept
// and permits nothing. Where each item is read from is laid down here; R4 itself has no word for several.
// https://www.ecfr.gov/current/title-42/section-2.31 https://hl7.org/fhir/R4/consent.html
import { extensionUrl } from '../fhir/canonical.ts';
import { canonicalSystem } from '../fhir/code-system.ts';
import { localId } from '../fhir/reference.ts';
import type { Consent, ConsentProvision, Extension } from '../fhir/types.ts';
import { hasCode } from './coded.ts';
import { isReferral, namesOfficials } from './criminal-justice.ts';

export interface MissingItem {
  /** Of 42 CFR. */
  section: string;
  /** Where it is looked for: `Consent.dateTime`. */
  path: string;
  message: string;
}

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
/** Treatment, payment and health care operations: together they are one kind of consent. */
const TPO = ['TREAT', 'HPAYMT', 'HOPERAT'];

const ALL_RECORDS = extensionUrl('part2-all-records');
const STATEMENT = extensionUrl('part2-statement');
const EXPIRY_EVENT = extensionUrl('part2-expiry-event');
const RECIPIENT_CLASS = extensionUrl('part2-recipient-class');
/** A consent for counselling notes. */
export const COUNSELLING_NOTES: string = extensionUrl('part2-counselling-notes');

interface Item extends MissingItem {
  isThere(read: Read): boolean;
}

/** What is asked of more than one item. */
interface Read {
  consent: Consent;
  base: string | undefined;
  /** The root and all that is nested in it. */
  provisions: readonly ConsentProvision[];
  extensions: readonly Extension[];
  tpo: boolean;
}

const ITEMS: readonly Item[] = [
  {
    section: '2.31(a)',
    path: 'Consent.policyRule',
    message: 'It does not say that it is a consent under 42 CFR Part 2 (42CFRPart2CD).',
    isThere: ({ consent }) => hasCode(consent.policyRule, ACT_CODE, '42CFRPart2CD'),
  },
  {
    section: '2.31(a)(1)',
    path: 'Consent.patient',
    message: 'The patient is not named by a reference to a Patient of this server.',
    isThere: ({ consent, base }) => isLocal(consent.patient?.reference, 'Patient', base),
  },
  {
    section: '2.31(a)(2)',
    path: 'Consent.organization',
    message: 'The program that may disclose is not named by a reference to an Organization of this server.',
    isThere: ({ consent, base }) =>
      (consent.organization ?? []).some(one => isLocal(one.reference, 'Organization', base)),
  },
  {
    section: '2.31(a)(3)',
    path: 'Consent.provision',
    message:
      'Nothing says which information may be disclosed: securityLabel, class, code, data, or the extension part2-all-records.',
    isThere: ({ provisions, extensions }) =>
      provisions.some(saysWhat) ||
      extensions.some(one => (one.url === ALL_RECORDS || one.url === COUNSELLING_NOTES) && isTrue(one)),
  },
  {
    section: '2.31(b)',
    path: 'Consent.extension',
    message: 'A consent for counselling notes is combined with one for other records.',
    isThere: ({ provisions, extensions }) =>
      !extensions.some(one => one.url === COUNSELLING_NOTES && isTrue(one)) ||
      !(provisions.some(saysWhat) || extensions.some(one => one.url === ALL_RECORDS && isTrue(one))),
  },
  {
    section: '2.31(a)(4)',
    path: 'Consent.provision.actor',
    message: 'No recipient is named (an actor with the role IRCP), nor a class of recipients.',
    isThere: ({ provisions, extensions }) =>
      provisions.some(one => (one.actor ?? []).some(actor => hasCode(actor.role, PARTICIPATION, 'IRCP'))) ||
      extensions.some(one => one.url === RECIPIENT_CLASS),
  },
  {
    section: '2.31(a)(4)(iii)',
    path: 'Consent.extension',
    message:
      'The statement that what is disclosed may be redisclosed is missing (part2-statement redisclosure).',
    isThere: read => !read.tpo || states(read, 'redisclosure'),
  },
  {
    section: '2.31(a)(5)',
    path: 'Consent.provision.purpose',
    message: 'No purpose is named.',
    isThere: ({ provisions }) => provisions.some(one => (one.purpose ?? []).length > 0),
  },
  {
    section: '2.31(a)(6)',
    path: 'Consent.extension',
    message: 'The statement of the right to revoke is missing (part2-statement revocation).',
    isThere: read => states(read, 'revocation'),
  },
  {
    section: '2.31(a)(7)',
    path: 'Consent.provision.period.end',
    message: 'Neither a date nor an event is named on which it expires (part2-expiry-event).',
    isThere: ({ provisions, extensions, tpo }) =>
      tpo ||
      provisions.some(one => one.period?.end !== undefined) ||
      extensions.some(one => one.url === EXPIRY_EVENT),
  },
  {
    section: '2.31(a)(8)',
    path: 'Consent.verification',
    message: 'No signature is verified (verified, and verificationDate).',
    isThere: ({ consent }) =>
      (consent.verification ?? []).some(one => one.verified === true && one.verificationDate !== undefined),
  },
  {
    section: '2.31(a)(9)',
    path: 'Consent.dateTime',
    message: 'The date of the signature is missing.',
    isThere: ({ consent }) => consent.dateTime !== undefined,
  },
  {
    section: '2.31(a)',
    path: 'Consent.extension',
    message:
      'The statement of what follows where the patient refuses to sign is missing (part2-statement refusal).',
    isThere: read => !read.tpo || states(read, 'refusal'),
  },
  {
    section: '2.35(a)(1)',
    path: 'Consent.provision.actor',
    message:
      'For a criminal justice referral each official is named by a reference to a Practitioner or an Organization of this server, and none by a class.',
    isThere: ({ consent, provisions, extensions, base }) =>
      !isReferral(consent) ||
      (namesOfficials(provisions, base) && extensions.every(one => one.url !== RECIPIENT_CLASS)),
  },
  {
    section: '2.35(c)',
    path: 'Consent.provision.extension',
    message:
      'For a criminal justice referral the event is missing on which it may be revoked (part2-expiry-event).',
    isThere: ({ consent, extensions }) =>
      !isReferral(consent) ||
      extensions.some(one => one.url === EXPIRY_EVENT && one.valueString !== undefined),
  },
];

/** None: it is a written consent under 42 CFR Part 2. In the order of the section. */
export function missingItems(consent: Consent, base?: string): MissingItem[] {
  const read = readItems(consent, base);
  return ITEMS.filter(item => !item.isThere(read)).map(({ section, path, message }) => ({
    section,
    path,
    message,
  }));
}

/** Logical ids of the Organizations that may disclose by it. */
export const disclosersOf = (consent: Consent, base?: string): string[] =>
  (consent.organization ?? []).flatMap(({ reference }) => localId(reference, 'Organization', base) ?? []);

function readItems(consent: Consent, base: string | undefined): Read {
  const provisions = consent.provision === undefined ? [] : [consent.provision];
  for (let at = 0; at < provisions.length; at += 1) provisions.push(...(provisions[at]!.provision ?? []));
  const purposes = new Set(
    provisions
      .flatMap(one => one.purpose ?? [])
      .filter(one => canonicalSystem(one.system ?? '') === ACT_REASON)
      .map(one => one.code ?? ''),
  );
  return {
    consent,
    base,
    provisions,
    extensions: [...(consent.extension ?? []), ...provisions.flatMap(one => one.extension ?? [])],
    tpo: TPO.every(one => purposes.has(one)) && purposes.size === TPO.length,
  };
}

const saysWhat = ({ securityLabel, class: kinds, code, data }: ConsentProvision): boolean =>
  [securityLabel, kinds, code, data].some(list => (list ?? []).length > 0);

const states = ({ extensions }: Read, code: string): boolean =>
  extensions.some(one => one.url === STATEMENT && one.valueCode === code);

const isTrue = (extension: Extension): boolean => extension.valueBoolean === true;

const isLocal = (reference: string | undefined, type: string, base: string | undefined): boolean =>
  localId(reference, type, base) !== undefined;
