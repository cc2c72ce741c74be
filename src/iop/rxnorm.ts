// Medication for substance use disorders by RxNorm code, as data: our own short names, what it is, and the
// positives of a urine screen that it explains. Not a limit: orders may use any RxNorm code.
import type { Drug } from './drug-screen.ts';

export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';

export type Ingredient =
  | 'buprenorphine-naloxone'
  | 'buprenorphine'
  | 'methadone'
  | 'naltrexone'
  | 'acamprosate'
  | 'disulfiram';

const CODES: Readonly<Record<string, readonly [Ingredient, name: string]>> = {
  '1010600': ['buprenorphine-naloxone', 'Buprenorphine 2 mg / naloxone 0.5 mg sublingual film'],
  '1307056': ['buprenorphine-naloxone', 'Buprenorphine 4 mg / naloxone 1 mg sublingual film'],
  '1010604': ['buprenorphine-naloxone', 'Buprenorphine 8 mg / naloxone 2 mg sublingual film'],
  '1307061': ['buprenorphine-naloxone', 'Buprenorphine 12 mg / naloxone 3 mg sublingual film'],
  '351266': ['buprenorphine-naloxone', 'Buprenorphine / naloxone sublingual tablet'],
  '351267': ['buprenorphine-naloxone', 'Buprenorphine / naloxone sublingual tablet'],
  '351264': ['buprenorphine', 'Buprenorphine sublingual tablet'],
  '351265': ['buprenorphine', 'Buprenorphine sublingual tablet'],
  '1996184': ['buprenorphine', 'Buprenorphine extended-release injection'],
  '1996192': ['buprenorphine', 'Buprenorphine extended-release injection'],
  '2639021': ['buprenorphine', 'Buprenorphine extended-release injection'],
  '2639043': ['buprenorphine', 'Buprenorphine extended-release injection'],
  '1797650': ['buprenorphine', 'Buprenorphine implant'],
  '864718': ['methadone', 'Methadone 5 mg tablet'],
  '864706': ['methadone', 'Methadone 10 mg tablet'],
  '864761': ['methadone', 'Methadone oral solution'],
  '864769': ['methadone', 'Methadone oral solution'],
  '991147': ['methadone', 'Methadone oral solution'],
  '864978': ['methadone', 'Methadone dispersible tablet'],
  '1483744': ['naltrexone', 'Naltrexone 50 mg tablet'],
  '637213': ['naltrexone', 'Naltrexone 380 mg extended-release injection'],
  '7243': ['naltrexone', 'Naltrexone'],
  '835726': ['acamprosate', 'Acamprosate 333 mg delayed-release tablet'],
  '197623': ['disulfiram', 'Disulfiram tablet'],
  '197624': ['disulfiram', 'Disulfiram tablet'],
};

/** What a known code is; undefined for any other. */
export const ingredientOf = (rxnorm: string): Ingredient | undefined => CODES[rxnorm]?.[0];
export const medicationName = (rxnorm: string): string | undefined => CODES[rxnorm]?.[1];
export const KNOWN_MEDICATIONS: readonly string[] = Object.keys(CODES);

const EXPLAINS: Partial<Record<Ingredient, readonly Drug[]>> = {
  'buprenorphine-naloxone': ['buprenorphine'],
  buprenorphine: ['buprenorphine'],
  methadone: ['methadone', 'eddp'],
};

/** The drugs that a client who takes this medication is expected to be positive for. */
export function expectedDrugs(rxnorm: string): readonly Drug[] {
  const ingredient = ingredientOf(rxnorm);
  return ingredient === undefined ? [] : (EXPLAINS[ingredient] ?? []);
}
