import { randomUUID } from 'node:crypto';

/** R4 datatype `id`. */
const ID = /^[A-Za-z0-9\-.]{1,64}$/;

export const isId = (text: unknown): text is string => typeof text === 'string' && ID.test(text);

/** What ids of AuditEvents start with that are rendered from the audit trail: nobody chooses such an id. */
export const TRAIL = 'trail.';
export const isTrailId = (id: string): boolean => id.startsWith(TRAIL);

/** Makes logical ids. Random, never derived from a record number, so that an id tells nothing. */
export type Ids = () => string;
export const randomIds: Ids = () => randomUUID();

/** Milliseconds since the epoch. Passed in wherever time matters, so that tests can hold it still. */
export type Clock = () => number;
export const systemClock: Clock = () => Date.now();
