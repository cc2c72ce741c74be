/**
 * The kinds of record that an invented clinic must hold to be believable: from the program itself to how a
 * stay went. What else there is may be in it.
 */
export const WHOLE_STAY: ReadonlySet<string> = new Set([
  'program',
  'site',
  'track',
  'clinician',
  'client',
  'consent',
  'coverage',
  'care-team',
  'diagnosis',
  'episode',
  'goal',
  'plan',
  'medication',
  'session',
  'attendance',
  'urine-screen',
]);
