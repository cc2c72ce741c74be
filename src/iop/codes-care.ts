// Local vocabulary of plans, goals, medication and urine screens. Data: see vocabulary.ts.
import { defineExtension, defineSystem } from './vocabulary.ts';

export const PLAN_PURPOSE = defineSystem(
  'plan-purpose',
  { title: 'Plan purpose', description: 'What a plan of an Intensive Outpatient Program is for.' },
  {
    treatment: 'Treatment plan',
    'relapse-prevention': 'Relapse prevention plan',
    aftercare: 'Aftercare plan',
  },
);

export const PLAN_ACTIVITY = defineSystem(
  'plan-activity',
  { title: 'Plan activity', description: 'What a plan holds besides methods of treatment.' },
  {
    intensity: 'Sessions a week',
    'case-management': 'Case management',
    'family-sessions': 'Family sessions',
    'medication-management': 'Medication management',
    'urine-screening': 'Urine screening',
    'peer-support': 'Peer support',
    transport: 'Transport to sessions',
    childcare: 'Childcare during sessions',
    'home-practice': 'Practice between sessions',
    trigger: 'Trigger',
    'warning-sign': 'Warning sign',
    'coping-step': 'Coping step',
    'support-contact': 'Supportive contact',
    action: 'What to do',
    'follow-up': 'Follow-up',
    wellness: 'Rest and wellness',
    'own-check-in': "Check-ins of one's own",
    sponsor: 'Sponsor',
    'continuing-care-group': 'Continuing-care group',
    'alumni-group': 'Alumni group',
    'community-support': 'Support in the community',
    'schedule-adjustment': 'Adjusted work or class schedule',
  },
);

export const GOAL_AREA = defineSystem(
  'goal-area',
  { title: 'Goal area', description: 'What a goal is about, where no standard category fits.' },
  {
    recovery: 'Recovery',
    family: 'Family and relationships',
    work: 'Work',
    education: 'Education',
    health: 'Health and sleep',
    childcare: 'Childcare',
    transport: 'Transport',
  },
);

export const MEDICATION_ROUTE = defineSystem(
  'medication-route',
  { title: 'Medication route', description: 'How a medication is given.' },
  {
    oral: 'By mouth',
    sublingual: 'Under the tongue',
    buccal: 'In the cheek',
    injection: 'Injection',
    implant: 'Implant',
    transdermal: 'Through the skin',
    nasal: 'Into the nose',
  },
);

export const DRUG_PANEL = defineSystem(
  'drug-panel',
  { title: 'Drug panel', description: 'Urine drug screens that are put together by the program.' },
  { custom: 'Custom urine drug screen' },
);

export const DRUG = defineSystem(
  'drug',
  {
    title: 'Drug',
    description: 'What a urine drug screen looks for, whatever method and LOINC code are used.',
  },
  {
    amphetamines: 'Amphetamines',
    methamphetamine: 'Methamphetamine',
    mdma: 'MDMA',
    barbiturates: 'Barbiturates',
    benzodiazepines: 'Benzodiazepines',
    cannabinoids: 'Cannabinoids',
    benzoylecgonine: 'Benzoylecgonine (cocaine metabolite)',
    cocaine: 'Cocaine',
    opiates: 'Opiates',
    '6-mam': '6-Monoacetylmorphine',
    fentanyl: 'Fentanyl',
    norfentanyl: 'Norfentanyl',
    oxycodone: 'Oxycodone',
    methadone: 'Methadone',
    eddp: 'EDDP (methadone metabolite)',
    buprenorphine: 'Buprenorphine',
    phencyclidine: 'Phencyclidine',
    ethanol: 'Ethanol',
    'ethyl-glucuronide': 'Ethyl glucuronide',
    tramadol: 'Tramadol',
    mitragynine: 'Mitragynine',
    xylazine: 'Xylazine',
  },
);

export const SPECIMEN_VALIDITY = defineSystem(
  'specimen-validity',
  { title: 'Specimen validity', description: 'The overall verdict on a urine specimen.' },
  { valid: 'Valid', dilute: 'Dilute', substituted: 'Substituted', adulterated: 'Adulterated' },
);

export const URINE_MEASURE = defineSystem(
  'urine-measure',
  { title: 'Urine measure', description: 'What is measured of a urine specimen and has no LOINC code here.' },
  { temperature: 'Urine temperature at collection', verdict: 'Specimen validity verdict' },
);

export const COLLECTION_METHOD = defineSystem(
  'collection-method',
  { title: 'Collection method', description: 'Whether staff watched the collection of a specimen.' },
  { observed: 'Observed', unobserved: 'Not observed' },
);

export const EXPECTED_FROM_EXTENSION = defineExtension('expected-from', 'Reference', {
  title: 'Expected from',
  description: 'The medication order that explains a positive result.',
  contexts: ['Observation'],
});
export const REPORTED_RESULT_EXTENSION = defineExtension('reported-result', 'Code', {
  title: 'Reported result',
  description:
    'What the test showed for a specimen that was not valid. It is no result: the Observation has no value.',
  contexts: ['Observation'],
});
export const OBSERVED_DOSING_EXTENSION = defineExtension('observed-dosing', 'Boolean', {
  title: 'Observed dosing',
  description: 'Doses are taken in front of staff.',
  contexts: ['MedicationRequest'],
});
