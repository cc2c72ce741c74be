import { defineExtension } from './vocabulary.ts';

export const PART2_PROGRAM = defineExtension('part2-program', 'Boolean', {
  title: 'Part 2 program',
  description: 'Its records are protected by 42 CFR Part 2.',
  contexts: ['Organization', 'HealthcareService'],
});

export const TIME_ZONE = defineExtension('time-zone', 'Code', {
  title: 'Time zone',
  description: 'IANA time zone of the local wall clock, for example America/New_York.',
  contexts: ['HealthcareService', 'Schedule'],
});

export const TRACK_TIMING = defineExtension('track-timing', 'Timing', {
  title: 'Hours of a track',
  description: 'Days of the week, local start and length: a Schedule has no element for its recurrence.',
  contexts: ['Schedule'],
});

export const SEATS = defineExtension('seats', 'PositiveInt', {
  title: 'Seats',
  description: 'How many clients fit into one session.',
  contexts: ['Schedule', 'Slot'],
});

export const EPISODE_PHASE_NOW = defineExtension('episode-phase', 'CodeableConcept', {
  title: 'Phase of the stay',
  description: 'The phase the stay is in.',
  contexts: ['EpisodeOfCare'],
});

export const EPISODE_TRACK = defineExtension('episode-track', 'Reference', {
  title: 'Track of the stay',
  description: 'The Schedule of the track that the client attends.',
  contexts: ['EpisodeOfCare'],
});

export const REFERRED_FROM = defineExtension('referral-source', 'CodeableConcept', {
  title: 'Referral source',
  description: 'Where the client came from; text names the facility, where there is one.',
  contexts: ['EpisodeOfCare'],
});

export const COMPLETION_REASON = defineExtension('completion-reason', 'CodeableConcept', {
  title: 'Completion reason',
  description: 'Why the stay ended.',
  contexts: ['EpisodeOfCare'],
});

export const MENTAL_HEALTH_ONLY = defineExtension('mental-health-only', 'Boolean', {
  title: 'Mental health only',
  description: 'A stay without any substance use treatment; not covered by 42 CFR Part 2.',
  contexts: ['EpisodeOfCare'],
});

export const PART2_ALL_RECORDS = defineExtension('part2-all-records', 'Boolean', {
  title: 'All records',
  description: 'The consent covers all records of the patient at this program (42 CFR 2.31(a)(3)).',
  contexts: ['Consent.provision'],
});

export const PART2_RECIPIENT_CLASS = defineExtension('part2-recipient-class', 'Code', {
  title: 'Class of recipients',
  description: 'Recipients named as a class (42 CFR 2.31(a)(4)).',
  contexts: ['Consent.provision'],
});

export const PART2_INTERMEDIARY = defineExtension('part2-intermediary', 'Boolean', {
  title: 'Intermediary',
  description:
    'The Organization is an intermediary: besides it those are recipients who take part in it and treat the patient ' +
    '(42 CFR 2.24, 2.31(a)(4)(ii)).',
  contexts: ['Consent.provision.actor'],
});

export const PART2_STATEMENT_MADE = defineExtension('part2-statement', 'Code', {
  title: 'Statement on the form',
  description: 'A statement that the signed form makes (42 CFR 2.31(a)); repeats.',
  contexts: ['Consent'],
});

export const PART2_EXPIRY_EVENT = defineExtension('part2-expiry-event', 'String', {
  title: 'Expiry event',
  description: 'The event upon which the consent expires, where it is not a date (42 CFR 2.31(a)(7)).',
  contexts: ['Consent', 'Consent.provision'],
});

export const PART2_INCAPACITY = defineExtension('part2-incapacity', 'Boolean', {
  title: 'Acts for somebody who cannot',
  description:
    'The program knows that the person lacks the capacity to decide, and that this guardian may decide for that person ' +
    '(42 CFR 2.15).',
  contexts: ['RelatedPerson'],
});

export const PART2_COUNSELLING_NOTES = defineExtension('part2-counselling-notes', 'Boolean', {
  title: 'Counselling notes',
  description: 'The consent is for SUD counselling notes and for nothing else (42 CFR 2.31(b)).',
  contexts: ['Consent'],
});

export const PART2_CRIMINAL_JUSTICE = defineExtension('part2-criminal-justice', 'Boolean', {
  title: 'Criminal justice referral',
  description:
    'Taking part in the program is a condition of criminal proceedings or of release, and the consent is for the officials ' +
    'whom it names (42 CFR 2.35).',
  contexts: ['Consent'],
});

export const PART2_IRREVOCABLE = defineExtension('part2-irrevocable', 'Boolean', {
  title: 'Not revocable yet',
  description:
    'A consent of a criminal justice referral that may not be revoked before its expiry event (42 CFR 2.35(c)).',
  contexts: ['Consent'],
});

export const PART2_EVENT_ON = defineExtension('part2-event-on', 'Date', {
  title: 'Day of the event',
  description:
    'When the event happened on which the consent expires: from then on it may be revoked (42 CFR 2.35(c)).',
  contexts: ['Consent'],
});
