/**
 * HTML that a build wrote, as a document for a frame that may do nothing.
 *
 * The frame's sandbox and the document's policy are what keeps it from acting. Here it is only made so small that the
 * browser can lay it out: known elements in a shallow tree that is closed properly, for badly nested markup can grow
 * to a multiple of itself. Knows nothing of elements of our own page.
 */

/** Tags that are kept; of what comes after them only the text is. */
const MOST_TAGS = 30_000;
const DEEPEST = 60;
/** Characters of a tag that are looked at; a small picture fits. */
const LONGEST = 200_000;
/** Elements that a browser opens again in every paragraph while they are open. */
const FORMATS = new Set("b big code em font i s small strike strong tt u".split(" "));
const DEEPEST_FORMATS = 12;

const BLOCKS =
  "abbr address article aside bdi bdo blockquote br caption center cite col colgroup dd del details dfn div dl dt " +
  "figcaption figure footer h1 h2 h3 h4 h5 h6 header hr img ins kbd li main mark ol p pre q samp section span sub " +
  "summary sup table tbody td tfoot th thead time tr ul var wbr a";
const KEPT = new Set([...BLOCKS.split(" "), ...FORMATS]);
const VOID = new Set(["br", "col", "hr", "img", "wbr"]);
/** Elements whose content is no text for people. */
const DROPPED = "script|title|iframe|noscript|noframes|noembed|textarea|template|svg|math|object|select|xmp|plaintext";
const ATTRIBUTES = new Set(
  "align bgcolor border cellpadding cellspacing class color colspan dir face height lang open reversed rowspan size span start style title type valign value width".split(
    " ",
  ),
);

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-src 'none'";
/** Our own part of the looks. */
const LOOKS =
  ":root{color-scheme:light;background:#fff;color:#111;font:13px system-ui,sans-serif;overflow-wrap:anywhere}" +
  "body{margin:12px}";
const HEAD =
  `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
  '<meta name="referrer" content="no-referrer"><meta http-equiv="x-dns-prefetch-control" content="off">' +
  `<style>${LOOKS}</style>`;

/**
 * What a tag, a comment, a declaration or a dropped element looks like, from its beginning. What never ends goes to the
 * end of the text, so that nothing is looked at twice.
 */
const MARKUP = new RegExp(
  [
    "<!--[^]*?(?:-->|$)",
    `<(?<dropped>${DROPPED})\\b[^]*?(?:</\\k<dropped>\\s*>|$)`,
    "<style\\b[^>]*>(?<css>[^]*?)(?:</style\\s*>|$)",
    "<(?:[!?]|/(?![a-z]))[^>]*>?",
    "<(?<close>/?)(?<name>[a-z][a-z0-9]*)(?<rest>[^>\"']*(?:(?:\"[^\"]*(?:\"|$)|'[^']*(?:'|$))[^>\"']*)*)(?:>|$)",
  ].join("|"),
  "iy",
);
const ATTRIBUTE = /([a-z]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi;
const PICTURE = /^data:image\/(?:png|gif|jpeg|webp);base64,[a-z0-9+/=\s]*$/i;

/** The document that shows it. */
export function documentOf(html: string): string {
  return HEAD + new Tree(html).text();
}

/** Markup that is being made again. */
class Tree {
  readonly #html: string;
  #out: string[] = [];
  #open: string[] = [];
  #formats = 0;
  #tags = 0;

  constructor(html: string) {
    this.#html = html;
  }

  text(): string {
    for (let at = 0; at < this.#html.length;) at = this.#step(at);
    while (this.#open.length) this.#pop();
    return this.#out.join("");
  }

  /** Takes in what begins there; where it ends. */
  #step(at: number): number {
    const next = this.#html.indexOf("<", at);
    if (next !== at) {
      const end = next === -1 ? this.#html.length : next;
      this.#out.push(this.#html.slice(at, end));
      return end;
    }
    MARKUP.lastIndex = at;
    const found = MARKUP.exec(this.#html);
    if (!found) {
      this.#out.push("&lt;");
      return at + 1;
    }
    const { css, name, close, rest } = found.groups ?? {};
    if (css !== undefined) this.#out.push(`<style>${css.replaceAll("</", "")}</style>`);
    else if (name !== undefined) this.#tag(name.toLowerCase(), close === "/", rest ?? "");
    return at + found[0].length;
  }

  #tag(name: string, closes: boolean, rest: string): void {
    if (!KEPT.has(name)) return;
    if (closes) {
      if (!this.#open.includes(name)) return;
      while (this.#open.at(-1) !== name) this.#pop();
      this.#pop();
      return;
    }
    const format = FORMATS.has(name);
    const full = this.#tags >= MOST_TAGS || this.#open.length >= DEEPEST;
    if (full || (format && this.#formats >= DEEPEST_FORMATS)) return;
    this.#tags++;
    this.#out.push(`<${name}${attributes(name, rest)}>`);
    if (VOID.has(name)) return;
    this.#open.push(name);
    if (format) this.#formats++;
  }

  #pop(): void {
    const name = this.#open.pop();
    if (name === undefined) return;
    if (FORMATS.has(name)) this.#formats--;
    this.#out.push(`</${name}>`);
  }
}

function attributes(name: string, rest: string): string {
  let kept = "";
  for (const [, key = "", ...values] of rest.slice(0, LONGEST).matchAll(ATTRIBUTE)) {
    const lower = key.toLowerCase();
    const value = (values.find((one) => one !== undefined) ?? "").replaceAll('"', "&quot;");
    if (ATTRIBUTES.has(lower)) kept += ` ${lower}="${value}"`;
    else if (name === "img" && lower === "src" && PICTURE.test(value)) kept += ` src="${value}"`;
    // A link leads nowhere from here, but can be read. Browsers connect to what is pressed before they refuse it.
    else if (name === "a" && lower === "href") kept += ` title="${value}"`;
  }
  return kept;
}
