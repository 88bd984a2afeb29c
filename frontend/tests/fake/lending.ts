/** Lendings of the farms: none, or one of each condition that says something of its own. */
import type { LendingRow } from "../../src/generated/LendingRow";
import { NOW, type Size } from "./farm";

const MINUTE = 60_000;

/** A lending that waits for builds. */
export const FREE: LendingRow = {
  lending: 1,
  master: "farm.example.org:9989",
  name: "ann-laptop",
  protocol: null,
  tls: false,
  folder: "/home/ann/.local/share/outpost/lending/1",
  builds: 1,
  nice: 10,
  condition: "free",
  words: "waiting for builds",
  since: NOW - 42 * MINUTE,
  until: null,
  building: [],
  trouble: null,
  session_only: false,
};

/** The farms' lendings. */
export function lendings(size: Size): LendingRow[] {
  if (size === "empty") return [];
  if (size === "one") return [{ ...FREE }];
  return [
    {
      ...FREE,
      condition: "building",
      words: "building for 2 builders",
      building: [
        { builder: "linux-tests", since: NOW - 3 * MINUTE },
        { builder: "docs-with-a-rather-long-name-of-its-own", since: NOW - MINUTE },
      ],
    },
    {
      ...FREE,
      lending: 2,
      master: "wss://builds.another-team.example.com/worker",
      name: "ann",
      protocol: "msgpack_experimental_v7",
      condition: "away",
      words: "not connected",
      since: null,
      until: NOW + MINUTE,
      trouble: "builds.another-team.example.com does not accept worker 'ann' with this password",
    },
    { ...FREE, lending: 3, master: "attic:9989", condition: "paused", words: "paused", since: null },
    {
      ...FREE,
      lending: 4,
      master: "cellar:9989",
      condition: "no_password",
      words: "no password",
      since: null,
      trouble: "its password was for the last session only; give it again",
      session_only: true,
    },
  ];
}
