// POST /iop/records: one record, a list of them, or NDJSON; answered with what became of each.
import type { Principal } from '../access/grant.ts';
import { FhirError } from '../fhir/error.ts';
import { parseJson } from '../fhir/json.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import { readLines } from './import/lines.ts';
import { count, type Input, noCounts, type RecordOutcome } from './import/outcome.ts';
import { demandProgram, importRecords } from './import.ts';
import { json } from './record-schema.ts';
import type { Reply } from './request.ts';

const NDJSON: ReadonlySet<string> = new Set(['application/x-ndjson', 'application/ndjson']);

const EXPECTED =
  'Expected a record or a list of records (application/json), or NDJSON (application/x-ndjson).';

export interface RecordsBody {
  /** Without parameters, lower case. */
  mediaType: string;
  text: string;
  /** X-Request-Id. */
  request: string;
}

/**
 * 200 with one outcome per record, whatever became of them: `{ summary, records }`. Throws
 * `invalid-structure` where the body as a whole cannot be read, `forbidden` for callers that are no program.
 */
export async function replyToRecords(
  { mediaType, text, request }: RecordsBody,
  context: Context,
  principal: Principal,
): Promise<Reply> {
  return attempt({ request, action: 'import' }, context, principal, async audit => {
    await demandProgram(context, principal);
    const inputs = NDJSON.has(mediaType) ? readLines(once(text)) : inputsOf(text);
    const summary = noCounts();
    const records: RecordOutcome[] = [];
    for await (const outcome of importRecords(inputs, context, principal, { request })) {
      count(summary, outcome);
      records.push(outcome);
    }
    // Records leave rows of their own, but not those that never came as far as the store.
    if (summary.bad === records.length) await audit.record([]);
    return json({ summary, records });
  });
}

function inputsOf(text: string): Input[] {
  const value = parseJson(text);
  if (Array.isArray(value)) return value.map((item, index) => ({ index, value: item }));
  if (typeof value === 'object' && value !== null) return [{ index: 0, value }];
  throw new FhirError('invalid-structure', EXPECTED);
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
