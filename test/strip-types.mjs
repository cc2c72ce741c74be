// Jest transformer: Node's own type stripping. No sourceUrl, or V8 coverage reads 0 %.
import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

// biome-ignore lint/style/noDefaultExport: Jest takes a transformer from the default export only.
export default {
  process: text => ({ code: stripTypeScriptTypes(text, { mode: 'strip' }) }),
  getCacheKey: text => createHash('sha256').update(process.version).update(text).digest('hex'),
};
