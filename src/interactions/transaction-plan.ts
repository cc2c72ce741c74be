// A transaction Bundle as a list of steps: pure, printable, before anything is asked of access or store.
// https://hl7.org/fhir/R4/http.html#trules
import { type Body, mapStrings } from '../fhir/body.ts';
import { FhirError, type Issue } from '../fhir/error.ts';
import { type Ids, isId } from '../fhir/id.ts';
import { parseReference } from '../fhir/reference.ts';
import type { AnyResource, JsonObject } from '../fhir/types.ts';
import { validateResource } from '../validation/validate.ts';
import { type EntryRequest, toRequest } from './entry-request.ts';
import { isLinkElement } from './link-element.ts';
import type { FhirRequest, Preference } from './request.ts';

export type StepRequest = Extract<
  FhirRequest,
  { kind: 'create' | 'update' | 'conditional-update' | 'delete' | 'read' | 'vread' | 'search' }
>;

export interface Step {
  /** Index in the Bundle, where its answer goes. */
  entry: number;
  /** Its `body` is empty: see `body`. */
  request: StepRequest;
  /** Creates and updates: the resource with references between entries resolved. */
  body?: Body;
  /** Logical id of what is created; of updates the one in the URL or the body. */
  id?: string;
  /** The id is known only in the commit: this text stands for `Type/id` in other bodies. */
  marker?: string;
}

/** A conditional reference: its marker stands in the bodies until the commit. */
export interface ConditionalReference {
  marker: string;
  type: string;
  query: string;
  path: string;
}

export interface TransactionPlan {
  /** In the order of execution: DELETE, POST, PUT, GET. */
  steps: readonly Step[];
  references: readonly ConditionalReference[];
}

export interface PlanFrame {
  base: string;
  ids: Ids;
  prefer: Preference;
  request: string;
}

const ORDER: Readonly<Record<StepRequest['kind'], number>> = {
  delete: 0,
  create: 1,
  update: 2,
  'conditional-update': 2,
  read: 3,
  vread: 3,
  search: 3,
};

/** Throws with every issue of the Bundle and of all its entries at once. */
export function planTransaction(bundle: Body, frame: PlanFrame): TransactionPlan {
  const structure = validateResource(bundle.resource);
  if (structure.length > 0) throw new FhirError('invalid-structure', structure);
  const { steps, fullUrls, issues } = readSteps(bundle, frame);
  issues.push(...duplicates(steps));
  const names = namesOf(steps, fullUrls, issues);
  if (issues.length > 0) throw new FhirError('invalid-value', issues);
  const references = new Map<string, ConditionalReference>();
  const linked = steps.map(step => link(step, names, { fullUrl: fullUrls[step.entry], references, frame }));
  const ordered = linked.toSorted((a, b) => ORDER[a.request.kind] - ORDER[b.request.kind]);
  return { steps: ordered, references: [...references.values()] };
}

interface Read {
  steps: Step[];
  fullUrls: (string | undefined)[];
  issues: Issue[];
}

function readSteps(bundle: Body, frame: PlanFrame): Read {
  const entries = (bundle.resource.entry ?? []) as JsonObject[];
  const trees = (bundle.tree.entry ?? []) as JsonObject[];
  const read: Read = { steps: [], fullUrls: [], issues: [] };
  for (const [index, entry] of entries.entries()) {
    read.fullUrls.push(entry.fullUrl as string | undefined);
    try {
      read.steps.push(readStep(index, entry, trees[index]!, frame));
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      read.issues.push(...error.issues);
    }
  }
  return read;
}

function readStep(index: number, entry: JsonObject, tree: JsonObject, frame: PlanFrame): Step {
  const path = `Bundle.entry[${index}]`;
  if (entry.request === undefined) throw bad(`${path}.request`, 'A transaction entry says its request.');
  const request = toRequest(entry.request as unknown as EntryRequest, '', { ...frame, path });
  if (
    request.kind === 'history' ||
    request.kind === 'page' ||
    request.kind === 'capabilities' ||
    request.kind === 'bundle'
  )
    throw bad(`${path}.request.url`, 'Only reads and searches can be asked for within a transaction.');
  if (!('body' in request)) return { entry: index, request };
  if (entry.resource === undefined) throw bad(`${path}.resource`, 'This entry needs a resource.');
  const body: Body = { resource: entry.resource as AnyResource, tree: tree.resource as JsonObject };
  if (body.resource.resourceType !== request.type)
    throw bad(`${path}.resource.resourceType`, 'This is not the type that the URL names.');
  return writeStep({ entry: index, request, body }, body.resource.id, path, frame.ids);
}

