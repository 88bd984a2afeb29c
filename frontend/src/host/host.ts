/**
 * The one interface between pages and whatever answers them.
 *
 * A page must not know whether it stands in a browser or in the window.
 */
import type { Commands } from "../generated/commands";
import type { Event } from "../generated/Event";
import type { Refusal } from "../generated/Refusal";

/** Name of a command. */
export type CommandName = keyof Commands;
/** What a command takes. */
export type Input<C extends CommandName> = Commands[C]["input"];
/** What a command gives. */
export type Output<C extends CommandName> = Commands[C]["output"];
/** Kind of an event. */
export type EventKind = Event["kind"];
/** The event of one kind. */
export type EventOf<K extends EventKind> = Extract<Event, { kind: K }>;

/** `connecting` until the first contact; `lost` while the program does not answer. */
export type LinkState = "connecting" | "live" | "lost";

/** What pages need from the outside. */
export interface Host {
  /** Where the pages are shown; decides about words only. */
  readonly face: "browser" | "window";
  /** Calls a command. Rejects with `Refused` or `Unreachable`. */
  call<C extends CommandName>(name: C, input: Input<C>): Promise<Output<C>>;
  /** Hears events of one kind; the result ends it. */
  on<K extends EventKind>(kind: K, handler: (event: EventOf<K>) => void): () => void;
  /** Hears how the link is, first at once; the result ends it. */
  onLink(handler: (state: LinkState) => void): () => void;
  /** Address of a whole log as plain text, where the face can open one. */
  rawLog(log: number): string | undefined;
  /**
   * Keeps a document that was made of an HTML log, and gives the address under which a frame shows it with its own looks.
   * Absent where a frame can show a document as it is.
   */
  readonly logPage?: (document: string) => Promise<string>;
  /**
   * Shows a master's sign-in page in a window of ours, and gives the session cookie as `NAME=VALUE`; `undefined` when it
   * was closed before. Absent where there can be no such window.
   */
  readonly signInAt?: (page: string) => Promise<string | undefined>;
  /**
   * Gives the person a file: its name, its bytes in base64. Where it was put, if that is known: a browser has its own
   * ways. Rejects with `Refused`.
   */
  save(name: string, base64: string): Promise<string | undefined>;
  /** Puts the window away, where there is one of our own. */
  close(): void;
}

/** The program answered, and said no. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = "Refused";
    this.refusal = refusal;
  }
}

/** There was no answer. */
export class Unreachable extends Error {
  constructor(why: string) {
    super(why);
    this.name = "Unreachable";
  }
}

/** Any error as something that can be shown. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof Unreachable) {
    return {
      code: "unreachable",
      message: "Outpost does not answer.",
      hint: "It is asked again by itself. If it was ended, start it with `outpost run`.",
      fields: {},
    };
  }
  return { code: "failed", message: String(error), hint: "Reload the page.", fields: {} };
}

/** Looks like a `Refusal` that came over the wire. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}
