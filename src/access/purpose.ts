// Purposes of use: what stands for what. https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html
// A Consent for payment covers asking for coverage; one for coverage does not cover payment.

/** v3-ActReason: purpose -> the one that it is a kind of. */
const KIND_OF: Readonly<Record<string, string>> = {
  ETREAT: 'TREAT',
  BTG: 'ETREAT',
  COC: 'TREAT',
  COVERAGE: 'HPAYMT',
  ELIGVER: 'COVERAGE',
  ELIGDTRM: 'COVERAGE',
  COVAUTH: 'HPAYMT',
  CLMATTCH: 'HPAYMT',
  REMITADV: 'HPAYMT',
  CAREMGT: 'HOPERAT',
  HQUALIMP: 'HOPERAT',
  HACCRED: 'HOPERAT',
  HCOMPL: 'HOPERAT',
  HDM: 'HOPERAT',
  HPRGRP: 'HOPERAT',
  HSYSADMIN: 'HOPERAT',
  FAMRQT: 'PATRQT',
  SUPNWK: 'PATRQT',
  PWATRNY: 'PATRQT',
};

/**
 * Legal proceedings. The code system has it under HOPERAT; 42 CFR 2.31(d) wants a consent for it that is for nothing
 * else, so here it is a kind of nothing.
 */
export const LEGAL = 'HLEGAL';

/** Stands where a line has its purpose, of a consent for counselling notes (42 CFR 2.31(b)). No code of v3-ActReason. */
export const notePurpose = (purpose: string): string => `note:${purpose}`;

export const isNotePurpose = (purpose: string): boolean => purpose.startsWith(notePurpose(''));

/** Those of which a Consent may name any one to be about this purpose: itself, and what it is a kind of. */
export function purposesMeant(purpose: string): string[] {
  const meant = [purpose];
  for (let next = KIND_OF[purpose]; next !== undefined; next = KIND_OF[next]) meant.push(next);
  return meant;
}
