/** Parses the text kept under an id again only where it has changed: until then the value is the same object. */
export function parsedOnce<T>(): (id: string, text: string) => T {
  const known = new Map<string, { text: string; value: T }>();
  return (id, text) => {
    const found = known.get(id);
    if (found?.text === text) return found.value;
    const value = JSON.parse(text) as T;
    known.set(id, { text, value });
    return value;
  };
}
