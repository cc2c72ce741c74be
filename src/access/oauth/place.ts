// What the OAuth endpoints stand on.
import type { Ids } from '../../fhir/id.ts';
import type { AuditDraft } from '../../store/port/audit.ts';
import type { Registry } from '../../store/registry.ts';
import type { TokenPlace } from './access-token.ts';
import type { KeySets } from './key-set.ts';

export interface OAuthPlace extends TokenPlace {
  registry: Registry;
  keySets: KeySets;
  /** Public base of the server, without slash at its end. */
  root(): string;
  /** Seconds that an access token is good for. */
  lifetime: number;
  /** Organization id of the program that has registered the Patient of this logical id. */
  registeredBy(patient: string): Promise<string | undefined>;
  ids: Ids;
  /** Makes an audit row durable. */
  record(audit: AuditDraft): Promise<void>;
}
