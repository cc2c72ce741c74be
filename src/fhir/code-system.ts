// Code systems are known under several URIs in the wild. Index values, queries and consent matching all
// compare the one canonical form, or a rule written with one form would silently miss data with another.
// Bodies stay as written.

/** Alias -> canonical URI. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  [
    'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
    'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
  ],
  ['http://www.nlm.nih.gov/research/umls/hcpcs', 'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets'],
  ['urn:oid:2.16.840.1.113883.6.285', 'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets'],
  ['http://loinc.org/', 'http://loinc.org'],
  ['https://loinc.org', 'http://loinc.org'],
  ['https://loinc.org/', 'http://loinc.org'],
  ['urn:oid:2.16.840.1.113883.6.1', 'http://loinc.org'],
  ['http://snomed.info/sct/', 'http://snomed.info/sct'],
  ['https://snomed.info/sct', 'http://snomed.info/sct'],
  ['urn:oid:2.16.840.1.113883.6.96', 'http://snomed.info/sct'],
  ['https://www.ama-assn.org/go/cpt', 'http://www.ama-assn.org/go/cpt'],
  ['urn:oid:2.16.840.1.113883.6.12', 'http://www.ama-assn.org/go/cpt'],
  ['http://www.nubc.org/CodeSystem/RevenueCodes', 'https://www.nubc.org/CodeSystem/RevenueCodes'],
  [
    'http://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set',
    'https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set',
  ],
  ['https://hl7.org/fhir/sid/icd-10-cm', 'http://hl7.org/fhir/sid/icd-10-cm'],
  ['urn:oid:2.16.840.1.113883.6.90', 'http://hl7.org/fhir/sid/icd-10-cm'],
  ['https://www.nlm.nih.gov/research/umls/rxnorm', 'http://www.nlm.nih.gov/research/umls/rxnorm'],
  ['urn:oid:2.16.840.1.113883.6.88', 'http://www.nlm.nih.gov/research/umls/rxnorm'],
  ['http://nahdo.org/sopt', 'https://nahdo.org/sopt'],
  ['https://nucc.org/provider-taxonomy', 'http://nucc.org/provider-taxonomy'],
  ['urn:oid:2.16.840.1.113883.6.101', 'http://nucc.org/provider-taxonomy'],
  ['urn:oid:2.16.840.1.113883.6.8', 'http://unitsofmeasure.org'],
  ['http://hl7.org/fhir/v3/ActCode', 'http://terminology.hl7.org/CodeSystem/v3-ActCode'],
  ['urn:oid:2.16.840.1.113883.5.4', 'http://terminology.hl7.org/CodeSystem/v3-ActCode'],
  ['http://hl7.org/fhir/v3/Confidentiality', 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'],
  ['urn:oid:2.16.840.1.113883.5.25', 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'],
]);

/** The one URI under which a code system is compared; unknown URIs stay as they are. */
export const canonicalSystem = (uri: string): string => ALIASES.get(uri) ?? uri;
