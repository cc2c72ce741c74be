// What all steps of a run of one remote share.
import type { Context } from '../interactions/context.ts';
import type { Report } from './outcome.ts';
import type { OwnRecord, PrincipalOf } from './own.ts';
import type { People } from './people.ts';
import type { Remote } from './remote.ts';
import type { RemoteEntry, State } from './state.ts';

export interface Run {
  entry: RemoteEntry;
  remote: Remote;
  state: State;
  own: OwnRecord;
  people: People;
  context: Context;
  principalOf: PrincipalOf;
  /** Told of every resource once what became of it is durable. */
  report: Report;
  signal: AbortSignal;
  /** Every type is read from its beginning. */
  full: boolean;
}
