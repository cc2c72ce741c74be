// The hierarchy of v3-ActReason as far as purposes of use go: every purpose a client may claim, and what it stands
// under. Legal proceedings stand under nothing, whatever the code system says.
import { expect, test } from '@jest/globals';
import { PURPOSES } from '../../../src/access/oauth/client.ts';
import { purposesMeant } from '../../../src/access/purpose.ts';

const EXPECTED = `
TREAT
COC TREAT
ETREAT TREAT
BTG ETREAT TREAT
HPAYMT
COVERAGE HPAYMT
ELIGVER COVERAGE HPAYMT
ELIGDTRM COVERAGE HPAYMT
COVAUTH HPAYMT
CLMATTCH HPAYMT
REMITADV HPAYMT
HOPERAT
CAREMGT HOPERAT
HQUALIMP HOPERAT
HACCRED HOPERAT
HCOMPL HOPERAT
HDM HOPERAT
HPRGRP HOPERAT
HSYSADMIN HOPERAT
HLEGAL
PATRQT
FAMRQT PATRQT
SUPNWK PATRQT
PWATRNY PATRQT
HRESCH
HMARKT
PUBHLTH`
  .trim()
  .split('\n')
  .map(line => line.split(' '));

test.each(EXPECTED)('%s', (...line) => {
  const [purpose] = line.filter(one => one !== undefined);
  expect(purposesMeant(purpose!)).toEqual(EXPECTED.find(([first]) => first === purpose));
});

test('every purpose that a client may be registered for is in the table', () => {
  const listed = EXPECTED.map(([first]) => first);
  expect([...PURPOSES].filter(one => !listed.includes(one))).toEqual([]);
});
