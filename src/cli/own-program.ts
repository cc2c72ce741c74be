// A command that acts for a program on the store itself.
import { type App, createApp, type Principal } from '../app.ts';
import { ownPrincipal } from './demo-store.ts';
import { type Options, text } from './options.ts';
import { CommandError, configOf, type Terminal } from './terminal.ts';

export interface OwnProgram {
  app: App;
  /** Logical id of its Organization. */
  program: string;
  principal: Principal;
}

/** Of the program that `--program` names; closes the store whatever becomes of the work. */
export async function asProgram(
  terminal: Terminal,
  options: Options,
  work: (own: OwnProgram) => Promise<number>,
): Promise<number> {
  const app = await createApp(configOf(terminal));
  try {
    const program = text(options, 'program')!;
    const organizations = await app.registry.organizations();
    if (!organizations.some(entry => entry.id === program && entry.program))
      throw new CommandError(`There is no program ${program} in this store.`);
    return await work({ app, program, principal: await ownPrincipal(app, program) });
  } finally {
    await app.close();
  }
}
