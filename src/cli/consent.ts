// `consent`: what a client signed, in plain words. Consents are program records like all others (iop/consent.ts) and go
// in by the same door; what is listed, explained and printed comes from what a request would get.
import { writeFileSync } from 'node:fs';
import type { App, Principal } from '../app.ts';
import type { AnyResource, Consent, ConsentProvision, Encounter, JsonObject } from '../fhir/types.ts';
import { recordsOf } from '../iop/consent-form.ts';
import type { SelfPaid } from '../iop/consent-scope.ts';
import { businessSystem, identifierOf } from '../iop/element.ts';
import { PART2_EVENT_ON } from '../iop/extensions.ts';
import { extend } from '../iop/vocabulary.ts';
import { type Options, text } from './options.ts';
import { asProgram } from './own-program.ts';
import { patientOfClient } from './patient-of-client.ts';
import { CommandError, say, type Terminal } from './terminal.ts';

const common = (app: App) => ({ prefer: {}, request: app.context.ids() });
const listOf = (value: string | undefined): string[] | undefined =>
  value?.split(',').filter(one => one !== '');

/** One record of kind `consent`; its id is printed. What 42 CFR 2.31 asks for and is not given is said by name. */
export const addConsent = (terminal: Terminal, options: Options): Promise<number> =>
  asProgram(terminal, options, async ({ app, program, principal }) => {
    const id = text(options, 'id') ?? `consent-${app.context.ids()}`;
    const selfPaid = await selfPaidOf(app, principal, program, listOf(text(options, 'selfPaid')));
    const denies = options.deny === true || selfPaid !== undefined;
    const only = listOf(text(options, 'only'));
    const given = {
      kind: 'consent',
      id,
      program,
      client: text(options, 'client'),
      status: options.draft === true ? 'draft' : 'active',
      effect: denies ? 'deny' : 'permit',
      recipient: text(options, 'to'),
      purposes: listOf(text(options, 'for')) ?? (selfPaid === undefined ? undefined : ['HPAYMT', 'HOPERAT']),
      allRecords: denies || only !== undefined ? undefined : true,
      only,
      except: listOf(text(options, 'except')),
      exceptSensitive: listOf(text(options, 'exceptSensitive')),
      dataFrom: text(options, 'dataFrom'),
      dataUntil: text(options, 'dataUntil'),
      selfPaid,
      statements: denies ? undefined : listOf(text(options, 'statements')),
      criminalJustice: options.criminalJustice === true || options.irrevocable === true ? true : undefined,
      irrevocable: options.irrevocable === true ? true : undefined,
      signedOn: text(options, 'signed'),
      from: text(options, 'from'),
      until: text(options, 'until'),
      expiresUpon: text(options, 'expiresUpon'),
      verifiedOn: text(options, 'verified'),
      paper: text(options, 'paper'),
    };
    const record = JSON.stringify(given);
    const chunks = (async function* () {
      yield Buffer.from(`${record}\n`);
    })();
    for await (const outcome of app.importRecords(chunks, principal)) {
      if (outcome.outcome === 'written' || outcome.outcome === 'unchanged') {
        say(terminal.out, options.json === true ? JSON.stringify(outcome) : id);
        return 0;
      }
      const issues = outcome.issues ?? [];
      throw new CommandError(
        issues.map(issue => `${issue.path}: ${issue.message}`).join('\n') ||
          `It was not taken: ${outcome.outcome}.`,
      );
    }
    return 1;
  });

/** The client's sessions by the keys of attendances, which say of which session they are. */
async function selfPaidOf(
  app: App,
  principal: Principal,
  program: string,
  attendances: readonly string[] | undefined,
): Promise<SelfPaid[] | undefined> {
  if (attendances === undefined) return undefined;
  const claims = attendances.map(key => `${program}|attendance|${key}|`);
  const made = await app.registry.claims(claims);
  const all: SelfPaid[] = [];
  for (const [at, attendance] of attendances.entries()) {
    const id = made.get(claims[at]!)?.slice('Encounter/'.length);
    if (id === undefined) throw new CommandError(`There is no attendance ${attendance}.`);
    const read = await app.handle(
      { kind: 'read', type: 'Encounter', id, query: '', ...common(app) },
      principal,
    );
    const { identifier } = JSON.parse(read.body!) as Encounter;
    const session = identifierOf(identifier, businessSystem(program, 'session'));
    if (session === undefined) throw new CommandError(`Attendance ${attendance} is of no session.`);
    all.push({ session, attendance });
  }
  return all;
}

/**
 * A line for each Consent of a person: id, status, effect, to whom, what for, until, which records, what is missing.
 */
export const listConsents = (terminal: Terminal, options: Options): Promise<number> =>
  asProgram(terminal, options, async ({ app, program, principal }) => {
    const patient = await patientOf(app, program, options);
    const query = `patient=Patient/${encodeURIComponent(patient)}&_count=1000`;
    const found = await app.handle({ kind: 'search', type: 'Consent', query, ...common(app) }, principal);
    const { entry = [] } = JSON.parse(found.body!) as { entry?: { resource: AnyResource }[] };
    const told: JsonObject[] = [];
    for (const { resource } of entry) told.push(await tell(app, principal, resource));
    if (options.json === true) say(terminal.out, JSON.stringify(told));
    else for (const one of told) say(terminal.out, Object.values(one).flat().join('\t'));
    return 0;
  });

async function patientOf(app: App, program: string, options: Options): Promise<string> {
  const [patient, key] = [text(options, 'patient'), text(options, 'client')];
  if ((patient === undefined) === (key === undefined))
    throw new CommandError('Say who it is: --client KEY, or --patient ID.', 2);
  const found = patient ?? (await patientOfClient(app, program, key!));
  if (found === undefined) throw new CommandError(`There is no client ${key}.`);
  return found;
}

