// What `client` and `keys` can do, as the command line sees it.
import type { Command } from 'commander';
import {
  addClient,
  applyClients,
  listClients,
  printAssertion,
  rotateClient,
  setDisabled,
  showClient,
} from './client.ts';
import { rotateKeys } from './keys.ts';
import type { Action } from './run.ts';
import type { Terminal } from './terminal.ts';

export function addClientCommands(
  root: Command,
  terminal: Terminal,
  keep: (action: Action) => (...given: unknown[]) => Promise<void>,
): void {
  const client = root
    .command('client')
    .description('clients that may get tokens from the token endpoint')
    .exitOverride();
  withKeys(
    client
      .command('add')
      .description('register a client')
      .requiredOption('--id <id>', 'client id')
      .requiredOption('--organization <id>', 'logical id of the Organization that it acts for')
      .requiredOption('--role <role>', 'program, ehr, payer, patient, representative, auditor or admin')
      .requiredOption('--scope <scopes>', 'SMART scopes, space separated: the most it may be granted')
      .option('--name <name>', 'what it is called')
      .option('--purpose <code...>', 'purposes of use that it may claim (default: TREAT; a payer: HPAYMT)')
      .option(
        '--recipient <kind>',
        'covered-entity, business-associate, other-lawful-holder or part2-program',
      )
      .option('--patient <id>', 'logical id of the Patient that it is or acts for')
      .option('--related-person <id>', 'logical id of the RelatedPerson that it is: role representative')
      .option('--practitioner <id>', 'logical id of the Practitioner that it is')
      .option('--declassify', 'it may take security labels off the records of its own program')
      .option('--issuer <url>', 'the trusted issuer whose tokens are its own, with --subject')
      .option('--subject <text>', 'client_id or sub of those tokens'),
  ).action(keep(options => addClient(terminal, options)));
  client
    .command('list')
    .description('all clients')
    .option('--json', 'print JSON')
    .action(keep(options => listClients(terminal, options)));
  client
    .command('show')
    .description('one client')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(keep((options, id) => showClient(terminal, options, id)));
  client
    .command('disable')
    .description('it gets no more tokens, and those it has end at once')
    .argument('<id>')
    .action(keep((_options, id) => setDisabled(terminal, id, true)));
  client
    .command('enable')
    .description('take that back')
    .argument('<id>')
    .action(keep((_options, id) => setDisabled(terminal, id, false)));
  withKeys(
    client
      .command('rotate')
      .description('give it other keys')
      .argument('<id>')
      .option('--keep', 'beside those it has, until the next rotation'),
  ).action(keep((options, id) => rotateClient(terminal, options, id)));
  client
    .command('apply')
    .description('register what a JSON file says (a list of clients); again changes nothing')
    .argument('<file>')
    .option('--json', 'print JSON')
    .action(keep((options, file) => applyClients(terminal, options, file)));
  client
    .command('assertion')
    .description('print what a client sends to the token endpoint to say who it is')
    .argument('<id>')
    .requiredOption('--key <file>', 'its private JWK')
    .option('--url <url>', 'base URL of the server, without /fhir (default: BASE_URL, or HOST and PORT)')
    .action(keep((options, id) => printAssertion(terminal, options, id)));

  const keys = root.command('keys').description("the server's own signing keys").exitOverride();
  keys
    .command('rotate')
    .description('sign with a new key; what the one before signed stays good until it is over')
    .option('--revoke-old', 'what was signed before ends at once')
    .action(keep(options => rotateKeys(terminal, options)));
}

const withKeys = (command: Command): Command =>
  command
    .option('--jwks <file>', 'its public keys (a JWK or a JWK set)')
    .option('--jwks-url <url>', 'where it publishes them')
    .option('--generate-key <file>', 'make a key, and write its private JWK to this file (0600)')
    .option('--json', 'print JSON');
