// `stay`: what changes in a client's stay, as the records that say it: fewer hours, or the step to less care. Each command
// reads the records as they stand, writes them changed through the program's own door, and names what it wrote.
import type { App } from '../app.ts';
import type { Bundle, CarePlan, EpisodeOfCare } from '../fhir/types.ts';
import type { RecordEnvelope } from '../iop/concept.ts';
import { businessSystem, identifierOf } from '../iop/element.ts';
import type { EpisodeRecord } from '../iop/episode.ts';
import { type PlanRecord, plannedHours } from '../iop/plan.ts';
import type { ReferralRecord } from '../iop/referral.ts';
import { type Options, text, whole } from './options.ts';
import { asProgram, type OwnProgram } from './own-program.ts';
import { patientOfClient } from './patient-of-client.ts';
import { CommandError, say, type Terminal } from './terminal.ts';

interface Stay {
  episode: EpisodeRecord;
  /** Its treatment plan, where it has one. */
  plan: PlanRecord | undefined;
}

/** Fewer sessions or shorter ones: another version of the plan, and the stay in the phase that says so. */
export const taperStay = (terminal: Terminal, options: Options): Promise<number> =>
  inStay(terminal, options, async ({ episode, plan }, { app }) => {
    if (plan === undefined) throw new CommandError('This stay has no treatment plan: import one first.');
    const recordedAt = nowOf(app);
    const why = text(options, 'why');
    const tapered: PlanRecord = {
      ...plan,
      recordedAt,
      intensity: {
        sessionsPerWeek: whole(options, 'sessions', 1),
        minutesPerSession: whole(options, 'minutes', 15),
      },
      change: { what: 'taper', ...(why === undefined ? {} : { text: why }) },
    };
    const before = plannedHours(plan) ?? Number.POSITIVE_INFINITY;
    if (plannedHours(tapered)! >= before)
      throw new CommandError(`That is no taper: the plan has ${before} hours a week now.`);
    const phase = text(options, 'phase') as EpisodeRecord['phase'];
    return [tapered, { ...episode, recordedAt, ...(phase === undefined ? {} : { phase }) } as EpisodeRecord];
  });

/** The stay ends, and a referral says where the client goes on. */
export const stepDown = (terminal: Terminal, options: Options): Promise<number> =>
  inStay(terminal, options, async ({ episode, plan }, { app, program }) => {
    const recordedAt = nowOf(app);
    const [on, to] = [text(options, 'on')!, text(options, 'to') ?? 'outpatient'];
    const [facility, organization, note] = ['facility', 'organization', 'note'].map(name =>
      text(options, name),
    );
    const referral = {
      ...{ kind: 'referral', id: `${episode.id}-step-down`, program, client: episode.client, recordedAt },
      ...{ direction: 'out', service: to, reason: 'step-down', status: 'active', at: recordedAt, level: '1' },
      ...given({ facility, organization, note, clinician: episode.careManager, episode: episode.id }),
    } as ReferralRecord;
    const ended = { status: 'finished', phase: 'transition', until: on, completion: 'completed', recordedAt };
    return [
      referral,
      ...(plan === undefined ? [] : [{ ...plan, recordedAt, status: 'completed', until: on }]),
      { ...episode, ...ended },
    ];
  });

const nowOf = (app: App): string => new Date(app.context.clock()).toISOString();
const given = (all: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));

async function inStay(
  terminal: Terminal,
  options: Options,
  change: (stay: Stay, own: OwnProgram) => Promise<RecordEnvelope[]>,
): Promise<number> {
  return asProgram(terminal, options, async own => {
    const stay = await stayOf(own, text(options, 'client')!, text(options, 'stay'));
    const records = await change(stay, own);
    // What one record refuses the others are not written for.
    const planned = await take(own, records, true);
    const { rows, failed } = planned.failed ? planned : await take(own, records, false);
    if (options.json === true) say(terminal.out, JSON.stringify({ records: rows.length, failed, rows }));
    else for (const row of rows) say(terminal.out, row);
    return failed ? 1 : 0;
  });
}

/** A row for each record, and whether one did not get in. */
async function take(
  { app, principal }: OwnProgram,
  records: readonly RecordEnvelope[],
  dryRun: boolean,
): Promise<{ rows: string[]; failed: boolean }> {
  const rows: string[] = [];
  let failed = false;
  const chunks = (async function* () {
    for (const record of records) yield Buffer.from(`${JSON.stringify(record)}\n`);
  })();
  for await (const { kind, id, outcome, issues = [], conflicts = [] } of app.importRecords(
    chunks,
    principal,
    { dryRun },
  )) {
    const refused = outcome === 'bad' || outcome === 'conflict';
    failed ||= refused;
    const why = [...issues.map(one => `${one.path}: ${one.message}`), ...conflicts.map(one => one.path)];
    const became = dryRun && !refused ? 'not written' : outcome;
    rows.push(`${kind} ${id}: ${[became, ...why].join('; ')}`);
  }
  return { rows, failed };
}

/** The client's stay that goes on: the one named, or the only one. */
async function stayOf(
  { app, program, principal }: OwnProgram,
  client: string,
  named: string | undefined,
): Promise<Stay> {
  const patient = await patientOfClient(app, program, client);
  if (patient === undefined) throw new CommandError(`There is no client ${client}.`);
  const search = (type: string) => searchKeys({ app, program, principal }, type, patient);
  const stays = await search('EpisodeOfCare');
  const key = named ?? (stays.length === 1 ? stays[0] : undefined);
  if (key === undefined)
    throw new CommandError(
      stays.length === 0
        ? `Client ${client} has no stay that goes on.`
        : `Client ${client} has several stays: say which by --stay (${stays.join(', ')}).`,
    );
  if (!stays.includes(key)) throw new CommandError(`Client ${client} has no stay ${key} that goes on.`);
  const episode = (await app.record('episode', key, principal)) as EpisodeRecord;
  for (const id of await search('CarePlan')) {
    const plan = (await app.record('plan', id, principal)) as PlanRecord;
    if (plan.purpose === 'treatment' && (plan.episode ?? key) === key) return { episode, plan };
  }
  return { episode, plan: undefined };
}

/** Keys of the records whose resources of this type are in force. */
async function searchKeys(
  { app, program, principal }: OwnProgram,
  type: string,
  patient: string,
): Promise<string[]> {
  const query = `patient=Patient/${encodeURIComponent(patient)}&status=active&_count=1000`;
  const common = { prefer: {}, request: app.context.ids() };
  const { body } = await app.handle({ kind: 'search', type, query, ...common }, principal);
  const system = businessSystem(program, type === 'CarePlan' ? 'plan' : 'episode');
  return ((JSON.parse(body!) as Bundle).entry ?? []).flatMap(({ resource }) => {
    const key = identifierOf((resource as CarePlan | EpisodeOfCare).identifier, system);
    return key === undefined ? [] : [key];
  });
}
