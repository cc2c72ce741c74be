// What a record of a consent has to say beyond its schema: 42 CFR 2.31 of one that permits, 2.26 of a restriction.
import { endAfterStart, unless } from './check.ts';
import type { Part2Statement } from './codes.ts';
import type { Problem } from './concept.ts';
import type { ConsentRecord, Purpose } from './consent.ts';

const TPO: readonly Purpose[] = ['TREAT', 'HPAYMT', 'HOPERAT'];

export function checkConsent(record: ConsentRecord): Problem[] {
  const permits = record.effect === 'permit' && record.status === 'active';
  return [
    ...endAfterStart(record.from, record.until, 'until'),
    ...endAfterStart(record.dataFrom, record.dataUntil, 'dataUntil'),
    ...(permits ? checkPermit(record) : []),
    ...(record.effect === 'deny' ? checkRestriction(record) : []),
    ...(record.selfPaid === undefined ? [] : checkSelfPaid(record)),
    ...checkReferral(record),
  ];
}

/** 42 CFR 2.35: officials by name, and an event before which, where the program says so, it is not revoked. */
function checkReferral(record: ConsentRecord): Problem[] {
  const { criminalJustice, irrevocable, eventOn, recipientClass, expiresUpon, status } = record;
  if (criminalJustice === undefined)
    return unless(
      irrevocable === undefined,
      'irrevocable',
      'is for a criminal justice referral: 42 CFR 2.35',
    );
  return [
    ...unless(recipientClass === undefined, 'recipientClass', 'names nobody: 42 CFR 2.35 asks for officials'),
    ...unless(expiresUpon !== undefined, 'expiresUpon', 'is missing: 42 CFR 2.35(c) asks for the event'),
    ...unless(
      status !== 'revoked' || irrevocable === undefined || eventOn !== undefined,
      'status',
      'is revoked before the event in expiresUpon: by 42 CFR 2.35(c) say in eventOn when it happened',
    ),
  ];
}

function checkRestriction({ except, exceptSensitive }: ConsentRecord): Problem[] {
  const permit = 'is for a permit: a restriction says what it is about with only';
  return [
    ...unless(except === undefined, 'except', permit),
    ...unless(exceptSensitive === undefined, 'exceptSensitive', permit),
  ];
}

/** 42 CFR 2.26, as 45 CFR 164.522(a)(1)(vi): not to a health plan, for payment nor for operations. */
function checkSelfPaid({ effect, recipient, purposes = [], only }: ConsentRecord): Problem[] {
  const both = purposes.includes('HPAYMT') && purposes.includes('HOPERAT');
  return [
    ...unless(effect === 'deny', 'effect', 'is deny where sessions were paid for by the client'),
    ...unless(recipient !== undefined, 'recipient', 'is missing: selfPaid says which payer may not see it'),
    ...unless(both, 'purposes', 'are HPAYMT and HOPERAT where sessions were paid for by the client'),
    ...unless(only === undefined, 'only', 'is for other restrictions: selfPaid says what this one is about'),
  ];
}

/** What 42 CFR 2.31 asks of a written consent; one that lacks any of it would never permit. */
function checkPermit(record: ConsentRecord): Problem[] {
  const { purposes = [], statements = [] } = record;
  const tpo = TPO.every(one => purposes.includes(one)) && purposes.length === TPO.length;
  const expires = record.until !== undefined || record.expiresUpon !== undefined;
  const told = (what: Part2Statement) => statements.includes(what);
  const needs = 'is missing: 42 CFR 2.31 asks for it';
  return [
    ...unless(record.recipient !== undefined, 'recipient', needs),
    ...unless(purposes.length > 0, 'purposes', needs),
    ...unless(
      [record.allRecords, record.only, record.counsellingNotes].filter(one => one !== undefined).length === 1,
      'allRecords',
      'or only or counsellingNotes must say what is consented to, and one of them alone',
    ),
    ...unless(
      record.counsellingNotes === undefined || (record.except ?? record.exceptSensitive) === undefined,
      'counsellingNotes',
      'are all that such a consent is about: it has no exceptions',
    ),
    ...unless(told('revocation'), 'statements', 'do not hold revocation: 42 CFR 2.31 asks for it'),
    ...unless(
      !tpo || (told('redisclosure') && told('refusal')),
      'statements',
      'do not hold redisclosure and refusal: 42 CFR 2.31 asks for them where all three purposes are given',
    ),
    ...unless(tpo || expires, 'until', 'or expiresUpon is missing: 42 CFR 2.31 asks for it'),
    ...unless(record.verifiedOn !== undefined, 'verifiedOn', needs),
  ];
}
