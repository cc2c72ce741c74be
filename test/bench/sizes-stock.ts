// What a MongoDB is filled with to be measured: generated clinics as the store would keep them, made as
// documents at once, since a million writes through the server would take hours.

import { randomUUID } from 'node:crypto';
import { keysOf } from '../../src/audit/row.ts';
import type {
  AuditDocument,
  ClaimDocument,
  PlaceDocument,
  ResourceDocument,
  RuleDocument,
} from '../../src/store/mongodb/documents.ts';
import { documentOf, pastOf, rulesOf } from '../../src/store/mongodb/rows.ts';
import { type ClinicBody, clinicBodies, clinicDerive } from '../support/clinic-bodies.ts';

/** A clinic's clients and weeks: some 220 resources for each client. */
const CLIENTS = 50;
const WEEKS = 12;
/** One resource in so many was changed once since it was made. */
const CHANGED = 4;

/** One resource of a clinic, with placeholders for what differs between clinics. */
interface Mould {
  resource: string;
  rules: string;
}

/** What one resource leaves in the collections. */
export interface Cast {
  resource: ResourceDocument;
  past: ResourceDocument | undefined;
  place: PlaceDocument;
  claim: ClaimDocument;
  rules: RuleDocument[];
  audit: AuditDocument;
}

/** A logical id as any other, and found nowhere else: it stands in references. */
const PROGRAM = 'program-of-the-mould';
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** One clinic, in the order in which its resources are made. */
export const mouldsOf = (seed: number): Mould[] =>
  clinicBodies({ clients: CLIENTS, weeks: WEEKS, seed, program: PROGRAM }).map(mouldOf);

function mouldOf({ type, id, body }: ClinicBody): Mould {
  const derived = clinicDerive(JSON.parse(body) as Record<string, unknown>);
  const row = {
    type,
    id,
    version: 1,
    seq: 0,
    created: 0,
    owner: PROGRAM,
    source: PROGRAM,
    writer: PROGRAM,
    foreignFrom: undefined,
    patients: derived.patients,
    deleted: false,
    body,
  };
  const document = documentOf(row, derived);
  return { resource: JSON.stringify(document), rules: JSON.stringify(rulesOf(document, derived.rules)) };
}

/** A clinic of its own out of the moulds: other ids, another owner. */
export class Clinic {
  readonly program = `program-${randomUUID().slice(0, 8)}`;
  readonly #ids = new Map<string, string>();
  #number = 0;

  /** `seq`: microseconds, greater each time. */
  cast(mould: Mould, seq: number): Cast {
    const made = this.#filled(mould.resource) as ResourceDocument;
    // What JSON has no word for.
    if (made.dateLow === null) Object.assign(made, { dateLow: -Infinity, dateHigh: Infinity });
    this.#number += 1;
    const first = { ...made, seq, created: seq };
    const changed = this.#number % CHANGED === 0;
    const resource = changed ? { ...first, version: 2, seq: seq + 1 } : first;
    const { _id, partition, who } = resource;
    return {
      resource,
      past: changed ? pastOf(first) : undefined,
      place: { _id, partition, who },
      claim: {
        _id: `${this.program}|${resource.type}|record-${this.#number}|resource`,
        name: _id,
        imported: 1,
      },
      rules: this.#filled(mould.rules) as RuleDocument[],
      audit: this.#auditOf(resource),
    };
  }

  #filled(text: string): unknown {
    return JSON.parse(
      text.replaceAll(PROGRAM, this.program).replace(UUID, uuid => {
        const known = this.#ids.get(uuid);
        if (known !== undefined) return known;
        const made = randomUUID();
        this.#ids.set(uuid, made);
        return made;
      }),
    );
  }

  #auditOf({ _id, seq, version, patients }: ResourceDocument): AuditDocument {
    const draft = {
      action: 'read',
      client: `client of ${this.program}`,
      organization: this.program,
      outcome: 'ok',
      patients,
      reasons: ['own'],
      request: randomUUID(),
      role: 'program',
      versions: [`${_id}/${version}`],
    };
    const writer = this.program;
    const number = this.#number;
    const hash = `${randomUUID()}${randomUUID()}`.replaceAll('-', '');
    const keys = keysOf(draft);
    return { _id: `${writer}/${number}`, writer, number, at: seq, draft: JSON.stringify(draft), hash, keys };
  }
}
