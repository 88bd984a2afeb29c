/** Names by patterns, in which `*` stands for anything. Pure. */

/** Whether a name answers to a pattern. Cannot be slow, whatever the pattern is. */
export function answers(name: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return name === pattern;
  if (!name.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** Whether it answers to one of them. */
export function answersOne(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => answers(name, pattern));
}
