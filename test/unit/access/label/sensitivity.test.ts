import { expect, test } from '@jest/globals';
import { labelsMeant } from '../../../../src/access/label/sensitivity.ts';

const MEANT: readonly [code: string, meant: string][] = [
  ['SPI', 'BH ETH ETHUD OPIOIDUD PSY PSYTHPN SPI SUD'],
  ['SUD', 'ETH ETHUD OPIOIDUD SUD'],
  ['ETH', 'ETH ETHUD OPIOIDUD SUD'],
  ['ETHUD', 'ETH ETHUD'],
  ['OPIOIDUD', 'OPIOIDUD'],
  ['PSY', 'PSY'],
  ['PSYTHPN', 'PSYTHPN'],
  ['BH', 'BH'],
  ['HIV', 'HIV'],
  ['42CFRPart2', '42CFRPart2'],
  ['toString', 'toString'],
];

test.each(MEANT)('a rule about %s is about %s', (code, meant) => {
  expect(labelsMeant(code).join(' ')).toBe(meant);
});

test('what is below means no more than what is above', () => {
  for (const code of ['SUD', 'ETHUD', 'OPIOIDUD', 'ETH', 'PSY', 'PSYTHPN', 'BH'])
    for (const meant of labelsMeant(code)) expect(labelsMeant('SPI')).toContain(meant);
});
