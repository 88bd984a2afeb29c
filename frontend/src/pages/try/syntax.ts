/**
 * Colours of source text, by highlight.js. A language is loaded when its first file is shown; text whose language is
 * not known stays plain. What comes from the library is read as data, never put into the page as markup.
 */
import type { HLJSApi, LanguageFn } from "highlight.js";

/** Kinds of tokens that are told apart; each is a colour in `tokens.css`. */
export type Kind = "plain" | "keyword" | "string" | "comment" | "number" | "name" | "type";

/** Text of one kind. */
export interface Token {
  text: string;
  kind: Kind;
}

/** Gives the tokens of each line of a text. */
export type Highlighter = (text: string) => Token[][];

const LANGUAGES: Record<string, () => Promise<{ default: LanguageFn }>> = {
  bash: () => import("highlight.js/lib/languages/bash"),
  c: () => import("highlight.js/lib/languages/c"),
  cmake: () => import("highlight.js/lib/languages/cmake"),
  cpp: () => import("highlight.js/lib/languages/cpp"),
  csharp: () => import("highlight.js/lib/languages/csharp"),
  css: () => import("highlight.js/lib/languages/css"),
  dockerfile: () => import("highlight.js/lib/languages/dockerfile"),
  go: () => import("highlight.js/lib/languages/go"),
  haskell: () => import("highlight.js/lib/languages/haskell"),
  ini: () => import("highlight.js/lib/languages/ini"),
  java: () => import("highlight.js/lib/languages/java"),
  javascript: () => import("highlight.js/lib/languages/javascript"),
  json: () => import("highlight.js/lib/languages/json"),
  kotlin: () => import("highlight.js/lib/languages/kotlin"),
  lua: () => import("highlight.js/lib/languages/lua"),
  makefile: () => import("highlight.js/lib/languages/makefile"),
  markdown: () => import("highlight.js/lib/languages/markdown"),
  objectivec: () => import("highlight.js/lib/languages/objectivec"),
  perl: () => import("highlight.js/lib/languages/perl"),
  php: () => import("highlight.js/lib/languages/php"),
  python: () => import("highlight.js/lib/languages/python"),
  ruby: () => import("highlight.js/lib/languages/ruby"),
  rust: () => import("highlight.js/lib/languages/rust"),
  scala: () => import("highlight.js/lib/languages/scala"),
  sql: () => import("highlight.js/lib/languages/sql"),
  swift: () => import("highlight.js/lib/languages/swift"),
  typescript: () => import("highlight.js/lib/languages/typescript"),
  xml: () => import("highlight.js/lib/languages/xml"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
};

const ENDINGS: Record<string, string> = {
  ...{ sh: "bash", zsh: "bash", h: "c", cc: "cpp", cxx: "cpp", hpp: "cpp", hh: "cpp", inc: "cpp", cs: "csharp" },
  ...{ hs: "haskell", toml: "ini", cfg: "ini", conf: "ini", js: "javascript", mjs: "javascript", jsx: "javascript" },
  ...{ kt: "kotlin", mk: "makefile", md: "markdown", m: "objectivec", mm: "objectivec", pl: "perl", pm: "perl" },
  ...{ py: "python", pyi: "python", star: "python", bzl: "python", rb: "ruby", rs: "rust", ts: "typescript" },
  ...{ tsx: "typescript", html: "xml", svg: "xml", vue: "xml", svelte: "xml", yml: "yaml" },
};
const WHOLE_NAMES: Record<string, string> = {
  ...{ "cmakelists.txt": "cmake", dockerfile: "dockerfile", makefile: "makefile", gnumakefile: "makefile" },
  ...{ gemfile: "ruby", rakefile: "ruby" },
};

/** The language of a file, by its name. */
export function languageOf(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const ending = name.slice(name.lastIndexOf(".") + 1);
  const found = WHOLE_NAMES[name] ?? (ending === name ? undefined : (ENDINGS[ending] ?? ending));
  return found !== undefined && Object.hasOwn(LANGUAGES, found) ? found : undefined;
}

let library: Promise<HLJSApi> | undefined;

/** Loads what it takes to colour a language; `undefined` for one that is not known. */
export async function highlighterOf(language: string): Promise<Highlighter | undefined> {
  const load = LANGUAGES[language];
  if (!load) return undefined;
  library ??= import("highlight.js/lib/core").then((module) => module.default);
  const [hljs, definition] = await Promise.all([library, load()]);
  if (!hljs.getLanguage(language)) hljs.registerLanguage(language, definition.default);
  return (text) => tokens(hljs.highlight(text, { language, ignoreIllegals: true }).value);
}

const KINDS: Record<string, Kind> = {
  ...{ keyword: "keyword", built_in: "keyword", literal: "keyword", "selector-tag": "keyword", tag: "keyword" },
  ...{ string: "string", regexp: "string", char: "string", "template-variable": "string", link: "string" },
  ...{ comment: "comment", quote: "comment", doctag: "comment", number: "number", symbol: "number", bullet: "number" },
  ...{ title: "name", name: "name", section: "name", attr: "name", attribute: "name", property: "name" },
  ...{ type: "type", meta: "type", class: "type", "selector-class": "type", "selector-id": "type", params: "plain" },
};
const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };
const PIECE = /<span class="([^"]*)">|<\/span>|&(?:amp|lt|gt|quot|#x27);|[^<&]+|[<&]/g;

/** Reads the library's markup: spans, five entities and text. */
export function tokens(markup: string): Token[][] {
  const lines: Token[][] = [[]];
  const open: Kind[] = [];
  for (const [piece, names] of markup.matchAll(PIECE)) {
    if (names !== undefined) open.push(kindOf(names, open.at(-1)));
    else if (piece === "</span>") open.pop();
    else put(lines, ENTITIES[piece] ?? piece, open.at(-1) ?? "plain");
  }
  return lines;
}

/** `hljs-title function_` is a name; a scope that says nothing looks as what it stands in. */
function kindOf(names: string, around: Kind = "plain"): Kind {
  const scope = /^hljs-([\w-]+)/.exec(names)?.[1] ?? "";
  return KINDS[scope] ?? around;
}

function put(lines: Token[][], text: string, kind: Kind): void {
  text.split("\n").forEach((part, at) => {
    if (at > 0) lines.push([]);
    const line = lines.at(-1);
    const last = line?.at(-1);
    if (part === "") return;
    if (last?.kind === kind) last.text += part;
    else line?.push({ text: part, kind });
  });
}
