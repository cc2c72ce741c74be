// How much of a version its caller gets: the one place where what is stored becomes part of an answer.
import type { Grant } from '../access/grant.ts';
import { redacted } from '../access/redact.ts';
import { serveBody } from '../fhir/body.ts';
import type { Version } from '../store/port.ts';
import { labelled } from './labelled.ts';

/** The text of a version that the Grant reaches, and that is not deleted. */
export const present = (version: Version, grant: Grant): string =>
  labelled(redacted(serveBody(version), version, grant), version, grant);
