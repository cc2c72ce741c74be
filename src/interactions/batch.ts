// Every entry of a batch is a request of its own: its own Grant, its own audit row, its own outcome.
import { STATUS_CODES } from 'node:http';
import type { Principal } from '../access/grant.ts';
import { type Body, instantOf } from '../fhir/body.ts';
import { ERRORS, FhirError } from '../fhir/error.ts';
import { outcomeOf } from '../fhir/outcome.ts';
import type { AnyResource, JsonObject } from '../fhir/types.ts';
import { validateResource } from '../validation/validate.ts';
import type { Attempt } from './attempt.ts';
import type { BundleRequest } from './bundle.ts';
import type { Context } from './context.ts';
import { type EntryRequest, toRequest } from './entry-request.ts';
import { labelledBundle } from './labelled.ts';
import { recordRefusal } from './refusal.ts';
import { type Answer, type CarryingEntry, carriedBy, type FhirRequest } from './request.ts';

export type Enter = (request: FhirRequest, context: Context, principal: Principal) => Promise<Answer>;

interface Tools {
  audit: Attempt;
  context: Context;
  principal: Principal;
  enter: Enter;
}

/** Entries under way at once: they share commits, and a large batch does not crowd out other callers. */
const AT_ONCE = 32;

/** Characters of answers after which the entries that are left are refused: a batch is held in memory. */
const MOST_ANSWERED = 32 * 1024 * 1024;
const TOO_MUCH = new FhirError(
  'too-large',
  'The answers to the entries before this one are too much for one batch.',
);

export async function batch(body: Body, request: BundleRequest, tools: Tools): Promise<Answer> {
  demandFrame(body.resource);
  await tools.audit.record([]);
  const entries = (body.tree.entry ?? []) as JsonObject[];
  const answers: CarryingEntry[] = [];
  let size = 0;
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const group = entries.slice(start, start + AT_ONCE);
    const done =
      size > MOST_ANSWERED
        ? await Promise.all(group.map(() => refused(TOO_MUCH, request.request, tools)))
        : await Promise.all(group.map((entry, i) => answer(entry, start + i, request, tools)));
    size += done.reduce((sum, entry) => sum + (entry.resource?.length ?? 0), 0);
    answers.push(...done);
  }
  return { bundle: { type: 'batch-response', entries: answers } };
}

/** The Bundle without what its entries hold: a bad resource is the matter of its entry alone. */
function demandFrame(bundle: AnyResource): void {
  const entries = bundle.entry;
  const bare = Array.isArray(entries)
    ? entries.map(entry =>
        typeof entry === 'object' && entry !== null && !Array.isArray(entry)
          ? { ...entry, resource: undefined }
          : entry,
      )
    : entries;
  const frame = JSON.parse(JSON.stringify({ ...bundle, entry: bare })) as AnyResource;
  const issues = validateResource(frame);
  if (Array.isArray(entries)) {
    for (const [i, entry] of entries.entries()) {
      if ((entry as JsonObject | null)?.request === undefined)
        issues.push({ path: `Bundle.entry[${i}].request`, message: 'A batch entry says its request.' });
    }
  }
  if (issues.length > 0) throw new FhirError('invalid-structure', issues);
}

async function answer(
  entry: JsonObject,
  index: number,
  request: BundleRequest,
  tools: Tools,
): Promise<CarryingEntry> {
  const { context, principal, enter } = tools;
  // What was just sent is not sent back unless asked for.
  const prefer = { return: 'minimal' as const, ...request.prefer };
  const path = `Bundle.entry[${index}]`;
  const text = entry.resource === undefined ? '' : JSON.stringify(entry.resource);
  const frame = { base: context.base, prefer, request: request.request, path };
  let inner: FhirRequest;
  try {
    inner = toRequest(entry.request as unknown as EntryRequest, text, frame);
  } catch (error) {
    return refused(error, request.request, tools);
  }
  try {
    return entryOf(await enter(inner, context, principal), principal);
  } catch (error) {
    return failure(error, request.request, context);
  }
}

/** An entry that never became a request leaves a row as well. */
async function refused(error: unknown, request: string, tools: Tools): Promise<CarryingEntry> {
  const { context, principal } = tools;
  const known = knownError(error, request);
  try {
    await recordRefusal({ request, action: 'request', principal }, known, context);
    return failure(error, request, context);
  } catch (unrecorded) {
    return failure(unrecorded, request, context);
  }
}

function entryOf(reply: Answer, principal: Principal): CarryingEntry {
  const carries = carriedBy(reply);
  if ('bundle' in reply)
    return {
      resource: labelledBundle(reply.bundle, principal),
      response: { status: statusText(200) },
      carries,
    };
  const { headers } = reply;
  return {
    ...(reply.body === undefined ? {} : { resource: reply.body }),
    carries,
    response: {
      status: statusText(reply.status),
      ...(headers.Location === undefined ? {} : { location: headers.Location }),
      ...(headers.ETag === undefined ? {} : { etag: headers.ETag }),
      ...(reply.seq === undefined ? {} : { lastModified: instantOf(reply.seq) }),
    },
  };
}

function failure(error: unknown, request: string, context: Context): CarryingEntry {
  const known = knownError(error, request);
  if (known !== error) context.log.error({ err: error, request }, 'a batch entry failed');
  const outcome = JSON.stringify(outcomeOf(known));
  return { response: { status: statusText(ERRORS[known.code].status), outcome } };
}

const knownError = (error: unknown, request: string): FhirError =>
  error instanceof FhirError ? error : new FhirError('internal', `Internal error; request ${request}.`);

/** `201 Created`. */
export const statusText = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trim();
