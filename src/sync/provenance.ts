// Who said what the program writes of another server: beside every version, in the same commit.
// https://hl7.org/fhir/R4/provenance.html
import { instantOf } from '../fhir/body.ts';
import type { JsonObject } from '../fhir/types.ts';
import type { Run } from './run.ts';

/** An entry of a transaction. `target`: `Type/id` here, or the urn of its entry; `source`: `Type/id` there. */
export const provenanceOf = ({ entry, context }: Run, target: string, source: string): JsonObject => ({
  resource: {
    resourceType: 'Provenance',
    target: [{ reference: target }],
    recorded: instantOf(context.clock() * 1000),
    agent: [{ who: { reference: `Organization/${entry.organization}` } }],
    entity: [{ role: 'source', what: { reference: `${entry.base}/${source}` } }],
  },
  request: { method: 'POST', url: 'Provenance' },
});
