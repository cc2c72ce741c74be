// What `sync` can do, as the command line sees it.
import type { Command } from 'commander';
import type { Action } from './run.ts';
import { addRemote, decideMatch, listMatches, listRemotes, removeRemote } from './sync.ts';
import { runSync } from './sync-run.ts';
import { tellStatus } from './sync-status.ts';
import type { Terminal } from './terminal.ts';

export function addSyncCommands(
  root: Command,
  terminal: Terminal,
  keep: (action: Action) => (...given: unknown[]) => Promise<void>,
): void {
  const sync = root.command('sync').description("exchange with an EHR's own FHIR server").exitOverride();
  sync
    .command('add')
    .description('make a server known; prints the public key to register there')
    .argument('<url>', 'its FHIR base: https, or http on this machine')
    .requiredOption('--program <id>', "logical id of the program's Organization")
    .requiredOption('--organization <id>', 'whose server it is: logical id or name of an Organization')
    .requiredOption('--client <id>', 'our client id there')
    .option('--name <name>', 'what it is called here (default: the id of its Organization)')
    .option('--key <file>', 'our private JWK for it, which is copied into KEYS (default: one is made there)')
    .option('--token-url <url>', 'its token endpoint (default: what its smart-configuration says)')
    .option('--scope <scopes>', 'SMART scopes to ask for (default: what this needs, as SMART v2)')
    .option('--rate <n>', 'requests a second, at most', '5')
    .option(
      '--recipient <kind>',
      'covered-entity, business-associate, other-lawful-holder or part2-program',
      'covered-entity',
    )
    .option('--json', 'print JSON')
    .action(keep((options, url) => addRemote(terminal, options, url)));
  sync
    .command('list')
    .description('all servers that are known')
    .option('--json', 'print JSON')
    .action(keep(options => listRemotes(terminal, options)));
  sync
    .command('remove')
    .description('forget one, and who is who there; what came stays here, what went stays there')
    .argument('<name>')
    .action(keep((_options, name) => removeRemote(terminal, name)));
  sync
    .command('run')
    .description('read there what changed, and send what consents permit; goes on until it is stopped')
    .argument('[name]', 'one of them (default: all)')
    .option('--once', 'once, and no more')
    .option('--every <seconds>', 'how often', '300')
    .option('--full', 'read and compare everything, whenever it changed, and try again what was refused')
    .option('--json', 'print one JSON object for each run')
    .action(keep((options, name) => runSync(terminal, options, name)));
  sync
    .command('status')
    .description('how far it came, and what has to be looked at')
    .argument('[name]', 'one of them (default: all)')
    .option('--json', 'print JSON')
    .action(keep((options, name) => tellStatus(terminal, options, name)));
  sync
    .command('matches')
    .description('people there who may be clients, for somebody to decide')
    .argument('<name>')
    .option('--show', 'ask the server how it describes them')
    .option('--json', 'print JSON')
    .action(keep((options, name) => listMatches(terminal, options, name)));
  sync
    .command('match')
    .description('say who a person there is')
    .argument('<name>')
    .argument('<person>', 'id of the Patient there')
    .argument('[client]', "the program's own key of the client, or the logical id of the Patient here")
    .option('--none', 'it is no client; also undoes a link')
    .action(keep((options, ...named) => decideMatch(terminal, options, named)));
}
