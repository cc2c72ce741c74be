// XHTML of narratives: txt-1. https://hl7.org/fhir/R4/narrative.html#xhtml
// A list of what is allowed, never of what is dangerous: no script, no form, no frame, no event handler,
// no URL that runs code, no declaration that an XML parser would act on.

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const TAGS = words(
  'p br div h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym cite blockquote hr ' +
    'address bdo kbd sub sup ul ol li dl dt dd pre table caption colgroup col thead tr tfoot tbody th td code ' +
    'samp img map area u font center',
);
const ATTRIBUTES = words(
  'title style class id ID lang xml:lang dir accesskey tabindex span width height align valign char charoff ' +
    'abbr axis headers scope rowspan colspan href name rel rev src alt border longdesc xmlns cite summary frame ' +
    'rules cellspacing cellpadding shape coords nohref usemap ismap type start value compact clear noshade size ' +
    'bgcolor color face nowrap hspace vspace xml:space datetime hreflang charset',
);
const URLS = words('href src cite longdesc usemap');

// One attribute at a time: a pattern with a repeated group runs out of stack on a hostile tag.
const OPEN = /<(\/?)([A-Za-z][A-Za-z0-9]*)/y;
const ATTRIBUTE = /\s+([A-Za-z_][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const CLOSE = /\s*(\/?)>/y;
/** A scheme that runs nothing, or none: no colon, written or as an entity, before the first / ? or #. */
const ALLOWED_URL =
  /^(?:(?:https?|mailto|tel|ftp|urn|cid):|data: ?image\/(?:png|gif|jpe?g|bmp|webp)[;,]|[^:&]*(?:$|[/?#]))/i;

/** What is wrong with the `div` of a Narrative, in words without its content; undefined: nothing. */
export function narrativeFault(div: string): string | undefined {
  const open: string[] = [];
  let at = 0;
  for (;;) {
    const next = div.indexOf('<', at);
    if (open.length === 0 && /\S/.test(div.slice(at, next === -1 ? div.length : next))) return ONE_DIV;
    if (next === -1) return open.length === 0 && at > 0 ? undefined : BROKEN;
    const end = div.startsWith('<!--', next) ? commentEnd(div, next) : tagEnd(div, next, open);
    if (typeof end === 'string') return end;
    at = end;
  }
}

const BROKEN = 'not well-formed XHTML (txt-1)';
const ONE_DIV = 'one div is expected, and nothing around it';

function commentEnd(div: string, at: number): number | string {
  const end = div.indexOf('-->', at + 4);
  return end === -1 ? BROKEN : end + 3;
}

/** Past the tag that starts at `at`, or what is wrong with it. Keeps the list of open elements. */
function tagEnd(div: string, at: number, open: string[]): number | string {
  const [tag, slash, name = ''] = matchAt(OPEN, div, at) ?? [];
  if (tag === undefined) return BROKEN;
  if (!TAGS.has(name)) return 'an element that XHTML in FHIR does not allow (txt-1)';
  const attributes = slash === '/' ? at + tag.length : attributesEnd(div, at + tag.length);
  if (typeof attributes === 'string') return attributes;
  const [close, empty] = matchAt(CLOSE, div, attributes) ?? [];
  if (close === undefined) return BROKEN;
  const end = attributes + close.length;
  if (slash === '/') return open.pop() === name && empty === '' ? end : BROKEN;
  if (open.length === 0 && (name !== 'div' || div.slice(0, at).trim() !== '')) return ONE_DIV;
  if (empty === '') open.push(name);
  return end;
}

function attributesEnd(div: string, from: number): number | string {
  let at = from;
  for (;;) {
    const [all, name = '', double, single] = matchAt(ATTRIBUTE, div, at) ?? [];
    if (all === undefined) return at;
    if (!ATTRIBUTES.has(name)) return 'an attribute that XHTML in FHIR does not allow (txt-1)';
    if (URLS.has(name) && !ALLOWED_URL.test((double ?? single ?? '').trim()))
      return 'a link of a kind that is not allowed';
    at += all.length;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
