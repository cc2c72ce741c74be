// What Consents say of charts: see Store.consentLines.
import type { ConsentLine, LinesQuery } from '../port.ts';
import { ownersAsked } from './consents.ts';
import { type Reading, within } from './reading.ts';

const CONSENT = 'Consent/';

export async function readConsentLines(
  reading: Reading,
  { asked, charts }: LinesQuery,
): Promise<ConsentLine[]> {
  if (asked.length === 0 || charts.length === 0) return [];
  const found = await reading.collections.rule
    .find(
      {
        owner: { $in: [...new Set(charts.map(one => one.owner))] },
        person: { $in: [...new Set(charts.map(one => one.person))] },
        permit: { $in: [true, false] },
        live: true,
        $or: asked.map(one => ({
          actor: { $in: [one.actor, ...(one.also ?? []), ''] },
          purpose: { $in: ['', ...one.purposes] },
          from: { $lte: one.at },
          to: { $gt: one.at },
          ...ownersAsked(one),
        })),
      },
      { ...within(reading), hint: 'person' },
    )
    .toArray();
  return found
    .filter(({ consent }) => consent.startsWith(CONSENT))
    .map(({ owner, person, permit, actor, purpose, rank, terms, shared, consent }) => ({
      owner,
      person,
      effect: permit ? 'permit' : 'deny',
      actor,
      purpose,
      rank,
      bound: terms !== undefined,
      shared: shared === true,
      consent: consent.slice(CONSENT.length),
    }));
}
