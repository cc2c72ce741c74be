// A consent: what a client signed about their records (Consent). Without an active one that names the
// recipient nobody outside the program sees anything.
//
// Glossary. Effect: permit, or deny (a restriction, which beats every permit). Recipient: an outside
// Organization by its logical id. Purposes: v3-ActReason codes (TREAT treatment, HPAYMT payment, HOPERAT
// operations; the three together are "TPO"). Statements: what the form told the client. Of which records it
// is: consent-scope.ts. 42 CFR 2.31; https://hl7.org/fhir/R4/consent.html
import type { AnyResource, Consent, ConsentProvision, ConsentProvisionActor } from '../fhir/types.ts';
import { PART2_STATEMENT, type Part2Statement, RECIPIENT_CLASS, type RecipientClass } from './codes.ts';
import type { Concept, Links, Names, Part, RecordEnvelope } from './concept.ts';
import { checkConsent } from './consent-check.ts';
import { type ConsentScope, SCOPE_SCHEMA, scopeElements, scopeOf, selfPayPolicy } from './consent-scope.ts';
import {
  businessIdentifier,
  coding,
  concept,
  keyOf,
  organizationKey,
  organizationReference,
  part,
  partOf,
  period,
  prune,
  recordedAtOf,
  recordedExtension,
} from './element.ts';
import {
  PART2_ALL_RECORDS,
  PART2_COUNSELLING_NOTES,
  PART2_CRIMINAL_JUSTICE,
  PART2_EVENT_ON,
  PART2_EXPIRY_EVENT,
  PART2_IRREVOCABLE,
  PART2_RECIPIENT_CLASS,
  PART2_STATEMENT_MADE,
} from './extensions.ts';
import { choice, date, instant, keyOfA, line, mark, organization, recordSchema, set } from './schema.ts';
import { ACT_CODE, ACT_REASON, CONSENT_SCOPE, LOINC, PARTICIPATION_TYPE } from './systems.ts';
import { codesOf, extend, extensionValue, extensionValues } from './vocabulary.ts';

export interface ConsentRecord extends RecordEnvelope, ConsentScope {
  kind: 'consent';
  client: string;
  status: Status;
  effect: 'permit' | 'deny';
  /** Who may see (or, denied, may not see). Absent on a deny: everybody. */
  recipient?: string;
  /** A class of recipients that the form names beside it. */
  recipientClass?: RecipientClass;
  /** Absent on a deny: every purpose. */
  purposes?: Purpose[];
  /** All records of the client at this program. */
  allRecords?: true;
  /** For counselling notes and nothing else. */
  counsellingNotes?: true;
  /** A criminal justice referral (42 CFR 2.35): to the recipient by name. */
  criminalJustice?: true;
  /** Such a one that may not be revoked before `expiresUpon`. */
  irrevocable?: true;
  /** When that happened. */
  eventOn?: string;
  statements?: Part2Statement[];
  signedOn: string;
  /** First and last day on which it holds; absent: at once, and until revoked or the event. */
  from?: string;
  until?: string;
  /** The event on which it expires, in words. */
  expiresUpon?: string;
  /** When the signature was checked with the client. */
  verifiedOn?: string;
  /** Where the signed form is kept. */
  paper?: string;
}

type Status = keyof typeof STATUSES;
const STATUSES = {
  draft: 'draft',
  proposed: 'proposed',
  active: 'active',
  refused: 'rejected',
  revoked: 'inactive',
  'entered-in-error': 'entered-in-error',
} as const;

export type Purpose = keyof typeof PURPOSES;
const PURPOSES = {
  TREAT: 'treatment',
  HPAYMT: 'healthcare payment',
  HOPERAT: 'healthcare operations',
  HRESCH: 'healthcare research',
} as const;

const schema = recordSchema(
  'consent',
  'What a client signed about their records',
  {
    client: keyOfA('client', 'Who signed.'),
    status: choice(Object.keys(STATUSES), 'Where it stands.'),
    effect: choice(['permit', 'deny'], 'Permit, or deny (a restriction).'),
    recipient: organization('Who may see, or may not.'),
    recipientClass: choice(codesOf(RECIPIENT_CLASS), 'A class of recipients that the form names.'),
    purposes: set(choice(Object.keys(PURPOSES), 'v3-ActReason code.'), 'What for.'),
    allRecords: mark('All records of the client at this program.'),
    counsellingNotes: mark('For counselling notes and nothing else.'),
    ...SCOPE_SCHEMA,
    criminalJustice: mark('A criminal justice referral (42 CFR 2.35).'),
    irrevocable: mark('It may not be revoked before the event in expiresUpon.'),
    eventOn: date('When that event happened.'),
    statements: set(choice(codesOf(PART2_STATEMENT), 'Statement.'), 'What the form told the client.'),
    signedOn: date('Day of the signature.'),
    from: date('First day on which it holds.'),
    until: date('Last day on which it holds.'),
    expiresUpon: line('The event on which it expires.', 500),
    verifiedOn: instant('When the signature was checked with the client.'),
    paper: line('Where the signed form is kept.', 500),
  },
  ['client', 'status', 'effect', 'signedOn'],
);

