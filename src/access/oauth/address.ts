// Which addresses are somebody else's, out in the Internet.
// https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
import { BlockList, isIPv4, isIPv6 } from 'node:net';

type Net = readonly [net: string, prefix: number];

const RESERVED_4: readonly Net[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Global unicast, and what of it is none: protocol assignments with Teredo, documentation, 6to4. */
const GLOBAL_6: readonly Net[] = [['2000::', 3]];
const RESERVED_6: readonly Net[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

function listOf(nets: readonly Net[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of nets) list.addSubnet(net, prefix, family);
  return list;
}

const reserved4 = listOf(RESERVED_4, 'ipv4');
const global6 = listOf(GLOBAL_6, 'ipv6');
const reserved6 = listOf(RESERVED_6, 'ipv6');

/** An IPv4 address in the clothes of IPv6 is none: it lies outside of what is global there. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !reserved4.check(address);
  return isIPv6(address) && global6.check(address, 'ipv6') && !reserved6.check(address, 'ipv6');
}

const loopback4 = listOf([['127.0.0.0', 8]], 'ipv4');

export const isLoopbackAddress = (address: string): boolean =>
  isIPv4(address) ? loopback4.check(address) : address === '::1';
