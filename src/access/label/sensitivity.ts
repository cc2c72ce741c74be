// The sensitivities of v3-ActCode as a hierarchy, and which codes say how restricted a record is.
// https://terminology.hl7.org/CodeSystem-v3-ActCode.html

const CHILDREN: ReadonlyMap<string, readonly string[]> = new Map([
  ['SPI', ['SUD', 'PSY', 'PSYTHPN', 'BH']],
  ['SUD', ['ETHUD', 'OPIOIDUD']],
]);

/** A record of a person with one of them is restricted. */
export const RESTRICTED: ReadonlySet<string> = new Set([
  'SPI',
  'SUD',
  'ETHUD',
  'OPIOIDUD',
  'ETH',
  'PSY',
  'BH',
  'HIV',
  'SDV',
  'SEX',
  'VIO',
  'MENCAT',
  '42CFRPart2',
  'Title38Section7332',
]);

/** Notes of what was said in therapy, kept apart from the record: very restricted. */
export const COUNSELLING_NOTE: ReadonlySet<string> = new Set(['PSYTHPN', 'HIPAAPsyNotes']);

/**
 * The codes of v3-ActCode of which one is on every resource that a rule about `code` is about: itself, what is below
 * it, and by policy ETH: older than SUD and unrelated to it in the hierarchy, it means alcohol and drug abuse, as SUD
 * does, and is found by what asks of alcohol alone as well. Sorted; an unknown code means itself.
 */
export function labelsMeant(code: string): string[] {
  const meant = new Set([code]);
  if (code === 'ETH') meant.add('SUD');
  // What is added is come to as well.
  for (const one of meant) for (const child of CHILDREN.get(one) ?? []) meant.add(child);
  if (meant.has('ETHUD')) meant.add('ETH');
  return [...meant].sort();
}