function provision(record: ConsentRecord, links: Links): ConsentProvision {
  const recipient: ConsentProvisionActor[] =
    record.recipient === undefined
      ? []
      : [
          {
            role: concept(PARTICIPATION_TYPE, 'IRCP', 'information recipient'),
            reference: organizationReference(record.recipient),
          },
        ];
  return {
    extension: [
      ...extend(PART2_ALL_RECORDS, record.allRecords),
      ...extend(PART2_RECIPIENT_CLASS, record.recipientClass),
      ...extend(PART2_EXPIRY_EVENT, record.expiresUpon),
    ],
    type: record.effect,
    period: period(record.from, record.until),
    actor: recipient,
    purpose: record.purposes?.map(one => coding(ACT_REASON, one, PURPOSES[one])),
    ...scopeElements(record, links),
  };
}

function toFhir(record: ConsentRecord, links: Links): Part[] {
  const patient = { reference: links.to('client', record.client) };
  const { verifiedOn, paper } = record;
  const consent: Consent = {
    resourceType: 'Consent',
    extension: [
      ...recordedExtension(record),
      ...(record.statements ?? []).flatMap(one => extend(PART2_STATEMENT_MADE, one)),
      ...extend(PART2_COUNSELLING_NOTES, record.counsellingNotes),
      ...extend(PART2_CRIMINAL_JUSTICE, record.criminalJustice),
      ...extend(PART2_IRREVOCABLE, record.irrevocable),
      ...extend(PART2_EVENT_ON, record.eventOn),
    ],
    identifier: [businessIdentifier(record)],
    status: STATUSES[record.status],
    scope: concept(CONSENT_SCOPE, 'patient-privacy', 'Privacy Consent'),
    category: [concept(LOINC, '59284-6', 'Consent document')],
    patient,
    dateTime: record.signedOn,
    performer: [patient],
    organization: [organizationReference(record.program)],
    sourceAttachment: paper === undefined ? undefined : { title: paper },
    policyRule:
      record.selfPaid === undefined
        ? concept(ACT_CODE, '42CFRPart2CD', '42 CFR Part 2 consent directive')
        : selfPayPolicy(),
    verification:
      verifiedOn === undefined
        ? undefined
        : [{ verified: true, verifiedWith: patient, verificationDate: verifiedOn }],
    provision: provision(record, links),
  };
  return [part('', consent)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): ConsentRecord {
  const consent = partOf<Consent>(parts);
  const { provision } = consent;
  const statements = extensionValues(PART2_STATEMENT_MADE, consent) as Part2Statement[];
  const purposes = provision?.purpose
    ?.filter(one => one.system === ACT_REASON)
    .map(one => one.code as Purpose);
  return prune<ConsentRecord>({
    kind: 'consent',
    id,
    program: names.program,
    recordedAt: recordedAtOf(consent),
    client: keyOf(names, 'client', consent.patient),
    status: (Object.keys(STATUSES) as Status[]).find(one => STATUSES[one] === consent.status),
    effect: provision?.type,
    recipient: provision?.actor?.map(one => organizationKey(one.reference)).find(key => key !== undefined),
    recipientClass: extensionValue(PART2_RECIPIENT_CLASS, provision) as RecipientClass | undefined,
    purposes,
    allRecords: extensionValue(PART2_ALL_RECORDS, provision) === true ? true : undefined,
    counsellingNotes: extensionValue(PART2_COUNSELLING_NOTES, consent) === true ? true : undefined,
    ...scopeOf(provision, names),
    criminalJustice: extensionValue(PART2_CRIMINAL_JUSTICE, consent) === true ? true : undefined,
    irrevocable: extensionValue(PART2_IRREVOCABLE, consent) === true ? true : undefined,
    eventOn: extensionValue(PART2_EVENT_ON, consent),
    statements,
    signedOn: consent.dateTime,
    from: provision?.period?.start,
    until: provision?.period?.end,
    expiresUpon: extensionValue(PART2_EXPIRY_EVENT, provision),
    verifiedOn: consent.verification?.find(one => one.verified)?.verificationDate,
    paper: consent.sourceAttachment?.title,
  });
}

export const consent: Concept<ConsentRecord> = {
  kind: 'consent',
  title: 'What a client signed about their records',
  schema,
  makes: ['Consent'],
  check: checkConsent,
  toFhir,
  fromFhir,
};