/** Settles the id, or the marker that stands for it. */
function writeStep(step: Step, named: unknown, path: string, ids: Ids): Step {
  const { request } = step;
  if (request.kind === 'update') {
    if (!isId(request.id)) throw bad(`${path}.request.url`, 'The id in the URL is not a FHIR id.');
    if (named !== request.id) throw bad(`${path}.resource.id`, 'The id is not the one of the URL.');
    return { ...step, id: request.id };
  }
  const marker = `${(request as { type: string }).type}/pending-${ids()}`;
  if (request.kind === 'conditional-update') return { ...step, id: isId(named) ? named : ids(), marker };
  const conditional = request.kind === 'create' && request.ifNoneExist !== undefined;
  return conditional ? { ...step, id: ids(), marker } : { ...step, id: ids() };
}

/**
 * One resource may not be written twice: which of the two would hold? What can be told before the commit:
 * the same id, or the same criteria of conditional writes.
 */
function duplicates(steps: readonly Step[]): Issue[] {
  const seen = new Set<string>();
  const issues: Issue[] = [];
  for (const { request, entry } of steps) {
    const name = writtenBy(request);
    if (name === undefined) continue;
    if (seen.has(name))
      issues.push({ path: `Bundle.entry[${entry}]`, message: 'Another entry writes the same resource.' });
    seen.add(name);
  }
  return issues;
}

function writtenBy(request: StepRequest): string | undefined {
  switch (request.kind) {
    case 'update':
    case 'delete':
      return `${request.type}/${request.id}`;
    case 'conditional-update':
      return `${request.type}?${request.query}`;
    case 'create':
      return request.ifNoneExist === undefined ? undefined : `${request.type}?${request.ifNoneExist}`;
    default:
      return undefined;
  }
}

/** fullUrl -> the reference (or marker) that takes its place. */
function namesOf(steps: readonly Step[], fullUrls: Read['fullUrls'], issues: Issue[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const step of steps) {
    const fullUrl = fullUrls[step.entry];
    if (fullUrl === undefined || step.body === undefined) continue;
    if (names.has(fullUrl))
      issues.push({
        path: `Bundle.entry[${step.entry}].fullUrl`,
        message: 'Another entry has the same fullUrl.',
      });
    names.set(fullUrl, step.marker ?? `${step.body.resource.resourceType}/${step.id}`);
  }
  return names;
}

interface Linking {
  fullUrl: string | undefined;
  references: Map<string, ConditionalReference>;
  frame: PlanFrame;
}

/** Puts names in the place of fullUrls, and markers in the place of conditional references. */
function link(step: Step, names: ReadonlyMap<string, string>, linking: Linking): Step {
  if (step.body === undefined) return step;
  const root = baseOf(linking.fullUrl);
  const edit = (text: string, name: string): string => {
    const direct = isLinkElement(name) ? names.get(text) : undefined;
    if (direct !== undefined) return direct;
    if (name !== 'reference') return text;
    return (
      (root === undefined ? undefined : names.get(`${root}${text}`)) ??
      conditional(text, step.entry, linking) ??
      text
    );
  };
  return { ...step, body: mapStrings(step.body, edit) };
}

/** A relative reference means what stands under the same base as the entry's own fullUrl. */
function baseOf(fullUrl: string | undefined): string | undefined {
  return fullUrl === undefined
    ? undefined
    : /^(https?:\/\/.+\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.exec(fullUrl)?.[1];
}

function conditional(text: string, entry: number, { references, frame }: Linking): string | undefined {
  if (!text.includes('?')) return undefined;
  const parsed = parseReference(text, frame.base);
  if (parsed.kind !== 'conditional') return undefined;
  const key = `${parsed.type}?${parsed.query}`;
  const known = references.get(key);
  if (known !== undefined) return known.marker;
  const marker = `${parsed.type}/pending-${frame.ids()}`;
  references.set(key, {
    marker,
    type: parsed.type,
    query: parsed.query,
    path: `Bundle.entry[${entry}].resource`,
  });
  return marker;
}

const bad = (path: string, message: string): FhirError => new FhirError('invalid-value', [{ path, message }]);
