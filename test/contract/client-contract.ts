// Who may call: clients, assertions that were used, tokens that were revoked.
import { expect, test } from '@jest/globals';
import type { ConsentRule } from '../../src/store/port/derived.ts';
import type { MemberLine } from '../../src/store/registry.ts';
import { clientEntry } from '../support/client-entry.ts';
import { permit } from '../support/store.ts';
import { create, remove, useStore } from './hand.ts';
import type { OpenStore } from './store-contract.ts';

const MINUTE = 60_000;

export function clientContract(open: OpenStore): void {
  const hand = useStore(open);
  const registry = () => hand().opened.registry;

  test('a client is kept with all that is said of it, and listed by id', async () => {
    const key = { kty: 'EC', crv: 'P-384', kid: 'k', x: 'x', y: 'y' };
    const full = clientEntry('b', {
      role: 'representative',
      patient: 'p',
      practitioner: 'd',
      keys: { jwks: { keys: [key] } },
      issuer: { iss: 'https://login.example.org', sub: 'them' },
      disabled: true,
    });
    const byUrl = clientEntry('a', { keys: { jwksUrl: 'https://client.example.org/jwks' } });
    for (const entry of [full, byUrl]) await registry().putClient(entry);
    expect(await registry().clients()).toEqual([byUrl, full]);
    expect(await registry().client('b')).toEqual(full);
    expect(await registry().client('c')).toBeUndefined();
  });

  test('what is put replaces what was there, and the next question knows it', async () => {
    expect(await registry().caller('a', 't', [])).toEqual({ client: undefined, revoked: false, lines: [] });
    for (const disabled of [false, true, false, true]) {
      const entry = clientEntry('a', { disabled });
      await registry().putClient(entry);
      expect(await registry().caller('a', 't', [])).toEqual({ client: entry, revoked: false, lines: [] });
    }
    expect(await registry().clients()).toHaveLength(1);
  });

  test('a revoked token is known to the next question; the others are not touched', async () => {
    await registry().putClient(clientEntry('a'));
    const before = registry().caller('a', 't', []);
    await registry().revokeToken('t', hand().now + MINUTE);
    await registry().revokeToken('t', hand().now + 2 * MINUTE);
    const revoked = async (jti: string) => (await registry().caller('a', jti, [])).revoked;
    expect(await Promise.all(['t', 'u', 't'].map(revoked))).toEqual([true, false, true]);
    await before;
  });

  test('a token that is named as a client, or as another client, is told from it', async () => {
    await registry().putClient(clientEntry('a'));
    await registry().putClient(clientEntry('b'));
    await registry().revokeToken('a', hand().now + MINUTE);
    const asked = [
      ['a', 'a'],
      ['a', 'b'],
      ['b', 'a'],
      ['c', 'a'],
    ] as const;
    const answers = await Promise.all(asked.map(([client, jti]) => registry().caller(client, jti, [])));
    expect(answers.map(({ client, revoked }) => [client?.id, revoked])).toEqual([
      ['a', true],
      ['a', false],
      ['b', true],
      [undefined, true],
    ]);
  });

  test('a revocation is kept until its token is over', async () => {
    await registry().revokeToken('t', hand().now + MINUTE);
    hand().now += MINUTE - 1;
    await registry().revokeToken('u', hand().now + 2 * MINUTE);
    expect((await registry().caller('a', 't', [])).revoked).toBe(true);
    hand().now += 1;
    await registry().revokeToken('v', hand().now + MINUTE);
    expect((await registry().caller('a', 't', [])).revoked).toBe(false);
    expect((await registry().caller('a', 'u', [])).revoked).toBe(true);
  });

  test('a jti is taken once, also of many that come at once; each client has its own', async () => {
    const take = (client: string, jti = 'j') => registry().useJti(client, jti, Date.now() + 5 * MINUTE);
    const taken = await Promise.all(Array.from({ length: 20 }, () => take('a')));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect([await take('a'), await take('b'), await take('a', 'other')]).toEqual([false, true, true]);
  });

  test('lines of who belongs to what come with the caller, and go with the resource', async () => {
    await registry().putClient(clientEntry('a'));
    const line = (actor: string, more: Partial<ConsentRule> = {}): ConsentRule => ({
      ...permit('whole:w', actor, more),
      purpose: 'member',
      from: 1,
      to: 5,
    });
    const terms = { all: [['actor|ehr']] };
    const rules = [line('member:ehr'), line('member:Practitioner/anna', { terms }), line('member:other')];
    await create(hand(), 'CareTeam', 'c', { rules });
    const told = { owner: 'prog', patient: 'whole:w', from: 1, to: 5 };
    const expected = [
      { ...told, actor: 'member:Practitioner/anna', terms },
      { ...told, actor: 'member:ehr' },
    ];
    const asked = ['member:ehr', 'member:Practitioner/anna', 'member:nobody'];
    const sorted = (lines: readonly MemberLine[]) => lines.toSorted((a, b) => (a.actor < b.actor ? -1 : 1));
    expect(sorted(await registry().memberLines(asked))).toEqual(expected);
    const [first, second, none] = await Promise.all([
      registry().caller('a', 't', asked),
      registry().caller('a', 'u', ['member:ehr']),
      registry().caller('a', 'v', []),
    ]);
    expect(sorted(first.lines)).toEqual(expected);
    expect([second.lines, none.lines]).toEqual([[expected[1]], []]);
    await remove(hand(), 'CareTeam', 'c');
    expect(await registry().memberLines(asked)).toEqual([]);
    expect((await registry().caller('a', 't', asked)).lines).toEqual([]);
  });
}
