// The `booking` commands as the command line takes them.
import type { Command } from 'commander';
import {
  book,
  cancelBooked,
  listRoster,
  listSlots,
  makeUp,
  moveBooked,
  planSessions,
  rescheduleSession,
} from './booking.ts';
import type { Action } from './run.ts';
import type { Terminal } from './terminal.ts';

export function addBookingCommands(
  root: Command,
  terminal: Terminal,
  keep: (action: Action) => (...given: unknown[]) => Promise<void>,
): void {
  const booking = root.command('booking').description('sessions, their seats, and who waits').exitOverride();
  const command = (name: string, description: string): Command =>
    booking
      .command(name)
      .description(description)
      .requiredOption('--program <id>', "logical id of the program's Organization")
      .option('--json', 'print JSON');
  const inSession = (made: Command): Command =>
    made
      .option('--session <key>', "the program's own key of the session")
      .option('--slot <id>', 'logical id of its Slot');
  const reasoned = (made: Command): Command =>
    made
      .requiredOption(
        '--reason <code>',
        'a code of appointment-cancellation-reason: pat, pat-lt, prov, oth-weath, ...',
      )
      .option('--text <words>', 'the reason in a few words');
  const waits = (made: Command): Command => made.option('--wait', 'where there is no seat: wait for one');

  command('slots', 'sessions of a track or site: Slot, session, when, seats taken, who waits, status')
    .option('--track <key>', "the program's own key of the track")
    .option('--site <key>', "the program's own key of the site")
    .requiredOption('--from <date>', 'first day, by the wall clock of the track')
    .option('--to <date>', 'last day (default: the same)')
    .action(keep(options => listSlots(terminal, options)));
  waits(inSession(command('book', "book a client into a session; prints the Appointment's id and status")))
    .requiredOption('--client <key>', "the program's own key of the client")
    .action(keep(options => book(terminal, options)));
  reasoned(command('cancel', 'cancel an Appointment; who waits moves up'))
    .argument('<appointment>', 'logical id of the Appointment')
    .action(keep((options, id) => cancelBooked(terminal, options, id)));
  reasoned(
    inSession(command('move', 'move an Appointment into another session, which has a seat, in one step')),
  )
    .argument('<appointment>', 'logical id of the Appointment')
    .action(keep((options, id) => moveBooked(terminal, options, id)));
  waits(inSession(command('make-up', 'book the same client into a session that makes up for a missed one')))
    .argument('<appointment>', 'logical id of the missed or cancelled Appointment')
    .action(keep((options, id) => makeUp(terminal, options, id)));
  inSession(
    command(
      'roster',
      'who is in a session: Appointment, client, status; of who waits the place and since when',
    ),
  ).action(keep(options => listRoster(terminal, options, false)));
  inSession(command('waitlist', 'of these who waits, in the order in which they will get a seat')).action(
    keep(options => listRoster(terminal, options, true)),
  );
  reasoned(inSession(command('reschedule', 'move a whole session, with everybody in it, to another time')))
    .requiredOption('--start <time>', 'when it begins by the wall clock of the track: 2027-03-16T18:00')
    .action(keep(options => rescheduleSession(terminal, options)));
  command('plan', 'make the sessions of a track on its days, at the same hour by its wall clock')
    .requiredOption('--track <key>', "the program's own key of the track")
    .requiredOption('--from <date>', 'first day')
    .requiredOption('--to <date>', 'last day')
    .option('--type <type>', 'kind of session', 'group')
    .option('--mode <mode>', 'on-site or telehealth', 'on-site')
    .option('--dry-run', 'print the session records, write nothing')
    .action(keep(options => planSessions(terminal, options)));
}
