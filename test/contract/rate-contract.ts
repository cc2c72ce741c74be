import { expect, test } from '@jest/globals';
import { useStore } from './hand.ts';
import type { OpenStore } from './store-contract.ts';

export function rateContract(open: OpenStore): void {
  const hand = useStore(open);
  const spend = async (amounts: Record<string, number>, keepMs = 60_000) =>
    Object.fromEntries(await hand().opened.registry.spend(new Map(Object.entries(amounts)), keepMs));

  test('a count is the sum of what was spent on its key', async () => {
    expect(await spend({ a: 3, b: 1 })).toEqual({ a: 3, b: 1 });
    expect(await spend({ a: 4, c: 2 })).toEqual({ a: 7, c: 2 });
  });

  test('to spend nothing is to ask', async () => {
    await spend({ a: 3 });
    expect(await spend({ a: 0, nobody: 0 })).toEqual({ a: 3, nobody: 0 });
    expect(await spend({})).toEqual({});
  });

  test('what is spent at the same moment is all counted', async () => {
    await Promise.all(Array.from({ length: 20 }, () => spend({ a: 1, b: 2 })));
    expect(await spend({ a: 0, b: 0 })).toEqual({ a: 20, b: 40 });
  });

  test('it is no resource', async () => {
    await spend({ a: 1 });
    expect(await hand().opened.registry.empty()).toBe(true);
  });
}
