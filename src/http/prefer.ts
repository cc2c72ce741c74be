// https://hl7.org/fhir/R4/http.html#ops and RFC 7240
import type { Preference } from '../interactions/request.ts';

const RETURNS = {
  minimal: 'minimal',
  representation: 'representation',
  operationoutcome: 'OperationOutcome',
} as const;
const HANDLINGS = { strict: 'strict', lenient: 'lenient' } as const;

/** What is not understood is no preference. The first of a kind counts. */
export function parsePrefer(header: string | undefined): Preference {
  const preference: Preference = {};
  for (const part of (header ?? '').split(/[,;]/)) {
    const [name = '', quoted = ''] = part.split('=', 2).map(text => text.trim().toLowerCase());
    const value = quoted.replace(/^"(.*)"$/, '$1');
    if (name === 'return' && preference.return === undefined && Object.hasOwn(RETURNS, value))
      preference.return = RETURNS[value as keyof typeof RETURNS];
    if (name === 'handling' && preference.handling === undefined && Object.hasOwn(HANDLINGS, value))
      preference.handling = HANDLINGS[value as keyof typeof HANDLINGS];
  }
  return preference;
}
