// Exceptions of 42 CFR Part 2: what of them is written down.
import { expect, test } from '@jest/globals';
import { agreement, courtOrder, emergency } from '../support/exceptions.ts';
import { useStore } from './hand.ts';
import type { OpenStore } from './store-contract.ts';

export function exceptionContract(open: OpenStore): void {
  const hand = useStore(open);
  const registry = () => hand().opened.registry;

  test('exceptions are kept with all that is said of them, and listed by kind and id', async () => {
    const dated = courtOrder('b', { dates: { from: 1, to: 2 }, types: ['Encounter', 'Observation'] });
    const all = [
      dated,
      courtOrder('a'),
      agreement('d'),
      emergency('c', { review: { by: 'Officer', at: 3 } }),
    ];
    for (const entry of all) await registry().putException(entry);
    expect(await registry().exceptions('court-order')).toEqual([courtOrder('a'), dated]);
    expect(await registry().exceptions('agreement')).toEqual([all[2]]);
    expect(await registry().exceptions('emergency')).toEqual([all[3]]);
    expect(await registry().exception('court-order', 'b')).toEqual(dated);
  });

  test('one that is not there, or of another kind, is not found', async () => {
    await registry().putException(agreement('a'));
    expect(await registry().exception('agreement', 'b')).toBeUndefined();
    expect(await registry().exception('emergency', 'a')).toBeUndefined();
    expect(await registry().exceptions('emergency')).toEqual([]);
  });

  test('what is put replaces what was there, and the next question knows it', async () => {
    for (const ended of [undefined, 5, undefined, 6]) {
      const entry = agreement('a', ended === undefined ? {} : { ended });
      await registry().putException(entry);
      expect(await registry().exceptions('agreement')).toEqual([entry]);
      expect(await registry().exception('agreement', 'a')).toEqual(entry);
    }
  });
}
