// Code systems that others publish. One spelling of each; what callers spell otherwise is their business.
const hl7 = (name: string): string => `http://terminology.hl7.org/CodeSystem/${name}`;

export const ACT_CODE = hl7('v3-ActCode');
export const ACT_REASON = hl7('v3-ActReason');
export const ROLE_CODE = hl7('v3-RoleCode');
export const PARTICIPATION_TYPE = hl7('v3-ParticipationType');
export const CONSENT_SCOPE = hl7('consentscope');
export const CONDITION_CLINICAL = hl7('condition-clinical');
export const CONDITION_VERIFICATION = hl7('condition-ver-status');
export const CONDITION_CATEGORY = hl7('condition-category');
export const COVERAGE_CLASS = hl7('coverage-class');
export const DISCHARGE_DISPOSITION = hl7('discharge-disposition');
export const EPISODE_TYPE = hl7('episodeofcare-type');
export const FLAG_CATEGORY = hl7('flag-category');
export const OBSERVATION_CATEGORY = hl7('observation-category');
export const OBSERVATION_VALUE = hl7('v3-ObservationValue');
export const LOCATION_TYPE = hl7('location-physical-type');
export const ORGANIZATION_TYPE = hl7('organization-type');
export const SERVICE_CATEGORY = hl7('service-category');
export const SUBSCRIBER_RELATIONSHIP = hl7('subscriber-relationship');
export const ICD_10_CM = 'http://hl7.org/fhir/sid/icd-10-cm';
export const LANGUAGE = 'urn:ietf:bcp:47';
export const LOINC = 'http://loinc.org';
export const NUCC = 'http://nucc.org/provider-taxonomy';
export const SNOMED = 'http://snomed.info/sct';
