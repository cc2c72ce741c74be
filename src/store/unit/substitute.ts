/**
 * Replaces every occurrence of the markers in a text. Markers are strings found nowhere else; where one
 * starts another the longer one counts. Markers that start alike cost one pass over the text, however many
 * they are.
 */
export function substitute(text: string, replacements: ReadonlyMap<string, string>): string {
  if (replacements.size === 0) return text;
  const start = commonStart([...replacements.keys()]);
  if (start === '') return oneByOne(text, replacements);
  let from = text.indexOf(start);
  if (from === -1) return text;
  const lengths = [...new Set([...replacements.keys()].map(marker => marker.length))].sort((a, b) => b - a);
  let done = '';
  let taken = 0;
  while (from !== -1) {
    const found = lengths.find(length => replacements.has(text.substr(from, length)));
    if (found === undefined) {
      from = text.indexOf(start, from + 1);
      continue;
    }
    done += text.slice(taken, from) + replacements.get(text.substr(from, found))!;
    taken = from + found;
    from = text.indexOf(start, taken);
  }
  return done + text.slice(taken);
}

function oneByOne(text: string, replacements: ReadonlyMap<string, string>): string {
  const longestFirst = [...replacements].sort(([a], [b]) => b.length - a.length);
  return longestFirst.reduce((done, [marker, value]) => done.replaceAll(marker, () => value), text);
}

function commonStart(texts: readonly string[]): string {
  let start = texts[0] ?? '';
  for (const text of texts) {
    while (!text.startsWith(start)) start = start.slice(0, -1);
  }
  return start;
}
