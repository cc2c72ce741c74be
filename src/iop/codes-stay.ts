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
