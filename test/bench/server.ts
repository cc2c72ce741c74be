// The product, in a process of its own: the whole server with everything on.
import { type App, createApp, parseScopes } from '../../src/app.ts';
import { FhirError } from '../../src/fhir/error.ts';
import { answerParent, cpuMs } from './child.ts';
import { CALLERS, configOf, type Place } from './config.ts';
import { PAYER, PROGRAM, people, records } from './data.ts';
import type { Caller } from './operations.ts';
import { progress } from './progress.ts';

const ORGANIZATIONS = [
  { id: PROGRAM, prefix: '', program: true, part2: true },
  { id: PAYER, prefix: 'payer-', program: false, part2: false },
];

/** Bundles on their way at a time while filling. */
const AT_ONCE = 4;
const DAY = 24 * 3600;

let app: App | undefined;

const questions = {
  open: async (place: Place): Promise<void> => {
    app = await createApp(configOf(place));
  },
  /** Writes the data through the transaction interaction. */
  fill: async ({ observations, label }: { observations: number; label: string }): Promise<void> => {
    for (const entry of ORGANIZATIONS) await app!.registry.putOrganization(entry);
    const show = progress(label, observations);
    let done = 0;
    for (const part of [people(observations), records(observations)]) {
      const work = async (): Promise<void> => {
        for (const { bundle, observations: count } of part) {
          await write(bundle);
          done += count;
          if (count > 0) show(done);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    }
  },
  /** Listens; gives the base URL and a token of each caller. */
  listen: async (): Promise<{ url: string; tokens: Record<Caller, string> }> => {
    const url = await app!.listen();
    const tokens = {
      program: await app!.sign(CALLERS.program, DAY),
      payer: await app!.sign(CALLERS.payer, DAY),
    };
    return { url, tokens };
  },
  cpu: cpuMs,
};
export type ServerQuestions = typeof questions;

async function write(body: string): Promise<void> {
  const principal = await app!.principalOf({
    client: 'bench-fill',
    organization: PROGRAM,
    role: 'program',
    scopes: parseScopes('system/*.cruds'),
    purposes: [],
  });
  const request = app!.context.ids();
  try {
    await app!.handle({ kind: 'bundle', body, prefer: { return: 'minimal' }, request }, principal);
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw new Error(`The data were refused: ${error.issues[0]?.message ?? error.message}`, { cause: error });
  }
}

answerParent(questions, async () => app?.close());
