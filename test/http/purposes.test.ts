// Purposes that stand for themselves: what is permitted for treatment, payment and operations is not permitted for
// research, public health, registries or monitoring programs, and the other way round. 42 CFR 2.34, 2.36, 2.52, 2.54.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/fhir/types.ts';
import { type Caller, consentFor, startServer, type TestServer } from '../support/server.ts';
import { onEveryStore } from '../support/stores.ts';

const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const TPO = ['TREAT', 'HPAYMT', 'HOPERAT'];
/** What each is for, and by which purpose it is asked for here. */
const APART = [
  ['2.52: research', 'HRESCH'],
  ['2.54: public health', 'PUBHLTH'],
  [
    '2.34, 2.36: central registries and prescription monitoring, which report to the public health authority',
    'PUBHLTH',
  ],
  ['2.31: marketing', 'HMARKT'],
  ['2.31(d): legal proceedings', 'HLEGAL'],
] as const;
const KINDS = ['HQUALIMP', 'HACCRED', 'HCOMPL', 'CAREMGT', 'HDM', 'COC', 'COVAUTH', 'ETREAT', 'BTG'];

onEveryStore(store => {
  let server: TestServer;
  let program: Caller;
  const permit = async (...purposes: string[]) => {
    const consent = consentFor('a', 'ehr') as JsonObject & { provision: JsonObject };
    const purpose = purposes.map(code => ({ system: ACT_REASON, code }));
    const statements = ['revocation', 'redisclosure', 'refusal'].map(valueCode => ({
      url: 'https://iop-fhir.example/fhir/StructureDefinition/part2-statement',
      valueCode,
    }));
    await program.put('/fhir/Consent/c').send({
      ...consent,
      id: 'c',
      extension: statements,
      provision: { ...consent.provision, purpose },
    });
  };
  const seenFor = async (purpose: string): Promise<number> => {
    const caller = await server.register({
      id: `for-${purpose}`,
      organization: 'ehr',
      role: 'ehr',
      purposes: [purpose],
    });
    return (await caller.get('/fhir/Patient/a')).status;
  };
  beforeAll(async () => {
    server = await startServer({ store });
    program = await server.as('program');
    await program.put('/fhir/Patient/a').send({ resourceType: 'Patient', id: 'a' }).expect(201);
  });
  afterAll(() => server.close());

  describe.each(APART)('%s', (_name, purpose) => {
    test('is not covered by a consent for treatment, payment and operations', async () => {
      await permit(...TPO);
      for (const one of TPO) expect(await seenFor(one)).toBe(200);
      expect(await seenFor(purpose)).toBe(404);
    });

    test('is not covered by a consent for any kind of these', async () => {
      for (const kind of KINDS) {
        await permit(kind);
        expect(await seenFor(purpose)).toBe(404);
      }
    });

    test('has a consent of its own, which covers nothing else', async () => {
      await permit(purpose);
      expect(await seenFor(purpose)).toBe(200);
      for (const one of TPO) expect(await seenFor(one)).toBe(404);
      for (const [, other] of APART.filter(([, code]) => code !== purpose))
        expect(await seenFor(other)).toBe(404);
    });

    test('is over with the next request once that consent is revoked', async () => {
      await permit(purpose);
      expect(await seenFor(purpose)).toBe(200);
      await program.delete('/fhir/Consent/c').expect(204);
      expect(await seenFor(purpose)).toBe(404);
    });
  });

  test('2.31(d): a consent for legal proceedings and something else permits neither', async () => {
    await permit('HLEGAL', 'TREAT');
    expect([await seenFor('HLEGAL'), await seenFor('TREAT')]).toEqual([404, 404]);
  });
});
