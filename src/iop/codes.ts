// The program's own CodeSystems, where no standard code says the thing. Published in profiles/.
// ASAM levels are numbers only: the criteria's text is not ours to ship.
import { type CodeOf, defineSystem } from './vocabulary.ts';

export const TRACK = defineSystem(
  'track',
  { title: 'Track', description: 'The part of the day or week in which a client attends.' },
  { morning: 'Morning', midday: 'Midday', evening: 'Evening', weekend: 'Weekend' },
);
export type TrackSlot = CodeOf<typeof TRACK>;

export const LEVEL_OF_CARE = defineSystem(
  'level-of-care',
  {
    title: 'Level of care',
    description: 'How intensive the treatment is, as numbered by ASAM; iop-mh without substance use.',
  },
  {
    '0.5': 'Level 0.5',
    '1': 'Level 1',
    '2.1': 'Level 2.1 (intensive outpatient)',
    '2.5': 'Level 2.5',
    '3.1': 'Level 3.1',
    '3.5': 'Level 3.5',
    '3.7': 'Level 3.7',
    '4': 'Level 4',
    'iop-mh': 'Mental health intensive outpatient',
  },
);
export type LevelOfCare = CodeOf<typeof LEVEL_OF_CARE>;

export const EPISODE_FOCUS = defineSystem(
  'episode-focus',
  { title: 'Episode focus', description: 'What a stay treats, where no standard episode type says it.' },
  { 'mental-health': 'Mental health', 'co-occurring': 'Substance use with a mental health condition' },
);

export const EPISODE_PHASE = defineSystem(
  'episode-phase',
  {
    title: 'Phase of a stay',
    description: 'How far a stay has come; hours a week fall from phase to phase.',
  },
  {
    intake: 'Intake',
    stabilization: 'Stabilization',
    'active-treatment': 'Active treatment',
    taper: 'Taper of intensity',
    transition: 'Transition to the next level of care',
  },
);
export type EpisodePhase = CodeOf<typeof EPISODE_PHASE>;

export const REFERRAL_SOURCE = defineSystem(
  'referral-source',
  { title: 'Referral source', description: 'Where a client came from into the program.' },
  {
    self: 'Self or family',
    outpatient: 'Step-up from outpatient',
    residential: 'Step-down from residential treatment',
    detox: 'Step-down from withdrawal management',
    'partial-hospital': 'Step-down from partial hospitalization',
    inpatient: 'Step-down from inpatient care',
    'primary-care': 'Primary care',
    court: 'Court',
    employer: 'Employer',
    school: 'School or college',
  },
);
export type ReferralSource = CodeOf<typeof REFERRAL_SOURCE>;

export const COMPLETION = defineSystem(
  'completion-reason',
  { title: 'Completion reason', description: 'Why a stay ended.' },
  {
    completed: 'Completed',
    ama: 'Left against advice',
    'step-up': 'Moved to a higher level of care',
    administrative: 'Administrative discharge',
  },
);
export type Completion = CodeOf<typeof COMPLETION>;

export const SERVICE_TYPE = defineSystem(
  'service-type',
  { title: 'Service type', description: 'What a program offers.' },
  {
    iop: 'Intensive outpatient program',
    'continuing-care': 'Continuing care',
    'family-education': 'Family education',
    transport: 'Transport to sessions',
    alumni: 'Alumni group',
    'peer-support': 'Peer support',
    'community-support': 'Support in the community',
  },
);
export type ServiceType = CodeOf<typeof SERVICE_TYPE>;

export const AMENITY = defineSystem(
  'amenity',
  { title: 'Amenity', description: 'What makes a program easier to attend.' },
  {
    'pet-friendly': 'Pet friendly',
    telehealth: 'Telehealth sessions',
    shuttle: 'Shuttle service',
    'transit-nearby': 'Public transit nearby',
    'childcare-coordination': 'Childcare coordination',
    'sliding-scale': 'Sliding-scale fees',
    accessible: 'Step-free access',
    inclusive: 'Welcomes everybody',
    'rideshare-credit': 'Rideshare credits',
    'evening-weekend': 'Evening and weekend sessions',
    grants: 'Grants and scholarships',
  },
);
export type Amenity = CodeOf<typeof AMENITY>;

export const DISCIPLINE = defineSystem(
  'discipline',
  { title: 'Discipline', description: 'What a member of the clinical staff is trained for.' },
  {
    counselor: 'Counselor',
    'social-worker': 'Social worker',
    'family-therapist': 'Marriage and family therapist',
    psychologist: 'Psychologist',
    'case-manager': 'Case manager',
    'peer-specialist': 'Peer specialist',
    physician: 'Physician',
    'nurse-practitioner': 'Nurse practitioner',
    nurse: 'Registered nurse',
  },
);
export type Discipline = CodeOf<typeof DISCIPLINE>;

export const CARE_DUTY = defineSystem(
  'care-duty',
  { title: 'Duty in a care team', description: 'What a member of a care team does for the client.' },
  {
    'primary-counselor': 'Primary counselor',
    'group-leader': 'Group leader',
    'family-therapist': 'Family therapist',
    'case-manager': 'Case manager',
    prescriber: 'Prescriber',
    nurse: 'Nurse',
    peer: 'Peer support',
  },
);
export type CareDuty = CodeOf<typeof CARE_DUTY>;

export const COVERAGE_KIND = defineSystem(
  'coverage-kind',
  { title: 'Kind of coverage', description: 'Who pays, in broad kinds.' },
  {
    commercial: 'Commercial insurance',
    medicaid: 'Medicaid',
    medicare: 'Medicare',
    'self-pay': 'Self-pay',
    grant: 'Grant or scholarship',
  },
);
export type CoverageKind = CodeOf<typeof COVERAGE_KIND>;

export const PART2_STATEMENT = defineSystem(
  'part2-statement',
  {
    title: 'Statement of a Part 2 consent',
    description: 'What the signed form told the patient (42 CFR 2.31).',
  },
  {
    revocation: 'The consent may be revoked',
    redisclosure: 'Records may be disclosed again by the recipient',
    refusal: 'What follows from not signing',
  },
);
export type Part2Statement = CodeOf<typeof PART2_STATEMENT>;

export const RECIPIENT_CLASS = defineSystem(
  'part2-recipient-class',
  {
    title: 'Class of recipients',
    description: 'Recipients that a Part 2 consent names as a class (42 CFR 2.31).',
  },
  {
    'treating-providers': 'Treating providers',
    'health-plans': 'Health plans',
    tpo: 'Everybody needed for treatment, payment and operations',
  },
);
export type RecipientClass = CodeOf<typeof RECIPIENT_CLASS>;

export const IMPORT_TASK = defineSystem(
  'import-task',
  { title: 'Task of an import', description: 'What an import leaves for a person to see to.' },
  { 'import-conflict': 'Changed by the record and through FHIR' },
);

export const IMPORT_VALUE = defineSystem(
  'import-value',
  {
    title: 'Value of an import',
    description: 'What a task of an import tells of a field of a record, as JSON.',
  },
  {
    record: 'The record as it came',
    'record-value': 'What the record says',
    'fhir-value': 'What FHIR said',
    problem: 'What cannot be decided field by field',
  },
);
