// All of it or nothing. The steps are planned purely (transaction-plan.ts); here they meet the Grant and
// become one WritePlan, which the store runs in one commit.
import type { Asked } from '../access/decide.ts';
import type { Grant, Principal } from '../access/grant.ts';
import { type Body, composeBody } from '../fhir/body.ts';
import { FhirError } from '../fhir/error.ts';
import type { Search } from '../search/ast.ts';
import { planSearch } from '../search/plan.ts';
import type { Lookup, WriteOp } from '../store/port.ts';
import type { Attempt } from './attempt.ts';
import type { BundleRequest } from './bundle.ts';
import type { Context } from './context.ts';
import { criteriaPlan } from './criteria.ts';
import { demandIop } from './iop-rules.ts';
import { witnessOf } from './provenance.ts';
import type { Answer, CarryingEntry } from './request.ts';
import { consentMatched, demandRevocable } from './revocable.ts';
import { readSearch } from './search.ts';
import { planTransaction, type Step, type TransactionPlan } from './transaction-plan.ts';
import { answerOf } from './transaction-reply.ts';
import { ofNote } from './update.ts';
import { parseIfMatch, parseVersion } from './version-reply.ts';

interface Tools {
  audit: Attempt;
  context: Context;
  principal: Principal;
}

export async function transaction(body: Body, request: BundleRequest, tools: Tools): Promise<Answer> {
  const { audit, context, principal } = tools;
  const { base, ids } = context;
  const plan = planTransaction(body, { base, ids, prefer: request.prefer, request: request.request });
  const grant = audit.decide(asked(plan));
  await demandRules(plan, grant, tools);
  const searches = new Map<Step, Search>();
  const ops = plan.steps.map(step =>
    at(`Bundle.entry[${step.entry}]`, () => opOf(step, grant, searches, tools)),
  );
  demandModest(ops);
  const lookups = plan.references.map((reference): Lookup => {
    const { marker, type, query, path } = reference;
    return { kind: 'match', marker, path, plan: at(path, () => criteriaPlan(type, query, context, grant)) };
  });
  const witnesses = ops.flatMap((op, i) => witnessOf(op, i, context, principal));
  const results = await context.store
    .transact({ ops: [...ops, ...witnesses], lookups, claims: [], marks: [] }, grant, audit.handOver())
    .catch(error => Promise.reject(namingEntries(error, plan.steps)));
  const full = request.prefer.return === 'representation';
  const entries: CarryingEntry[] = [];
  for (const [i, step] of plan.steps.entries())
    entries[step.entry] = answerOf(step, results[i]!, { searches, context, grant, full });
  return { bundle: { type: 'transaction-response', entries } };
}

/** Everything the entries do, each once. */
function asked({ steps, references }: TransactionPlan): Asked[] {
  const all = new Map<string, Asked>();
  const add = (type: string, use: NonNullable<Asked['use']>) => all.set(`${use} ${type}`, { type, use });
  for (const { request } of steps) {
    const { kind, type } = request;
    add(type, kind === 'conditional-update' ? 'update' : kind === 'vread' ? 'history' : kind);
    if (kind === 'conditional-update' || (kind === 'create' && request.ifNoneExist !== undefined))
      add(type, 'search');
  }
  for (const { type } of references) add(type, 'search');
  return [...all.values()];
}

async function demandRules(
  plan: TransactionPlan,
  grant: Grant,
  { context, principal }: Tools,
): Promise<void> {
  const issues = [];
  for (const step of plan.steps) {
    const { request, body } = step;
    if (body === undefined && request.kind !== 'delete') continue;
    const write = body && {
      resource: body.resource,
      path: `Bundle.entry[${step.entry}].resource`,
      ...(request.kind === 'update' ? { id: request.id } : {}),
      ...(request.kind === 'conditional-update' ? await consentMatched(request, grant, context) : {}),
      // A person behind a marker is known in the commit only.
      conditional: request.kind === 'conditional-update' || plan.references.length > 0,
    };
    try {
      if (write !== undefined) await demandIop(write, grant, context, principal);
      else if (request.kind === 'delete' && request.type === 'Consent')
        await demandRevocable({ id: request.id, path: `Bundle.entry[${step.entry}].` }, grant, context);
    } catch (error) {
      if (!(error instanceof FhirError) || error.code !== 'business-rule') throw error;
      issues.push(...error.issues);
    }
  }
  if (issues.length > 0) throw new FhirError('business-rule', issues);
}

