// The Patient that a program's own record of a client became.
import type { App } from '../app.ts';

/** Logical id; undefined where there is no such record. `key`: the program's own. */
export async function patientOfClient(app: App, program: string, key: string): Promise<string | undefined> {
  const claim = `${program}|client|${key}|`;
  return (await app.registry.claims([claim])).get(claim)?.slice('Patient/'.length);
}
