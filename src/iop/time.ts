// Instants as records write them: text with an offset, which is kept. Comparing looks at the moment.

/** Do both name the same moment, whatever their offsets? Two that are absent do not. */
export const sameInstant = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && Date.parse(one) === Date.parse(other);

/** Minutes from one instant to another; fractions are kept. */
export const minutesBetween = (from: string, until: string): number =>
  (Date.parse(until) - Date.parse(from)) / 60_000;
