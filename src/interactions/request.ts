// What every door turns its input into, and what it gets back. Knows nothing of Express.
import type { BundleParts, Entry } from '../fhir/bundle.ts';
import type { Version } from '../store/port.ts';

export type Preference = {
  return?: 'minimal' | 'representation' | 'OperationOutcome';
  handling?: 'strict' | 'lenient';
};

interface Common {
  prefer: Preference;
  /** X-Request-Id: made by the server. */
  request: string;
}

/** Query strings are raw, percent-encoded `a=b&c=d` text without `?`: order and repetition matter. */
export type FhirRequest = Common &
  (
    | { kind: 'capabilities' }
    | { kind: 'read'; type: string; id: string; ifNoneMatch?: string; query: string }
    | { kind: 'vread'; type: string; id: string; version: string; query: string }
    | { kind: 'search'; type: string; query: string }
    /** A page link: its opaque text. */
    | { kind: 'page'; page: string }
    | { kind: 'history'; type?: string; id?: string; query: string }
    | { kind: 'create'; type: string; body: string; ifNoneExist?: string }
    | { kind: 'update'; type: string; id: string; body: string; ifMatch?: string }
    | { kind: 'conditional-update'; type: string; query: string; body: string; ifMatch?: string }
    | { kind: 'delete'; type: string; id: string; ifMatch?: string }
    /** `$name`: `operation` without its `$`. `body`: of a POST, a Parameters resource. */
    | {
        kind: 'operation';
        operation: string;
        type?: string;
        id?: string;
        query: string;
        body?: string;
        /** The answer is wanted in CSV. */
        csv: boolean;
      }
    /** POST to the base: a batch or transaction Bundle. */
    | { kind: 'bundle'; body: string }
  );

export type RequestKind = FhirRequest['kind'];

export interface Reply {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** JSON text; absent for an empty body. */
  body?: string;
  /** seq of the version it is about: Last-Modified without its loss of precision. */
  seq?: number;
}

/** What an interaction answers: a Reply and what it carries, before it is known what has to accompany that. */
export type Answer = CarryingReply | { bundle: AnsweredBundle };

/** `carries`: the versions that its body tells of. */
export type CarryingReply = Reply & { carries?: readonly Version[] };
export type CarryingEntry = Entry & { carries?: readonly Version[] };
export type AnsweredBundle = Omit<BundleParts, 'entries'> & { entries: readonly CarryingEntry[] };

export const carriedBy = (answer: Answer): readonly Version[] =>
  'bundle' in answer ? answer.bundle.entries.flatMap(({ carries = [] }) => carries) : (answer.carries ?? []);
