// A first enquiry: somebody got in touch about treatment (Communication), and the time for an intake assessment
// that was offered (a proposed Appointment). That somebody asked is protected as a stay is.
//
// Glossary. Way: how they got in touch. Track, wish: when they would like to come. Outcome: what came of it.
// Assessment: the offered time; it is an Appointment, hence its status.
import type { AnyResource, Appointment, AppointmentParticipant, Communication } from '../fhir/types.ts';
import { endAfterStart, unless } from './check.ts';
import { CONTACT_KIND, CONTACT_WAY, ENQUIRY_OUTCOME, STAY_APPOINTMENT } from './codes-stay.ts';
import type { Concept, Links, Names, Part, Problem, RecordEnvelope } from './concept.ts';
import {
  businessIdentifier,
  keyOf,
  keysOf,
  organizationReference,
  part,
  partOf,
  prune,
  recordedAtOf,
  recordedExtension,
} from './element.ts';
import { choice, instant, keyOfA, line, object, prose, recordSchema } from './schema.ts';
import { type CodeOf, codesOf, localCode, localConcept } from './vocabulary.ts';

export interface EnquiryRecord extends RecordEnvelope {
  kind: 'enquiry';
  client: string;
  at: string;
  way: CodeOf<typeof CONTACT_WAY>;
  track?: string;
  wish?: string;
  outcome: CodeOf<typeof ENQUIRY_OUTCOME>;
  assessment?: OfferedAssessment;
  /** Who answered. */
  clinician?: string;
  note?: string;
}

export interface OfferedAssessment {
  status: (typeof STATUSES)[number];
  start: string;
  end: string;
  clinician?: string;
}

/** http://hl7.org/fhir/R4/valueset-appointmentstatus.html */
const STATUSES = ['proposed', 'pending', 'booked', 'fulfilled', 'noshow', 'cancelled'] as const;
const APPOINTMENT = 'appointment';

const schema = recordSchema(
  'enquiry',
  'A first enquiry about treatment',
  {
    client: keyOfA('client', 'Who would be treated.'),
    at: instant('When they got in touch.'),
    way: choice(codesOf(CONTACT_WAY), 'How they got in touch.'),
    track: keyOfA('track', 'The track they asked for.'),
    wish: line('When they would like to come, in words.', 500),
    outcome: choice(codesOf(ENQUIRY_OUTCOME), 'What came of it.'),
    assessment: object(
      {
        status: choice(STATUSES, 'Where the appointment stands.'),
        start: instant('Start.'),
        end: instant('End.'),
        clinician: keyOfA('clinician', 'Who would assess.'),
      },
      ['status', 'start', 'end'],
      'The time that was offered for the intake assessment.',
    ),
    clinician: keyOfA('clinician', 'Who answered.'),
    note: prose('Note; no counselling notes, these have rules of their own.'),
  },
  ['client', 'at', 'way', 'outcome'],
);

function check({ outcome, assessment }: EnquiryRecord): Problem[] {
  const offered = outcome === 'assessment-offered';
  return [
    ...unless(offered === (assessment !== undefined), 'assessment', 'does not fit the outcome'),
    ...endAfterStart(assessment?.start, assessment?.end, 'assessment.end'),
    ...unless(
      assessment === undefined || Date.parse(assessment.start) !== Date.parse(assessment.end),
      'assessment.end',
      'is the start',
    ),
  ];
}

function toFhir(record: EnquiryRecord, links: Links): Part[] {
  const patient = { reference: links.to('client', record.client) };
  const communication: Communication = {
    resourceType: 'Communication',
    extension: recordedExtension(record),
    identifier: [businessIdentifier(record)],
    status: 'completed',
    category: [localConcept(CONTACT_KIND, 'enquiry'), localConcept(ENQUIRY_OUTCOME, record.outcome)],
    medium: [localConcept(CONTACT_WAY, record.way)],
    subject: patient,
    about: record.track === undefined ? [] : [{ reference: links.to('track', record.track) }],
    sent: record.at,
    recipient: [
      organizationReference(record.program),
      ...(record.clinician === undefined ? [] : [{ reference: links.to('clinician', record.clinician) }]),
    ],
    payload: record.wish === undefined ? [] : [{ contentString: record.wish }],
    note: record.note === undefined ? undefined : [{ text: record.note }],
  };
  const { assessment } = record;
  return [
    part('', communication),
    ...(assessment === undefined ? [] : [part(APPOINTMENT, offered(assessment, record, links))]),
  ];
}

/** What their status is in an Appointment that stands so. */
const answered = (status: OfferedAssessment['status']): AppointmentParticipant['status'] =>
  status === 'proposed' || status === 'pending' ? 'needs-action' : 'accepted';

function offered({ status, start, end, clinician }: OfferedAssessment, record: EnquiryRecord, links: Links) {
  const who = [
    links.to('client', record.client),
    ...(clinician === undefined ? [] : [links.to('clinician', clinician)]),
  ];
  const appointment: Appointment = {
    resourceType: 'Appointment',
    identifier: [businessIdentifier(record, APPOINTMENT)],
    status,
    serviceType: [localConcept(STAY_APPOINTMENT, 'intake-assessment')],
    start,
    end,
    participant: who.map(actor => ({ actor: { reference: actor }, status: answered(status) })),
  };
  return appointment;
}

function fromFhir(parts: ReadonlyMap<string, AnyResource>, names: Names, id: string): EnquiryRecord {
  const communication = partOf<Communication>(parts);
  const appointment = partOf<Appointment>(parts, APPOINTMENT);
  const actors = appointment.participant?.map(one => one.actor ?? {});
  return prune<EnquiryRecord>({
    kind: 'enquiry',
    id,
    program: names.program,
    recordedAt: recordedAtOf(communication),
    client: keyOf(names, 'client', communication.subject),
    at: communication.sent,
    way: localCode(CONTACT_WAY, communication.medium),
    track: keysOf(names, 'track', communication.about)?.[0],
    wish: communication.payload?.[0]?.contentString,
    outcome: localCode(ENQUIRY_OUTCOME, communication.category),
    assessment: {
      status: STATUSES.find(one => one === appointment.status),
      start: appointment.start,
      end: appointment.end,
      clinician: keysOf(names, 'clinician', actors)?.[0],
    } as OfferedAssessment,
    clinician: keysOf(names, 'clinician', communication.recipient)?.[0],
    note: communication.note?.[0]?.text,
  });
}

export const enquiry: Concept<EnquiryRecord> = {
  kind: 'enquiry',
  title: 'A first enquiry about treatment',
  schema,
  makes: ['Communication', 'Appointment'],
  check,
  toFhir,
  fromFhir,
};
