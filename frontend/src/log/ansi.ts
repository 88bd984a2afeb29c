/** Terminal colours in a line of a log, as spans. Everything that moves a cursor is left out. */

/** How a span looks. */
export interface Style {
  /** 0 to 15 from the palette, `#rrggbb`, or absent. */
  fg?: number | string;
  bg?: number | string;
  bold?: true;
  dim?: true;
  italic?: true;
  underline?: true;
  inverse?: true;
  strike?: true;
  /** Not text: it names a character that cannot be seen, and that would show the rest of the line in another order. */
  odd?: true;
}

/** Text in one style. */
export interface Span {
  text: string;
  style: Style;
}

// CSI … final, OSC … BEL or ST, DCS and the like … ST, then the short escapes; then lone control characters.
const ESCAPE =
  // eslint-disable-next-line no-control-regex
  /\x1b\[([0-9:;<=>?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[PX^_][^\x1b]*(?:\x1b\\)?|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b-\x1f\x7f]/g;

/** Characters that turn the order of text around or are nowhere to be seen. Joiners stay: words and emoji need them. */
const ODD = /[\x80-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/** Splits a line into spans. Never throws; unknown sequences vanish, and odd characters are named. */
export function spans(line: string): Span[] {
  const text = overwritten(line);
  const found: Span[] = [];
  let style: Style = {};
  let from = 0;
  const put = (to: number) => {
    if (to > from) found.push(...named({ text: text.slice(from, to), style }));
  };
  for (const match of text.matchAll(ESCAPE)) {
    put(match.index);
    from = match.index + match[0].length;
    if (match[2] === "m") style = select(style, match[1] ?? "");
  }
  put(text.length);
  return found;
}

/** The span with its odd characters named, each as a span of its own. */
export function named(span: Span): Span[] {
  if (!ODD.test(span.text)) return [span];
  return span.text
    .split(new RegExp(`(${ODD.source})`))
    .filter((part) => part !== "")
    .map((text) => (ODD.test(text) ? { text: codeOf(text), style: { odd: true } } : { text, style: span.style }));
}

/** `U+202E`. */
function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The line without any sequences: what a search sees. */
export function plain(line: string): string {
  return overwritten(line).replace(ESCAPE, "");
}

/** A carriage return starts the line anew, as progress bars do: what was written last is what is seen. */
function overwritten(line: string): string {
  const end = line.endsWith("\r") ? line.length - 1 : line.length;
  const last = line.lastIndexOf("\r", end - 1);
  return line.slice(last + 1, end);
}

/** Applies the numbers of one SGR sequence. */
function select(before: Style, text: string): Style {
  const codes = text.split(/[;:]/).map((part) => (part === "" ? 0 : Number(part)));
  let style: Style = { ...before };
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 0) style = {};
    else if (code === 38 || code === 48) {
      const [color, used] = extended(codes.slice(at + 1));
      at += used;
      if (color !== undefined) style[code === 38 ? "fg" : "bg"] = color;
    } else simple(style, code);
  }
  return style;
}

function simple(style: Style, code: number): void {
  if (code >= 30 && code <= 37) style.fg = code - 30;
  else if (code >= 90 && code <= 97) style.fg = code - 82;
  else if (code >= 40 && code <= 47) style.bg = code - 40;
  else if (code >= 100 && code <= 107) style.bg = code - 92;
  else if (code === 39) delete style.fg;
  else if (code === 49) delete style.bg;
  else if (code === 1) style.bold = true;
  else if (code === 2) style.dim = true;
  else if (code === 3) style.italic = true;
  else if (code === 4 || code === 21) style.underline = true;
  else if (code === 7) style.inverse = true;
  else if (code === 9) style.strike = true;
  else if (code === 22) {
    delete style.bold;
    delete style.dim;
  } else if (code === 23) delete style.italic;
  else if (code === 24) delete style.underline;
  else if (code === 27) delete style.inverse;
  else if (code === 29) delete style.strike;
}

/** What follows 38 or 48: `5;N` or `2;R;G;B`. Gives the colour and how many numbers it took. */
function extended(rest: number[]): [number | string | undefined, number] {
  if (rest[0] === 5) return [indexed(rest[1] ?? -1), 2];
  if (rest[0] !== 2) return [undefined, 1];
  const [red = 0, green = 0, blue = 0] = rest.slice(1, 4);
  return [hex(red, green, blue), 4];
}

/** Colour of the 256: the first 16 are the palette's, then a 6×6×6 cube, then 24 greys. */
function indexed(index: number): number | string | undefined {
  if (!(index >= 0 && index <= 255)) return undefined;
  if (index < 16) return index;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return hex(grey, grey, grey);
  }
  const level = (part: number) => (part === 0 ? 0 : 55 + part * 40);
  const cube = index - 16;
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function hex(...parts: [number, number, number]): string {
  const two = (part: number) => (Number.isFinite(part) ? Math.min(255, Math.max(0, part)) : 0).toString(16);
  return `#${parts.map((part) => two(part).padStart(2, "0")).join("")}`;
}