async function tell(app: App, principal: Principal, consent: AnyResource): Promise<JsonObject> {
  const id = String(consent.id);
  const provision = (consent.provision ?? {}) as JsonObject;
  const outcome = await app.handle(
    {
      kind: 'operation',
      operation: 'validate-part2',
      type: 'Consent',
      id,
      query: '',
      csv: false,
      ...common(app),
    },
    principal,
  );
  const { issue } = JSON.parse(outcome.body!) as { issue: { code: string; details?: { text: string } }[] };
  const missing = issue.filter(one => one.code === 'required').map(one => one.details?.text ?? '');
  return {
    id,
    status: consent.status ?? '',
    effect: provision.type ?? '',
    to: ((provision.actor ?? []) as { reference?: { reference?: string } }[])
      .map(one => one.reference?.reference ?? '')
      .join(' '),
    for: ((provision.purpose ?? []) as { code?: string }[]).map(one => one.code ?? '').join(' '),
    until: ((provision.period ?? {}) as { end?: string }).end ?? '',
    what: whatOf(provision as ConsentProvision),
    missing: missing.join(', '),
  };
}

/** Of which records, and of which not. */
const whatOf = (provision: ConsentProvision): string =>
  [
    recordsOf(provision, String),
    ...[provision.dataPeriod].flatMap(one =>
      one === undefined ? [] : [[`${one.start ?? ''}..${one.end ?? ''}`]],
    ),
    ...(provision.provision ?? []).map(one =>
      recordsOf(one, String).map(text => `${one.type === 'deny' ? 'not' : 'also'} ${text}`),
    ),
  ]
    .flat()
    .join('; ');

/** From the next request on, for every server. What went out before is not undone, and stays in the accounting. */
export const revokeConsent = (
  terminal: Terminal,
  options: Options,
  id: string | undefined,
): Promise<number> =>
  asProgram(terminal, options, async ({ app, principal }) => {
    const read = await app.handle(
      { kind: 'read', type: 'Consent', id: id!, query: '', ...common(app) },
      principal,
    );
    const consent = JSON.parse(read.body!) as AnyResource;
    if (consent.status === 'inactive') throw new CommandError('It was revoked before.');
    const happened = extend(PART2_EVENT_ON, text(options, 'eventHappened'));
    const { extension = [] } = consent as unknown as Consent;
    const body = JSON.stringify({
      ...consent,
      ...(happened.length === 0 ? {} : { extension: [...extension, ...happened] }),
      status: 'inactive',
    });
    const ifMatch = read.headers.ETag!;
    await app.handle({ kind: 'update', type: 'Consent', id: id!, body, ifMatch, ...common(app) }, principal);
    return 0;
  });

/** As $explain-access says it. */
export const explainConsent = (
  terminal: Terminal,
  options: Options,
  resource: string | undefined,
): Promise<number> =>
  asProgram(terminal, options, async ({ app, principal }) => {
    const [type = '', id = '', ...rest] = (resource ?? '').split('/');
    if (id === '' || rest.length > 0) throw new CommandError('Expected Type/ID, as Patient/...', 2);
    const query = `client=${encodeURIComponent(text(options, 'client')!)}`;
    const asked = { kind: 'operation', operation: 'explain-access', type, id, query, csv: false } as const;
    const { body } = await app.handle({ ...asked, ...common(app) }, principal);
    if (options.json === true) say(terminal.out, body!);
    else {
      const lines = linesOf((JSON.parse(body!) as AnyResource).parameter);
      for (const line of [...lines, ...(await scopesOf(app, principal, lines))]) say(terminal.out, line);
    }
    return 0;
  });

/** Of which records the Consents are that are named in it, a line for each version. */
async function scopesOf(app: App, principal: Principal, lines: readonly string[]): Promise<string[]> {
  const named = lines.flatMap(line => /Consent\/([^/\s]+)\/_history\/([^/\s]+)$/.exec(line)?.slice(1) ?? []);
  const versions = new Map<string, string[]>();
  for (let at = 0; at < named.length; at += 2)
    versions.set(`${named[at]}/${named[at + 1]}`, [named[at]!, named[at + 1]!]);
  const said: string[] = [];
  for (const [id, version] of versions.values()) {
    const asked = { kind: 'vread', type: 'Consent', id: id!, version: version!, query: '' } as const;
    const { body } = await app.handle({ ...asked, ...common(app) }, principal);
    said.push(`records Consent/${id} ${whatOf((JSON.parse(body!) as Consent).provision ?? {})}`);
  }
  return said;
}

/** A parameter on a line, its parts below it. */
function linesOf(parameters: unknown, indent = ''): string[] {
  return (parameters as JsonObject[]).flatMap(({ name, part, ...value }) => {
    const [said] = Object.values(value);
    const plain = said as JsonObject;
    const shown = typeof said === 'object' ? (plain.reference ?? plain.code ?? '') : (said ?? '');
    return [
      `${indent}${String(name)} ${String(shown)}`.trimEnd(),
      ...(part === undefined ? [] : linesOf(part, `${indent}  `)),
    ];
  });
}

/** HTML, to standard output or a file that nobody else can read. */
export const printForm = (terminal: Terminal, options: Options, id: string | undefined): Promise<number> =>
  asProgram(terminal, options, async ({ app, principal }) => {
    const html = await app.printConsent(id!, principal);
    const file = text(options, 'out');
    if (file === undefined) terminal.out.write(html);
    else writeFileSync(file, html, { mode: 0o600 });
    return 0;
  });
