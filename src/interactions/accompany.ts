// What accompanies an answer on its way out: the notice of 42 CFR 2.32 and the consent, wherever the answer
// carries Part 2 data to somebody outside the program. The one place where it is put on, for every interaction.
import type { Principal } from '../access/grant.ts';
import { LONG_NOTICE, outsideOf, part2Of, SHORT_NOTICE } from '../access/notice.ts';
import type { Version } from '../store/port.ts';
import { consentReference } from './consent-reference.ts';
import type { Context } from './context.ts';
import { recordIntermediaries } from './intermediary.ts';
import { labelledBundle } from './labelled.ts';
import { type Answer, type AnsweredBundle, carriedBy, type Reply } from './request.ts';

/** `request`: X-Request-Id. Costs nothing where the caller asks for its own. */
export async function accompany(
  answer: Answer,
  request: string,
  context: Context,
  principal: Principal,
): Promise<Reply> {
  const outside = outsideOf(principal, carriedBy(answer));
  if (outside.length === 0) return replyOf(answer, principal);
  const disclosed = part2Of(outside, await context.registry.organizations());
  if (disclosed.length === 0) return replyOf(answer, principal);
  await recordIntermediaries(disclosed, request, context, principal);
  const consents = await consentReference(disclosed, context, principal);
  const reply = replyOf(
    'bundle' in answer ? { bundle: withNotice(answer.bundle, new Set(disclosed), context) } : answer,
    principal,
  );
  const notice = {
    'Redisclosure-Notice': SHORT_NOTICE,
    ...(consents === undefined ? {} : { 'Consent-Reference': consents }),
  };
  return { ...reply, headers: { ...reply.headers, ...notice } };
}

const replyOf = (answer: Answer, principal: Principal): Reply =>
  'bundle' in answer ? { status: 200, headers: {}, body: labelledBundle(answer.bundle, principal) } : answer;

const OUTCOME = JSON.stringify({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'information', code: 'informational', details: { text: LONG_NOTICE } }],
});

/**
 * The long form, once, where R4 has a place for it: an entry of its own in a searchset; in the answer to a batch or
 * a transaction the outcome of the first entry that is Part 2. A history has none: all of its entries are versions,
 * and their outcomes tell of the time when those were written.
 */
function withNotice(
  bundle: AnsweredBundle,
  disclosed: ReadonlySet<Version>,
  context: Context,
): AnsweredBundle {
  const { type, entries } = bundle;
  if (type === 'history') return bundle;
  if (type === 'searchset') {
    const entry = { fullUrl: `urn:uuid:${context.ids()}`, resource: OUTCOME, search: 'outcome' as const };
    return { ...bundle, entries: [...entries, entry] };
  }
  const first = entries.findIndex(({ carries = [] }) => carries.some(one => disclosed.has(one)));
  return {
    ...bundle,
    entries: entries.map((entry, at) =>
      at === first && entry.response !== undefined
        ? { ...entry, response: { ...entry.response, outcome: OUTCOME } }
        : entry,
    ),
  };
}
