// `program add`: a program's Organization, with its mark and its id space.
import { createApp } from '../app.ts';
import { isId } from '../fhir/id.ts';
import { organizationOf } from '../iop/program.ts';
import { recordAct } from './administer.ts';
import { ownPrincipal } from './demo-store.ts';
import { type Options, text } from './options.ts';
import { putOrganization } from './put-organization.ts';
import { CommandError, configOf, say, type Terminal } from './terminal.ts';

export async function addProgram(terminal: Terminal, options: Options): Promise<number> {
  const app = await createApp(configOf(terminal));
  try {
    const id = text(options, 'id') ?? app.context.ids();
    if (!isId(id)) throw new CommandError('--id: expected letters, digits, - and ., at most 64', 2);
    const known = await app.registry.organizations();
    if (known.some(entry => entry.id === id))
      throw new CommandError(`There is an Organization ${id} already.`);
    const first = !known.some(entry => entry.prefix === '');
    const prefix = text(options, 'prefix') ?? (first ? '' : `${id.slice(0, 20)}-`);
    const part2 = options.part2 !== false;
    await recordAct(app.context.store, app.context.ids(), { action: 'program-add', organization: id });
    await app.registry.putOrganization({ id, prefix, program: true, part2 });
    const npi = text(options, 'npi');
    const facts = {
      id,
      name: text(options, 'name')!,
      type: 'prov' as const,
      part2,
      ...(npi === undefined ? {} : { npi }),
    };
    await putOrganization(app, organizationOf(facts), await ownPrincipal(app, id));
    say(terminal.out, options.json === true ? JSON.stringify({ id, prefix, part2 }) : id);
    return 0;
  } finally {
    await app.close();
  }
}
