// What 42 CFR 2.31 asks of a written consent besides patient, recipient and purpose: without all of it a Consent
// permits nothing.
import { extensionUrl } from '../../src/fhir/canonical.ts';

/** Members of a Consent. `programs`: Organizations that may disclose by it. */
export const part2Items = (...programs: string[]) => ({
  dateTime: '2026-08-01',
  organization: programs.map(id => ({ reference: `Organization/${id}` })),
  policyRule: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: '42CFRPart2CD' }],
  },
  verification: [{ verified: true, verificationDate: '2026-08-01' }],
  extension: [{ url: extensionUrl('part2-statement'), valueCode: 'revocation' }],
});

/** Extensions of a provision: all records, and until when. */
export const PART2_SCOPE = [
  { url: extensionUrl('part2-all-records'), valueBoolean: true },
  { url: extensionUrl('part2-expiry-event'), valueString: 'The end of treatment' },
];
