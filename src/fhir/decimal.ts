// Decimals and the interval that their written precision stands for: 100 is [99.5, 100.5), 100.00 is
// [99.995, 100.005). With an exponent the specification gives 1e2 as [95, 105) and 5.40e-3 as
// 0.0054 +/- 0.00005: both are its significant digits without trailing zeros, two at least.
// https://hl7.org/fhir/R4/search.html#number and #quantity

export interface DecimalRange {
  value: number;
  /** low <= x < high. */
  low: number;
  high: number;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
/** More digits than a double holds several times over: nobody means them. */
const LONGEST = 64;

/** Reads the text of a decimal; undefined for anything else and for numbers that a double cannot hold. */
export function parseDecimal(text: string): DecimalRange | undefined {
  const parts = text.length > LONGEST ? null : DECIMAL.exec(text);
  if (parts === null) return undefined;
  const { digits, exponent } = scaled(parts);
  // Whole digits and one exponent are read exactly; 5.4 - 0.05 in doubles is not 5.35.
  const low = Number(`${digits * 10n - 5n}e${exponent - 1}`);
  const high = Number(`${digits * 10n + 5n}e${exponent - 1}`);
  const value = Number(text);
  return Number.isFinite(low) && Number.isFinite(high) ? { value, low, high } : undefined;
}

/** The number as digits times a power of ten, where one unit of the digits is its precision. */
function scaled(parts: RegExpExecArray): { digits: bigint; exponent: number } {
  const fraction = parts[3] ?? '';
  const sign = parts[1] === '-' ? -1n : 1n;
  if (parts[4] === undefined)
    return { digits: BigInt(`${parts[2]}${fraction}`) * sign, exponent: -fraction.length };
  const written = `${parts[2]}${fraction}`.replace(/^0+(?=\d)/, '');
  const significant = written.replace(/(?<=\d)0+$/, '').padEnd(2, '0');
  const exponent = Number(parts[4]) - fraction.length + written.length - significant.length;
  return { digits: BigInt(significant) * sign, exponent };
}
