// Local vocabulary of how clients come, how they get on, and how they leave. Data: see vocabulary.ts.
import { defineSystem } from './vocabulary.ts';

export const REFERRAL_DIRECTION = defineSystem(
  'referral-direction',
  { title: 'Referral direction', description: 'Whether a client is referred to the program or by it.' },
  { in: 'Referred to the program', out: 'Referred by the program' },
);

export const REFERRAL_SERVICE = defineSystem(
  'referral-service',
  { title: 'Referral service', description: 'What a client is referred to.' },
  {
    iop: 'Intensive outpatient program',
    inpatient: 'Inpatient care',
    residential: 'Residential treatment',
    detox: 'Withdrawal management',
    'partial-hospital': 'Partial hospitalization',
    outpatient: 'Weekly outpatient care',
    'continuing-care': 'Continuing-care group',
    'peer-support': 'Peer support',
    'community-resource': 'Community resource',
  },
);

export const REFERRAL_REASON = defineSystem(
  'referral-reason',
  { title: 'Referral reason', description: 'Why a program refers a client to somebody else.' },
  {
    'step-up': 'Needs more than intensive outpatient care',
    'step-down': 'Needs less than intensive outpatient care',
    'not-suitable': 'Intensive outpatient care is not right',
    practical: 'Help with daily life',
    support: 'Support beside treatment',
  },
);

export const REFERRAL_WITHDRAWAL = defineSystem(
  'referral-withdrawal',
  { title: 'Referral withdrawal', description: 'Why a referral was taken back.' },
  {
    'higher-level': 'A higher level of care is needed',
    declined: 'The client declined',
    'not-reached': 'The client was not reached',
    'no-place': 'There was no place',
    other: 'Other',
  },
);

export const CONTACT_KIND = defineSystem(
  'contact-kind',
  { title: 'Kind of contact', description: 'What a message to or from a program is.' },
  { enquiry: 'First enquiry about treatment', letter: 'Letter for a client' },
);

export const CONTACT_WAY = defineSystem(
  'contact-way',
  { title: 'Way of contact', description: 'How somebody reached a program.' },
  {
    phone: 'Telephone',
    'walk-in': 'In person, unannounced',
    web: 'Form on the web site',
    email: 'E-mail',
    letter: 'Letter or fax',
  },
);

export const ENQUIRY_OUTCOME = defineSystem(
  'enquiry-outcome',
  { title: 'Outcome of an enquiry', description: 'What came of a first enquiry.' },
  {
    'assessment-offered': 'A time for the intake assessment was offered',
    'will-call-back': 'Will call back',
    'sent-elsewhere': 'Told of a service that fits better',
    declined: 'Did not want to go on',
    'not-reached': 'Could not be reached again',
  },
);

export const STAY_APPOINTMENT = defineSystem(
  'stay-appointment',
  { title: 'Appointment beside sessions', description: 'What an appointment is for that is no session.' },
  { 'intake-assessment': 'Intake assessment' },
);

export const ASAM_DIMENSION = defineSystem(
  'asam-dimension',
  {
    title: 'Dimension of an assessment',
    description: 'The six dimensions of ASAM, by number; rated from 0 (no risk) to 4 (severe).',
  },
  {
    '1': 'Dimension 1',
    '2': 'Dimension 2',
    '3': 'Dimension 3',
    '4': 'Dimension 4',
    '5': 'Dimension 5',
    '6': 'Dimension 6',
  },
);

export const ASSESSMENT_ITEM = defineSystem(
  'assessment-item',
  {
    title: 'Item of an assessment',
    description: 'What an intake assessment comes to, besides its dimensions.',
  },
  {
    level: 'Recommended level of care',
    'home-safe': 'Home is reasonably safe',
    readiness: 'Readiness to change, 0 to 10',
  },
);

export const CHECK_IN_ITEM = defineSystem(
  'check-in-item',
  { title: 'Item of a check-in', description: 'What is asked in a weekly check-in, or noted by a client.' },
  {
    'check-in': 'Check-in',
    craving: 'Craving, 0 to 10',
    trigger: 'Trigger',
    'trigger-words': 'Triggers in words',
    sleep: 'Hours of sleep a night',
    exhaustion: 'Exhaustion, 0 to 10',
    stressor: 'Stressor for the next session',
    progress: 'Progress in daily life',
    'good-mornings': 'Good mornings in the last seven days',
    arguments: 'Arguments at home in the last seven days',
    patience: 'Patience, 0 to 10',
    readiness: 'Readiness to change, 0 to 10',
  },
);

