/** Keyboard: which keys there are, and who hears them now. */

/** A key, or two in a row as `g b`. `mod+k` is ctrl or cmd. */
export interface Binding {
  keys: string;
  /** For the help. */
  does: string;
  run: (event: KeyboardEvent) => void;
}

/** A set of bindings that is heard while it stands; the newest first. */
const sets: { title: string; bindings: Binding[] }[] = [];
/** A first key such as `g` waits this long for the second, in milliseconds. */
const PATIENCE = 1200;

/** Adds bindings; the result takes them away. */
export function bind(title: string, bindings: Binding[]): () => void {
  const set = { title, bindings };
  sets.unshift(set);
  return () => {
    sets.splice(sets.indexOf(set), 1);
  };
}

/** What can be pressed now, for the help; the page's own first. */
export function bound(): readonly { title: string; bindings: readonly Binding[] }[] {
  return sets;
}

/** The name of the pressed key, as bindings spell it. */
export function keyName(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): string {
  const key = event.key.length === 1 ? event.key : event.key.toLowerCase();
  if (event.altKey) return `alt+${key}`;
  return event.ctrlKey || event.metaKey ? `mod+${key.toLowerCase()}` : key;
}

/** Whether the key belongs to what has the focus, and not to the page. */
function isTyped(event: KeyboardEvent, name: string): boolean {
  if (name.startsWith("mod+")) return false;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog, [popover]")) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Listens. Called once; the result ends it. */
export function listen(): () => void {
  let first: { name: string; at: number } | undefined;
  const heard = (event: KeyboardEvent) => {
    const name = keyName(event);
    if (event.defaultPrevented || event.isComposing || isTyped(event, name)) return;
    const two = first && event.timeStamp - first.at < PATIENCE ? `${first.name} ${name}` : undefined;
    first = undefined;
    const all = sets.flatMap((set) => set.bindings);
    const found = all.find(({ keys }) => keys === two) ?? all.find(({ keys }) => keys === name);
    if (found) {
      event.preventDefault();
      found.run(event);
    } else if (all.some(({ keys }) => keys.startsWith(`${name} `))) {
      first = { name, at: event.timeStamp };
    }
  };
  addEventListener("keydown", heard);
  return () => removeEventListener("keydown", heard);
}
