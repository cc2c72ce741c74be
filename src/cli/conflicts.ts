// `conflicts`: fields that a record and somebody else, through FHIR, both changed. Each conflict is a Task of the program
// (interactions/import/difference-note.ts), read and written as by any caller.
import type { App, Principal } from '../app.ts';
import { codeSystemUrl } from '../fhir/canonical.ts';
import type { Bundle, Json, Task } from '../fhir/types.ts';
import { businessSystem, identifierOf } from '../iop/element.ts';
import { type Options, text } from './options.ts';
import { asProgram } from './own-program.ts';
import { CommandError, say, type Terminal } from './terminal.ts';

interface Conflict {
  id: string;
  /** `session/s-1`. */
  record: string;
  fields: { path: string; record?: Json; fhir?: Json; problem?: string }[];
}

export const listConflicts = (terminal: Terminal, options: Options): Promise<number> =>
  asProgram(terminal, options, async ({ app, program, principal }) => {
    const found: Conflict[] = [];
    for await (const task of openTasks(app, principal)) found.push(conflictOf(task, program));
    if (options.json === true) say(terminal.out, JSON.stringify(found));
    else for (const line of found.flatMap(linesOf)) say(terminal.out, line);
    return 0;
  });

async function* openTasks(app: App, principal: Principal): AsyncGenerator<Task> {
  const common = { prefer: {}, request: app.context.ids() };
  const code = encodeURIComponent(`${codeSystemUrl('import-task')}|import-conflict`);
  const query = `code=${code}&status=requested&_count=100`;
  let reply = await app.handle({ kind: 'search', type: 'Task', query, ...common }, principal);
  for (;;) {
    const { entry = [], link = [] } = JSON.parse(reply.body!) as Bundle;
    for (const { resource } of entry) if (resource?.resourceType === 'Task') yield resource as Task;
    const next = link.find(one => one.relation === 'next')?.url;
    if (next === undefined) return;
    const page = new URL(next).searchParams.get('_page') ?? '';
    reply = await app.handle({ kind: 'page', page, ...common }, principal);
  }
}

function conflictOf(task: Task, program: string): Conflict {
  const fields = new Map<string, Conflict['fields'][number]>();
  for (const { type, valueString = 'null' } of task.input ?? []) {
    const code = type.coding?.[0]?.code;
    if (code === 'record') continue;
    const path = type.text ?? '';
    const side = code === 'fhir-value' ? 'fhir' : code === 'problem' ? 'problem' : 'record';
    fields.set(path, { ...(fields.get(path) ?? { path }), [side]: JSON.parse(valueString) as Json });
  }
  const record = identifierOf(task.identifier, businessSystem(program, 'import-conflict')) ?? '';
  return { id: task.id!, record, fields: [...fields.values()] };
}

function linesOf({ id, record, fields }: Conflict): string[] {
  const said = (value: Json | undefined): string =>
    value === undefined ? '(nothing)' : JSON.stringify(value);
  return [
    `${id}  ${record}`,
    ...fields.map(one =>
      one.problem === undefined
        ? `  ${one.path}: the record says ${said(one.record)}, FHIR said ${said(one.fhir)}`
        : `  ${one.path === '' ? 'record' : one.path}: ${one.problem}`,
    ),
  ];
}

/** Exit code 1 where it is a conflict again: somebody changed it in between. */
export const resolve = (terminal: Terminal, options: Options, id: string | undefined): Promise<number> =>
  asProgram(terminal, options, async ({ app, principal }) => {
    const take = text(options, 'take');
    if (take !== undefined && take !== 'record' && take !== 'fhir')
      throw new CommandError('--take is record or fhir.', 2);
    const sides = new Map<string, 'record' | 'fhir'>();
    for (const side of ['record', 'fhir'] as const)
      for (const path of (options[side] as string[] | undefined) ?? []) {
        if (sides.has(path) && sides.get(path) !== side)
          throw new CommandError('A field is named on both sides.', 2);
        sides.set(path, side);
      }
    if (take === undefined && sides.size === 0)
      throw new CommandError('Say which side: --take, --record or --fhir.', 2);
    const otherwise = take === undefined ? {} : ({ otherwise: take } as const);
    const outcome = await app.resolveConflict({ id: id!, sides, ...otherwise }, principal);
    if (options.json === true) say(terminal.out, JSON.stringify(outcome));
    else say(terminal.out, `${outcome.kind} ${outcome.id}: ${WORDS[outcome.outcome]}`);
    if (outcome.outcome === 'bad' && options.json !== true)
      for (const { path, message } of outcome.issues ?? []) say(terminal.out, `  ${path}: ${message}`);
    return outcome.outcome === 'written' || outcome.outcome === 'unchanged' ? 0 : 1;
  });

const WORDS = {
  written: 'resolved, and written',
  unchanged: 'resolved: nothing had to be written',
  conflict: 'still a conflict: it was changed again, or only the record can end it; see conflicts list',
  bad: 'not taken:',
} as const;