/** Matches that the searches of one transaction may ask for together: they are held in memory. */
const MOST_MATCHES = 10_000;

function demandModest(ops: readonly WriteOp[]): void {
  const asked = ops.reduce((sum, op) => sum + (op.kind === 'search' ? op.plan.limit : 0), 0);
  if (asked > MOST_MATCHES)
    throw new FhirError(
      'too-large',
      `The searches ask for more than ${MOST_MATCHES} matches together: set _count.`,
    );
}

/** Names the place in the Bundle in an error about it. */
function at<T>(place: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw new FhirError(
      error.code,
      error.issues.map(issue => ({ ...issue, path: place })),
      { cause: error },
    );
  }
}

/** The store knows ops by number; the caller knows its entries. */
function namingEntries(error: unknown, steps: readonly Step[]): unknown {
  if (!(error instanceof FhirError) || error.op === undefined) return error;
  const step = steps[error.op];
  if (step === undefined) return error;
  const issues = error.issues.map(issue => ({ path: `Bundle.entry[${step.entry}]`, ...issue }));
  return new FhirError(error.code, issues, { cause: error, retryAfter: error.retryAfter });
}

function opOf(step: Step, grant: Grant, searches: Map<Step, Search>, tools: Tools): WriteOp {
  const { context } = tools;
  const { request } = step;
  switch (request.kind) {
    case 'create':
    case 'update':
    case 'conditional-update':
      return writeOp(step, grant, tools);
    case 'delete':
      return withIfMatch({ kind: 'delete', type: request.type, id: request.id }, request.ifMatch);
    case 'read':
      return { kind: 'read', type: request.type, id: request.id };
    case 'vread':
      return {
        kind: 'read',
        type: request.type,
        id: request.id,
        version: parseVersion(request.version) ?? 0,
      };
    case 'search': {
      const strict = request.prefer.handling === 'strict';
      const parsed = readSearch(request.type, request.query, strict, context);
      searches.set(step, parsed);
      return { kind: 'search', plan: planSearch(parsed, grant, 'search') };
    }
  }
}

function writeOp(step: Step, grant: Grant, { context }: Tools): WriteOp {
  const { request, marker } = step;
  const id = step.id!;
  const type = request.type;
  const common = {
    type,
    id,
    body: composeBody(step.body!, id),
    ...(marker === undefined ? {} : { marker }),
  };
  if (request.kind === 'create') {
    if (request.ifNoneExist === undefined) return { kind: 'create', ...common };
    return { kind: 'create', ...common, unless: criteriaPlan(type, request.ifNoneExist, context, grant) };
  }
  if (request.kind === 'update')
    return withIfMatch({ kind: 'update', ...common, ...ofNote(step.body!) }, request.ifMatch);
  if (request.kind !== 'conditional-update') throw new Error('Not a write.');
  const match = criteriaPlan(type, request.query, context, grant);
  const strictId = step.body!.resource.id === id;
  return withIfMatch(
    { kind: 'update', ...common, match, ...ofNote(step.body!), ...(strictId ? { strictId } : {}) },
    request.ifMatch,
  );
}

function withIfMatch<Op extends WriteOp>(op: Op, text: string | undefined): Op {
  const ifMatch = parseIfMatch(text, 'request.ifMatch');
  return ifMatch === undefined ? op : { ...op, ifMatch };
}
