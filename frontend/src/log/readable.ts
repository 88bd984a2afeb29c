/** Colours that a program chose for its own terminal, made readable on ours. */

/** The sixteen colours as terminals have them, for text on a ground that the program chose too. */
const CLASSIC =
  "000000 cd3131 0dbc79 c19c00 2472c8 bc3fbc 11a8cd e5e5e5 666666 f14c4c 23d18b f5f543 3b8eea d670d6 29b8db ffffff"
    .split(" ")
    .map((hex) => `#${hex}`);

/** A colour of the palette, or one by itself, as `#rrggbb`. */
export function classic(color: number | string): string {
  return typeof color === "string" ? color : (CLASSIC[color] ?? "#000000");
}

type Rgb = [number, number, number];

/** Contrast of text, by WCAG. */
const LEAST = 4.5;

function parts(hex: string): Rgb {
  const number = Number.parseInt(hex.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const level = part / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast of two colours `#rrggbb`, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(parts(one)), luminance(parts(other))].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const known = new Map<string, string>();

/** The colour, moved towards black or white as far as it takes to be read on `ground`. Both are `#rrggbb`. */
export function readable(color: string, ground: string): string {
  const key = color + ground;
  const before = known.get(key);
  if (before !== undefined) return before;
  const result = moved(color, ground);
  if (known.size > 2000) known.clear();
  known.set(key, result);
  return result;
}

function moved(color: string, ground: string): string {
  const target = luminance(parts(ground)) > 0.18 ? 0 : 255;
  let now = color;
  for (let step = 1; step <= 10 && contrast(now, ground) < LEAST; step++) {
    const mixed = parts(color).map((part) => Math.round(part + ((target - part) * step) / 10));
    now = `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  }
  return now;
}
