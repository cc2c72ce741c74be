// Counts that servers share: `rate`. Not for keeping: what is lost with a primary was a second's requests.
import type { Collections } from './reading.ts';

/** See Registry.spend. Two round trips, however many the keys are. */
export async function spendOn(
  { rate }: Collections,
  amounts: ReadonlyMap<string, number>,
  keepMs: number,
): Promise<ReadonlyMap<string, number>> {
  const until = new Date(Date.now() + keepMs);
  const spent = [...amounts].filter(([, amount]) => amount > 0);
  if (spent.length > 0) {
    const ops = spent.map(([_id, sum]) => ({
      updateOne: { filter: { _id }, update: { $inc: { sum }, $max: { until } }, upsert: true },
    }));
    await rate.bulkWrite(ops, { ordered: false, writeConcern: { w: 1, journal: false } });
  }
  // Of the primary itself: what it was just told need not have reached a majority.
  const found = await rate
    .find({ _id: { $in: [...amounts.keys()] } }, { readConcern: { level: 'local' } })
    .toArray();
  const sums = new Map(found.map(({ _id, sum }) => [_id, sum]));
  return new Map([...amounts.keys()].map(key => [key, sums.get(key) ?? 0]));
}
