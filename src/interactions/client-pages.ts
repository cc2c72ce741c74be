// GET /iop/clients/{id}/timeline, /progress, /summary: what a stay came to, as JSON or to print.
import type { Principal } from '../access/grant.ts';
import { attempt } from './attempt.ts';
import { PAGE_STYLE } from './client-html/document.ts';
import { progressPage } from './client-html/progress.ts';
import { summaryPage } from './client-html/summary.ts';
import { timelinePage } from './client-html/timeline.ts';
import { type Chart, loadChart, readClient } from './client-view/load.ts';
import { progressOf } from './client-view/progress.ts';
import { summaryOf } from './client-view/summary.ts';
import { timelineOf } from './client-view/timeline.ts';
import type { Context } from './context.ts';
import { htmlReply } from './html-reply.ts';
import { json } from './record-schema.ts';
import type { Reply } from './request.ts';

export interface PageInput {
  /** The Patient's logical id. */
  id: string;
  html: boolean;
  /** X-Request-Id. */
  request: string;
}

export interface ClientPage {
  /** Last part of its path. */
  name: string;
  /** What an audit row calls it. */
  action: string;
  show(input: PageInput, context: Context, principal: Principal): Promise<Reply>;
}

/** `more`: types that it tells of beside those of the view. Refuses as the view of a client does. */
function clientPage<A>(
  name: string,
  more: readonly string[],
  answer: (chart: Chart) => A,
  page: (answer: A) => string,
): ClientPage {
  const action = `client-${name}`;
  const show: ClientPage['show'] = ({ id, html, request }, context, principal) =>
    attempt({ request, action, type: 'Patient', id }, context, principal, async audit => {
      const { reader, patient } = await readClient(id, audit, context, principal);
      const { chart, versions } = await loadChart(patient, more, reader);
      const told = answer(chart);
      await audit.record(versions);
      return html ? htmlReply(page(told), PAGE_STYLE) : json(told);
    });
  return { name, action, show };
}

export const clientPages: readonly ClientPage[] = [
  clientPage('timeline', ['Consent'], timelineOf, timelinePage),
  clientPage('progress', [], progressOf, progressPage),
  clientPage('summary', ['Condition', 'CareTeam'], summaryOf, summaryPage),
];
