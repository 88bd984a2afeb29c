/** Texts that were changed and not applied. They outlive the page, not the program: nothing typed is lost by a look elsewhere. */
const drafts = new Map<string, string>();

/** The changed text of a file, if there is one. */
export function draftOf(file: string): string | undefined {
  return drafts.get(file);
}

/** Keeps a text; one that is as it was saved is no draft. */
export function keepDraft(file: string, text: string, saved: string): void {
  if (text === saved) drafts.delete(file);
  else drafts.set(file, text);
}
