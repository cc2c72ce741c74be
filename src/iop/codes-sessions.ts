// Local vocabulary of sessions, attendance and treatments. Data: see vocabulary.ts for what becomes of it.
import { defineExtension, defineSystem } from './vocabulary.ts';

export const SESSION_TYPE = defineSystem(
  'session-type',
  { title: 'Session type', description: 'The kinds of meetings of an Intensive Outpatient Program.' },
  {
    group: 'Group therapy',
    individual: 'Individual counseling',
    family: 'Family session',
    skills: 'Skills workshop',
    education: 'Psychoeducation',
    medication: 'Medication management',
  },
);

export const SESSION_TOPIC = defineSystem(
  'session-topic',
  {
    title: 'Session topic',
    description: 'What a session is about. Topics of its own a program writes as text.',
  },
  {
    'coping-skills': 'Coping skills',
    'relapse-prevention': 'Relapse prevention',
    triggers: 'Triggers and cravings',
    grounding: 'Grounding',
    'emotional-regulation': 'Emotional regulation',
    'stress-management': 'Stress management',
    'problem-solving': 'Problem solving',
    'time-management': 'Time management',
    communication: 'Communication',
    boundaries: 'Boundaries and expectations',
    nutrition: 'Nutrition',
    sleep: 'Sleep',
    trauma: 'Trauma',
    'life-skills': 'Life and job skills',
    mindfulness: 'Mindfulness',
    'family-roles': 'Roles in the family',
    'grief-and-loss': 'Grief and loss',
    'work-and-school': 'Back to work or school',
    wellness: 'Rest and wellness',
    aftercare: 'Planning for aftercare',
  },
);

export const ATTENDANCE_STATUS = defineSystem(
  'attendance-status',
  { title: 'Attendance', description: 'How a client attended a session.' },
  {
    present: 'Present',
    late: 'Present, arrived late',
    'left-early': 'Present, left early',
    excused: 'Absent, excused',
    'no-show': 'Absent, not excused',
  },
);

export const SESSION_MODE_EXTENSION = defineExtension('session-mode', 'Code', {
  title: 'Session mode',
  description: 'Where a session takes place: on-site or telehealth.',
  contexts: ['Slot', 'Appointment'],
});
export const SESSION_CLINICIAN_EXTENSION = defineExtension('session-clinician', 'Reference', {
  title: 'Session clinician',
  description: 'Who leads the session. Appointments say the same as a participant.',
  contexts: ['Slot'],
});
export const SESSION_SITE_EXTENSION = defineExtension('session-site', 'Reference', {
  title: 'Session site',
  description: 'Where the session is held. Appointments say the same as a participant.',
  contexts: ['Slot'],
});
export const CANCELLED_AT_EXTENSION = defineExtension('cancelled-at', 'Instant', {
  title: 'Cancelled at',
  description: 'When it became known that the appointment would not be kept: late cancellations are counted.',
  contexts: ['Appointment.status', 'Encounter.status'],
});
export const ATTENDANCE_STATUS_EXTENSION = defineExtension('attendance-status', 'Code', {
  title: 'Attendance status',
  description:
    'How the client attended. On an Appointment it tells that its status came from the attendance.',
  contexts: ['Appointment.status', 'Encounter.status'],
});
export const ABSENCE_REASON_EXTENSION = defineExtension('absence-reason', 'String', {
  title: 'Absence reason',
  description: 'Why the client was absent, in a few words.',
  contexts: ['Encounter.status'],
});
export const MAKES_UP_EXTENSION = defineExtension('makes-up-for', 'Reference', {
  title: 'Makes up for',
  description: 'The Appointment of the same client, missed or cancelled, that this one makes up for.',
  contexts: ['Appointment'],
});
export const MOVE_REASON_EXTENSION = defineExtension('move-reason', 'CodeableConcept', {
  title: 'Reason of the move',
  description: 'Why the appointment was moved to another session: a code as for a cancellation, or words.',
  contexts: ['Appointment'],
});
