// Whom an address stands for, when requests are counted by it.
import { isIPv6 } from 'node:net';

/** An IPv4 address; of IPv6 the first 64 bits, since a caller has all addresses behind them. */
export function networkOf(address = ''): string {
  const plain = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address.split('%')[0]!;
  if (!isIPv6(plain)) return plain.slice(0, 64);
  const [left = [], right] = plain.split('::').map(part => part.split(':').filter(group => group !== ''));
  const zeros = right === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...(right ?? [])];
  return groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':');
}