export const TRIGGER = defineSystem(
  'trigger',
  { title: 'Trigger', description: 'What makes somebody want to use.' },
  {
    stress: 'Stress',
    conflict: 'Conflict',
    people: 'People who use',
    places: 'Places',
    'money-day': 'Payday or money at hand',
    boredom: 'Boredom or an empty day',
    celebration: 'Celebration',
    loneliness: 'Loneliness',
    pain: 'Pain or illness',
    'poor-sleep': 'Poor sleep',
  },
);

export const SLIP_ITEM = defineSystem(
  'slip-item',
  { title: 'Item of a slip', description: 'What is recorded of a slip or relapse.' },
  {
    slip: 'Slip or relapse',
    substance: 'Substance',
    response: 'What was done',
    'response-words': 'What was done, in words',
  },
);

export const SLIP_SEVERITY = defineSystem(
  'slip-severity',
  { title: 'Severity of a slip', description: 'Whether use was a single occasion or went on.' },
  { slip: 'Slip: a single occasion', relapse: 'Relapse: use went on' },
);

export const SUBSTANCE_CLASS = defineSystem(
  'substance-class',
  { title: 'Class of substance', description: 'What was used, in broad classes.' },
  {
    alcohol: 'Alcohol',
    opioids: 'Opioids',
    stimulants: 'Stimulants',
    cannabis: 'Cannabis',
    sedatives: 'Sedatives',
    other: 'Other',
  },
);

export const SLIP_RESPONSE = defineSystem(
  'slip-response',
  { title: 'Response to a slip', description: 'What a program did after a slip or relapse.' },
  {
    'plan-reviewed': 'Relapse prevention plan gone through again',
    'extra-session': 'Extra session',
    'screen-ordered': 'Urine screen ordered',
    'medication-reviewed': 'Medication reviewed',
    'level-reviewed': 'Level of care reviewed',
    referred: 'Referred elsewhere',
    'stay-extended': 'Stay extended',
  },
);

export const RISK = defineSystem(
  'risk',
  { title: 'Risk', description: 'What staff should bear in mind about a client.' },
  {
    relapse: 'Risk of relapse',
    'high-risk-period': 'A time of high risk of relapse',
    symptoms: 'Symptoms that get worse',
    'self-harm': 'Risk of self-harm',
  },
);

export const LETTER_RECIPIENT = defineSystem(
  'letter-recipient',
  { title: 'Recipient of a letter', description: 'To whom a program writes for a client.' },
  {
    college: 'School or college',
    employer: 'Employer',
    court: 'Court or probation',
    insurer: 'Insurer',
    other: 'Other',
  },
);

export const LETTER_SUBJECT = defineSystem(
  'letter-subject',
  { title: 'Subject of a letter', description: 'What a letter for a client is about.' },
  {
    treatment: 'Being in treatment',
    accommodation: 'Adjusted work or class schedule',
    leave: 'Leave',
    attendance: 'Attendance',
    progress: 'Progress',
  },
);

export const TASK_MATTER = defineSystem(
  'task-matter',
  { title: 'Matter of a task', description: 'What staff have to see to for a client.' },
  {
    transport: 'Transport to sessions',
    childcare: 'Childcare during sessions',
    insurance: 'Insurance papers',
    court: 'Papers for a court',
    employer: 'Papers for an employer',
    school: 'Papers for a school or college',
    schedule: 'Adjusted work or class schedule',
    'community-resource': 'Community resource',
    housing: 'Housing',
    other: 'Other',
  },
);

export const PRACTICE_ITEM = defineSystem(
  'practice-item',
  { title: 'Item of home practice', description: 'What is noted of a practice between sessions.' },
  { practice: 'Practice between sessions', minutes: 'Minutes', words: 'In words' },
);

export const PRACTICE = defineSystem(
  'practice',
  { title: 'Home practice', description: 'What clients practice between sessions.' },
  {
    breathing: 'Breathing',
    grounding: 'Grounding',
    journaling: 'Journaling',
    mindfulness: 'Mindfulness',
    movement: 'Movement',
    rest: 'Rest',
    sleep: 'A bedtime that is kept',
    'art-or-music': 'Art or music',
    'skill-applied': 'A skill used the same day',
    communication: 'A talk with somebody',
    other: 'Other',
  },
);
