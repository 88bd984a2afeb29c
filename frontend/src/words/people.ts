/** People and revisions in words. */

/** `Ann Lee` of `Ann Lee <ann@example.org>`. */
export function shortName(author: string): string {
  const name = author.replace(/<[^>]*>/g, "").trim();
  if (name !== "") return name;
  return author.replace(/[<>]/g, "").split("@")[0]?.trim() || author;
}

/** `Broken by you and 2 others`, `Broken by Ann and Bob`, `Broken`. */
export function brokenBy(people: readonly string[], mine: boolean): string {
  if (mine) {
    const others = people.length - 1;
    if (others <= 0) return "Broken by you";
    return `Broken by you and ${others} ${others === 1 ? "other" : "others"}`;
  }
  const by = listed(people.map(shortName), 2);
  return by === "" ? "Broken" : `Broken by ${by}`;
}

/** `a`, `a and b`, `a, b and 3 others`. */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most);
  const more = names.length - shown.length;
  const all = more > 0 ? [...shown, `${more} ${more === 1 ? "other" : "others"}`] : shown;
  if (all.length < 2) return all[0] ?? "";
  return `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}

/** The first ten digits of a hash; anything else as it is. */
export function shortRevision(revision: string | null): string {
  if (revision === null) return "";
  return /^[0-9a-f]{20,}$/i.test(revision) ? revision.slice(0, 10) : revision;
}

/** `1 builder`, `3 builders`; numbers are grouped. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en").replaceAll(",", "\u202f")} ${count === 1 ? one : many}`;
}

/** First line of a text. */
export function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
