// FhirRequest -> Reply: the one way in, for every door.
import type { Principal } from '../access/grant.ts';
import { accompany } from './accompany.ts';
import { bundle } from './bundle.ts';
import { capabilities } from './capabilities.ts';
import type { Context } from './context.ts';
import { create } from './create.ts';
import { deleteOne } from './delete.ts';
import { history } from './history.ts';
import { operate } from './operation/operations.ts';
import { page } from './page.ts';
import { read } from './read.ts';
import type { Answer, FhirRequest, Reply } from './request.ts';
import { search } from './search.ts';
import { conditionalUpdate, update } from './update.ts';
import { vread } from './vread.ts';
import { watermark } from './watermark.ts';

/** Throws FhirError; anything else that is thrown is a bug. */
export async function handle(request: FhirRequest, context: Context, principal: Principal): Promise<Reply> {
  const answer = await enter(request, context, principal);
  return watermark(await accompany(answer, request.request, context, principal), answer, principal);
}

async function enter(request: FhirRequest, context: Context, principal: Principal): Promise<Answer> {
  switch (request.kind) {
    case 'capabilities':
      return capabilities(request, context);
    case 'read':
      return read(request, context, principal);
    case 'vread':
      return vread(request, context, principal);
    case 'search':
      return search(request, context, principal);
    case 'page':
      return page(request, context, principal);
    case 'history':
      return history(request, context, principal);
    case 'create':
      return create(request, context, principal);
    case 'update':
      return update(request, context, principal);
    case 'conditional-update':
      return conditionalUpdate(request, context, principal);
    case 'delete':
      return deleteOne(request, context, principal);
    case 'operation':
      return operate(request, context, principal);
    case 'bundle':
      return bundle(request, context, principal, enter);
  }
}
