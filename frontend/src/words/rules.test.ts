import { expect, test } from "vitest";
import type { Rule } from "../generated/Rule";
import { aboutWords, single, toldWords } from "./rules";

const ANY = { master: null, project: null, tag: null, builder: null, branch: null };
const rule = (change: Partial<Rule>): Rule => ({
  about: ANY,
  whose: "mine",
  modes: ["change"],
  doubtful: false,
  remind_hours: 0,
  ...change,
});

test("what a rule is about", () => {
  expect(aboutWords(ANY)).toBe("everything");
  expect(aboutWords({ ...ANY, master: "llvm" })).toBe("on llvm");
  expect(aboutWords({ ...ANY, builder: "nightly-*", branch: "", master: "llvm" })).toBe(
    "builder nightly-*, the default branch on llvm",
  );
});

test("what it tells", () => {
  expect(toldWords(rule({}))).toBe("breaks and repairs of mine");
  expect(toldWords(rule({ whose: "everybody", modes: ["exception"] }))).toBe("every exception of everybody");
  expect(toldWords(rule({ modes: [] }))).toBe("nothing");
  expect(toldWords(rule({ whose: "nobody" }))).toBe("nothing");
});

test("names for several modes are opened, each once", () => {
  expect(single(["change", "fixed"])).toEqual(["problem", "fixed"]);
  expect(single(["all"])).not.toContain("problem");
  expect(single(["all"])).toContain("passing");
});
