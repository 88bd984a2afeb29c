/** Which files and hunks of a change go along. Pure. */
import type { TryFile } from "../../generated/TryFile";
import type { TryFileChoice } from "../../generated/TryFileChoice";

/** Files that go, by their place in the change: whole, or some of their hunks. What is not in it stays. */
export type Choice = ReadonlyMap<number, "whole" | ReadonlySet<number>>;

/** How a box is. */
export type Box = "on" | "off" | "some";

/** Everything goes. */
export function everything(files: readonly TryFile[]): Choice {
  return new Map(files.map(({ file }) => [file, "whole"] as const));
}

/** The box of a file. */
export function boxOf(choice: Choice, file: number): Box {
  const chosen = choice.get(file);
  if (chosen === undefined) return "off";
  return chosen === "whole" ? "on" : "some";
}

/** The box over several files. */
export function boxOver(choice: Choice, files: readonly TryFile[]): Box {
  const boxes = new Set(files.map(({ file }) => boxOf(choice, file)));
  const [only = "off"] = boxes;
  return boxes.size > 1 ? "some" : only;
}

/** Files put in or left out, whole. */
export function withFiles(choice: Choice, files: readonly number[], go: boolean): Choice {
  const next = new Map(choice);
  for (const file of files) {
    if (go) next.set(file, "whole");
    else next.delete(file);
  }
  return next;
}

/** Whether a hunk goes. */
export function hasHunk(choice: Choice, file: number, hunk: number): boolean {
  const chosen = choice.get(file);
  return chosen === "whole" || (chosen?.has(hunk) ?? false);
}

/** One hunk put in or left out. All of them are the whole file, none of them is none of it. */
export function withHunk(choice: Choice, { file, hunks }: TryFile, hunk: number, go: boolean): Choice {
  const all = Array.from({ length: hunks }, (_, at) => at);
  const now = new Set(all.filter((at) => (at === hunk ? go : hasHunk(choice, file, at))));
  const next = new Map(choice);
  if (now.size === 0) next.delete(file);
  else next.set(file, now.size === hunks ? "whole" : now);
  return next;
}

/** As it is submitted; `null` when everything goes whole. */
export function submitted(choice: Choice, files: readonly TryFile[]): TryFileChoice[] | null {
  if (files.every(({ file }) => choice.get(file) === "whole")) return null;
  return files.flatMap(({ file }) => {
    const chosen = choice.get(file);
    if (chosen === undefined) return [];
    return [{ file, hunks: chosen === "whole" ? null : [...chosen].sort((a, b) => a - b) }];
  });
}

/** The choice again for a newer take of the same change: files that were left out stay out. */
export function carried(choice: Choice, before: readonly TryFile[], now: readonly TryFile[]): Choice {
  const left = new Set(before.filter(({ file }) => !choice.has(file)).map(({ path }) => path));
  return everything(now.filter(({ path }) => !left.has(path)));
}
