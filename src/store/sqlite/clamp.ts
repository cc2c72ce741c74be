// Open ends of periods and ranges arrive as infinities. They are kept as the largest finite value, since
// sort values travel in page links as JSON, which has no infinity.

/** The last instant of a Date; ms since the epoch. */
const LAST_DATE = 8.64e15;

const clamp = (value: number, most: number): number => Math.min(Math.max(value, -most), most);

export const clampDate = (value: number): number => clamp(value, LAST_DATE);
export const clampNumber = (value: number): number => clamp(value, Number.MAX_VALUE);
