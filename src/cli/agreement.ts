// `agreement`: what a program and its auditor have agreed on.
import type { App, ExceptionOf } from '../app.ts';
import { AUDIT_PURPOSES } from '../app.ts';
import { dayOf, end, lastDay, line, put, tellAll } from './exceptions.ts';
import { type Options, text } from './options.ts';
import { asProgram } from './own-program.ts';
import { CommandError, say, type Terminal } from './terminal.ts';

type Agreement = ExceptionOf<'agreement'>;

export const addAgreement = (terminal: Terminal, options: Options): Promise<number> =>
  asProgram(terminal, options, async ({ app, program }) => {
    const purpose = text(options, 'purpose')!;
    if (!AUDIT_PURPOSES.has(purpose))
      throw new CommandError(`--purpose: expected one of ${[...AUDIT_PURPOSES].join(', ')}`, 2);
    const from = dayOf(options, 'from')?.low ?? app.context.clock();
    const until = dayOf(options, 'until')!.high;
    if (until <= from) throw new CommandError('--until: expected a day that is not before --from', 2);
    const signed = text(options, 'signed')!;
    dayOf(options, 'signed');
    const entry: Agreement = {
      kind: 'agreement',
      id: app.context.ids(),
      program,
      ...(await partyOf(app, options)),
      purpose,
      from,
      until,
      copying: options.copying === true,
      signedBy: line(options, 'signedBy'),
      signed,
    };
    await put(app, 'agreement-add', program, entry);
    say(terminal.out, options.json === true ? JSON.stringify(entry) : entry.id);
    return 0;
  });

async function partyOf(app: App, options: Options): Promise<{ client: string } | { organization: string }> {
  const [id, organization] = [text(options, 'client'), text(options, 'organization')];
  if ((id === undefined) === (organization === undefined))
    throw new CommandError('Say with whom: --client ID, or --organization ID.', 2);
  if (id === undefined) {
    line(options, 'organization');
    return { organization: organization! };
  }
  const client = await app.registry.client(id);
  if (client === undefined) throw new CommandError(`There is no client ${id}: see client list.`);
  if (client.role !== 'auditor') throw new CommandError(`The client ${id} is no auditor.`);
  return { client: id };
}

/** A line for each: id, with whom, purpose, first and last day, copies, who signed and when, ended. */
export const listAgreements = (terminal: Terminal, options: Options): Promise<number> =>
  asProgram(terminal, options, async ({ app, program }) => {
    const all = (await app.registry.exceptions('agreement')).filter(one => one.program === program);
    tellAll(terminal, options, all, one => [
      one.id,
      one.client ?? `Organization/${one.organization}`,
      one.purpose,
      lastDay(one.from + 1),
      lastDay(one.until),
      one.copying ? 'copies' : 'no copies',
      one.signedBy,
      one.signed,
      ...(one.ended === undefined ? [] : ['ended']),
    ]);
    return 0;
  });

export const endAgreement = (terminal: Terminal, options: Options, id: string | undefined): Promise<number> =>
  asProgram(terminal, options, async ({ app, program }) => {
    await end(app, program, { kind: 'agreement', id });
    return 0;
  });
