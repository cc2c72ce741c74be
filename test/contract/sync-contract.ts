// What is kept of syncs with other servers.
import { expect, test } from '@jest/globals';
import { useStore } from './hand.ts';
import type { OpenStore } from './store-contract.ts';

export function syncContract(open: OpenStore): void {
  const hand = useStore(open);
  const registry = () => hand().opened.registry;
  const item = (key: string, value = '{}') => ({ key, value });

  test('items are found by key, and by what their keys start with, page by page', async () => {
    await registry().putSync(['b/2', 'a/1', 'b', 'b/1', 'b/10', 'bb/1'].map(key => item(key)));
    await registry().putSync([item('b/2', '{"x":1}')]);
    expect(await registry().syncValues(['b/2', 'b/3', 'a/1'])).toEqual(
      new Map([
        ['b/2', '{"x":1}'],
        ['a/1', '{}'],
      ]),
    );
    const keysOf = async (after: string, limit: number) =>
      (await registry().syncItems('b/', after, limit)).map(one => one.key);
    expect(await keysOf('', 10)).toEqual(['b/1', 'b/10', 'b/2']);
    expect(await keysOf('', 2)).toEqual(['b/1', 'b/10']);
    expect(await keysOf('b/10', 2)).toEqual(['b/2']);
    expect(await registry().syncItems('', '', 2)).toEqual([item('a/1'), item('b')]);
  });

  test('what is taken away is gone, also what the same call added', async () => {
    await registry().putSync([item('a'), item('b')]);
    await registry().putSync([item('c')], ['a', 'c', 'unknown']);
    expect(await registry().syncItems('', '', 10)).toEqual([item('b')]);
    await registry().putSync([]);
  });
}
