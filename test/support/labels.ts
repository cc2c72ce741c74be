// Labels as tests write and read them: `SUD` of v3-ActCode, `conf:R` of v3-Confidentiality.
import type { JsonObject } from '../../src/fhir/types.ts';

export const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
export const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';

export const label = (text: string): JsonObject =>
  text.startsWith('conf:')
    ? { system: CONFIDENTIALITY, code: text.slice('conf:'.length) }
    : { system: ACT_CODE, code: text };

/** A meta with these labels; none for ''. */
export const labelledMeta = (text: string): { meta?: JsonObject } =>
  text === '' ? {} : { meta: { security: text.split(' ').map(label) } };

/** Of a resource, sorted. */
export const labelsOn = (resource: JsonObject): string =>
  (((resource.meta as JsonObject | undefined)?.security ?? []) as { system: string; code: string }[])
    .map(({ system, code }) => `${system === CONFIDENTIALITY ? 'conf:' : ''}${code}`)
    .sort()
    .join(' ');

export const condition = (id: string, code: string, patient = 'a') => ({
  resourceType: 'Condition',
  id,
  subject: { reference: `Patient/${patient}` },
  code: { coding: [{ system: ICD, code }] },
});

export const plainObservation = (id: string, patient = 'a', more: JsonObject = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patient}` },
  ...more,
});
