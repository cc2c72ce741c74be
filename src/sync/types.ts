// What goes over, in which order: what is referred to comes before what refers to it.

/** Read there, besides Patient. */
export const PULL_TYPES = [
  'AllergyIntolerance',
  'Condition',
  'MedicationRequest',
  'MedicationStatement',
  'Appointment',
] as const;

/** Sent there; with what narrows it to what such a server needs: of Observations the screens. */
export const SEND_TYPES: readonly { type: string; only?: string }[] = [
  { type: 'Goal' },
  { type: 'CarePlan' },
  { type: 'Appointment' },
  { type: 'Encounter' },
  { type: 'Observation', only: 'category=laboratory' },
  { type: 'DiagnosticReport' },
];

/** What that takes there, as SMART v2 scopes. */
export const SCOPE: string = [
  ...['Patient', ...PULL_TYPES].filter(type => !isSent(type)).map(type => `system/${type}.rs`),
  ...SEND_TYPES.map(({ type }) => `system/${type}.crus`),
].join(' ');

function isSent(type: string): boolean {
  return SEND_TYPES.some(one => one.type === type);
}
