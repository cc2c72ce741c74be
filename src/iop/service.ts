// Billing codes of services (HCPCS Level II and CPT): the two systems, and our own short labels. CPT's own
// descriptors are copyrighted and not used.
import type { CodeableConcept, Coding } from '../fhir/types.ts';
import { coding } from './element.ts';
import { matching, type Schema } from './schema.ts';

export const HCPCS = 'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
export const CPT = 'http://www.ama-assn.org/go/cpt';

const CPT_FORM = /^[0-9]{5}$/;

/** Own words, for the codes that an Intensive Outpatient Program uses most. */
const LABELS: Readonly<Record<string, string>> = {
  H0001: 'Substance use assessment',
  H0002: 'Behavioral health admission screening',
  H0004: 'Behavioral health counseling, 15 minutes',
  H0005: 'Substance use group counseling',
  H0006: 'Substance use case management',
  H0007: 'Substance use crisis intervention, outpatient',
  H0015: 'Substance use intensive outpatient',
  H0020: 'Methadone service',
  H0031: 'Mental health assessment',
  H0032: 'Mental health plan development',
  H0033: 'Observed oral medication',
  H0034: 'Medication training, 15 minutes',
  H0038: 'Peer support, 15 minutes',
  H2010: 'Comprehensive medication service, 15 minutes',
  H2014: 'Skills training, 15 minutes',
  H2019: 'Therapeutic behavioral service, 15 minutes',
  H2027: 'Psychoeducation, 15 minutes',
  H2032: 'Activity therapy, 15 minutes',
  S9480: 'Mental health intensive outpatient, per diem',
  '90791': 'Diagnostic evaluation',
  '90792': 'Diagnostic evaluation with medical service',
  '90832': 'Individual therapy, 30 minutes',
  '90834': 'Individual therapy, 45 minutes',
  '90837': 'Individual therapy, 60 minutes',
  '90846': 'Family therapy without the client',
  '90847': 'Family therapy with the client',
  '90849': 'Multi-family group therapy',
  '90853': 'Group therapy',
  '99213': 'Established patient visit, low complexity',
  '99214': 'Established patient visit, moderate complexity',
};

/** Five digits are CPT, a letter and four digits are HCPCS. */
export const serviceCoding = (code: string): Coding =>
  coding(CPT_FORM.test(code) ? CPT : HCPCS, code, LABELS[code]);

export const serviceConcept = (code: string): CodeableConcept => ({ coding: [serviceCoding(code)] });

/** Every service code in these concepts, in order. */
export function serviceCodesIn(concepts: readonly CodeableConcept[] | undefined): string[] {
  return (concepts ?? [])
    .flatMap(one => one.coding ?? [])
    .filter(one => one.system === HCPCS || one.system === CPT)
    .map(one => one.code)
    .filter(code => code !== undefined);
}

export const serviceCode = (description: string): Schema =>
  matching('^(?:[A-V][0-9]{4}|[0-9]{5})$', `${description} A HCPCS or CPT code.`);
