/** The masters of the farms: this program's own, and two that are joined, one of them out of reach. */
import type { Looked } from "../../src/generated/Looked";
import type { MasterRow } from "../../src/generated/MasterRow";
import type { MasterHint } from "../../src/generated/MasterHint";
import { OWN } from "../../src/route/routes";
import { FakeRefusal } from "./refusal";

const NOW = Date.UTC(2026, 10, 20, 11, 0, 0);
const MINUTE = 60_000;

/** This program's own. */
export const OWN_MASTER: MasterRow = {
  master: OWN,
  title: "Farm",
  url: null,
  version: "Outpost 0.1.0",
  outpost: true,
  condition: "live",
  words: "Live",
  hint: null,
  stale_since: null,
  retry_at: null,
  sign_in: { way: "none" },
  user: null,
  signed_out: null,
  session_only: false,
  denied: {},
  builders: 30,
  broken: 4,
  running: 3,
};

/** A joined one where everything is well. */
export const LLVM: MasterRow = {
  ...OWN_MASTER,
  master: "llvm",
  title: "LLVM Buildbot",
  url: "https://lab.llvm.example/buildbot/",
  version: "Buildbot 4.3.0",
  outpost: false,
  sign_in: { way: "provider", name: "GitHub", page: "https://lab.llvm.example/buildbot/auth/login" },
  denied: { force: "sign in at LLVM Buildbot first", stop: "only the owner of a build may stop it" },
  builders: 12,
  broken: 1,
  running: 1,
};

/** A joined one that cannot be heard. */
export const TEAM: MasterRow = {
  ...OWN_MASTER,
  master: "team",
  title: "Team of the long-named product",
  url: "http://buildbot.team.example:8010/",
  version: "Buildbot 3.11.9",
  outpost: false,
  condition: "stale",
  words: "Stale since 10:18: connection refused",
  hint: "It is tried again by itself.",
  stale_since: NOW - 42 * MINUTE,
  retry_at: NOW + MINUTE,
  sign_in: { way: "password" },
  user: "ann",
  builders: 8,
  broken: 1,
  running: 0,
};

/** What is at an address that can be joined. */
export const LOOKED: Looked = {
  url: "https://ci.example.org/bb/",
  title: "Example CI",
  version: "Buildbot 4.1.0",
  outpost: false,
  sign_in: { way: "password" },
  open: true,
  builders: 41,
  name: "example-ci",
  joined: null,
};

/** A master that a checkout names. */
export const HINT: MasterHint = { url: "buildbot.parser.example", file: "/home/ann/parser/.buildbot/options" };

const NOT_THERE: Record<string, [code: string, message: string, hint: string]> = {
  "wiki.example": [
    "invalid",
    "https://wiki.example/ is no Buildbot: its pages are a wiki.",
    "Give the address of the team's build pages.",
  ],
  "old.example": [
    "invalid",
    "https://old.example/ is a Buildbot older than 0.9, which has no interface for programs.",
    "Ask whoever runs it for an update; 0.9 is of 2016.",
  ],
  "self.example": [
    "unavailable",
    "https://self.example/ shows a certificate that is not trusted: self-signed.",
    "Add its certificate to the system's store, or use the address that the certificate is for.",
  ],
  "gone.example": [
    "unavailable",
    "gone.example cannot be reached: connection refused.",
    "Check the address and the network.",
  ],
};

/** What is at an address. */
export function lookAt(url: string, masters: readonly MasterRow[]): Looked {
  const host = url.replace(/^\w+:\/\//, "").split(/[/:]/)[0] ?? "";
  const refused = NOT_THERE[host];
  if (refused) throw new FakeRefusal(...refused);
  if (host === "login.example") return { ...LOOKED, url: "https://login.example/", open: false, builders: null };
  if (host === "github.example") {
    const page = "https://github.example/auth/login";
    return {
      ...LOOKED,
      url: "https://github.example/",
      open: false,
      builders: null,
      sign_in: { way: "provider", name: "GitHub", page },
    };
  }
  const joined = masters.find((row) => row.url?.includes(host));
  return { ...LOOKED, joined: joined?.master ?? null };
}

/** The keychain does not take a secret. */
export const LOCKED = [
  "unavailable",
  "what you sign in with cannot be kept: the keychain is locked",
  "Or choose to keep it only until Outpost ends; then it has to be given again at the next start.",
  { session_only: "the keychain is locked" },
] as const;
