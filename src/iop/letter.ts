// A letter that the program writes for a client to a college, an employer, a court (DocumentReference), and its
// sending (Communication). Sending it is a disclosure: it rests on a consent that names its recipient, since a
// consent for treatment, payment and operations does not reach one who is no covered entity.
//
// Glossary. To: the recipient, an Organization by name, by logical id, or both. Subject: what it is about.
// Consent: the record of the consent that it rests on. Text: what it says; no more than the consent allows.
import type { AnyResource, Communication, DocumentReference, Reference } from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import { CONTACT_KIND, LETTER_RECIPIENT, LETTER_SUBJECT } from './codes-stay.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import { textAttachment, textIn } from './document.ts';
import {
  businessIdentifier,
  keyOf,
  keysOf,
  organizationKey,
  organizationReference,
  part,
  partOf,
  prune,
  recordedAtOf,
  recordedExtension,
} from './element.ts';
import { choice, instant, keyOfA, line, object, organization, prose, recordSchema } from './schema.ts';
import { type CodeOf, codesOf, localCode, localConcept } from './vocabulary.ts';

export interface LetterRecord extends RecordEnvelope {
  kind: 'letter';
  client: string;
  status: Status;
  to: { kind: CodeOf<typeof LETTER_RECIPIENT>; name: string; organization?: string };
  subject: CodeOf<typeof LETTER_SUBJECT>;
  clinician: string;
  /** When it was written, and when it went out. */
  at: string;
  sentAt?: string;
  consent?: string;
  text: string;
}

type Status = keyof typeof STATUSES;
/** http://hl7.org/fhir/R4/valueset-event-status.html */
const STATUSES = { draft: 'preparation', sent: 'completed', 'not-sent': 'not-done' } as const;
const NAMES = Object.keys(STATUSES) as Status[];
const SENDING = 'sending';

const schema = recordSchema(
  'letter',
  'A letter to a college, an employer or a court',
  {
    client: keyOfA('client', 'For whom it is written.'),
    status: choice(NAMES, 'Where it stands.'),
    to: object(
      {
        kind: choice(codesOf(LETTER_RECIPIENT), 'What the recipient is.'),
        name: line('Name of the recipient.'),
        organization: organization('The recipient, where the server knows it.'),
      },
      ['kind', 'name'],
      'To whom.',
    ),
    subject: choice(codesOf(LETTER_SUBJECT), 'What it is about.'),
    clinician: keyOfA('clinician', 'Who wrote it.'),
    at: instant('When it was written.'),
    sentAt: instant('When it went out.'),
    consent: keyOfA('consent', 'The consent that it rests on; one that was sent has one.'),
    text: prose('What it says; no counselling notes, these have rules of their own.', 16_000),
  },
  ['client', 'status', 'to', 'subject', 'clinician', 'at', 'text'],
);

function check({ status, at, sentAt, consent }: LetterRecord): Problem[] {
  const sent = status === 'sent';
  return [
    ...unless(sent === (sentAt !== undefined), 'sentAt', 'does not fit the status'),
    ...endAfterStart(at, sentAt, 'sentAt'),
    ...unless(!sent || consent !== undefined, 'consent', 'is missing: a letter is a disclosure'),
  ];
}

/** The type is stated, so that a name alone is never taken for a person's. */
const recipient = ({ organization: id, name }: LetterRecord['to']): Reference => ({
  ...(id === undefined ? {} : organizationReference(id)),
  type: 'Organization',
  display: name,
});

function toFhir(record: LetterRecord, links: Links): Part[] {
  const patient = { reference: links.to('client', record.client) };
  const clinician = { reference: links.to('clinician', record.clinician) };
  const about = localConcept(LETTER_SUBJECT, record.subject);
  const document: DocumentReference = {
    resourceType: 'DocumentReference',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    status: 'current',
    docStatus: record.status === 'draft' ? 'preliminary' : 'final',
    type: about,
    subject: patient,
    date: record.at,
    author: [clinician],
    custodian: organizationReference(record.program),
    content: [{ attachment: textAttachment(record.text) }],
  };
  const sending: Communication = {
    resourceType: 'Communication',
    identifier: [businessIdentifier(record, SENDING)],
    basedOn: record.consent === undefined ? [] : [{ reference: links.to('consent', record.consent) }],
    status: STATUSES[record.status],
    category: [localConcept(CONTACT_KIND, 'letter'), localConcept(LETTER_RECIPIENT, record.to.kind)],
    subject: patient,
    topic: about,
    sent: record.sentAt,
    recipient: [recipient(record.to)],
    sender: organizationReference(record.program),
    payload: [{ contentReference: { reference: links.to('letter', record.id) } }],
  };
  return [part('', document), part(SENDING, sending)];
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): LetterRecord {
  const document = partOf<DocumentReference>(parts);
  const sending = partOf<Communication>(parts, SENDING);
  const to = sending.recipient?.[0];
  return prune<LetterRecord>({
    kind: 'letter',
    id,
    program: names.program,
    recordedAt: recordedAtOf(document),
    client: keyOf(names, 'client', document.subject),
    status: NAMES.find(one => STATUSES[one] === sending.status),
    to: {
      kind: localCode(LETTER_RECIPIENT, sending.category),
      name: to?.display,
      organization: organizationKey(to),
    } as LetterRecord['to'],
    subject: localCode(LETTER_SUBJECT, document.type),
    clinician: keysOf(names, 'clinician', document.author)?.[0],
    at: document.date,
    sentAt: sending.sent,
    consent: keysOf(names, 'consent', sending.basedOn)?.[0],
    text: textIn(document.content?.[0]?.attachment),
  });
}

export const letter: Concept<LetterRecord> = {
  kind: 'letter',
  title: 'A letter to a college, an employer or a court',
  schema,
  makes: ['DocumentReference', 'Communication'],
  check,
  toFhir,
  fromFhir,
};
