import { expect, test } from "vitest";
import { matching, places, score } from "./fuzzy";

const names = [
  "linux-tests",
  "linux-arm64",
  "windows-x86_64",
  "integration-postgres-16",
  "docs",
  "Settings",
  "Force docs",
];
const find = (wanted: string) => matching(wanted, names, (name) => name);

test("what begins a word comes first", () => {
  expect(find("docs")[0]).toBe("docs");
  expect(find("set")[0]).toBe("Settings");
  expect(find("arm")[0]).toBe("linux-arm64");
});

test("letters may be scattered, but stay in order", () => {
  expect(find("ip16")[0]).toBe("integration-postgres-16");
  expect(find("wx")).toContain("windows-x86_64");
  expect(score("xw", "windows-x86_64")).toBeNull();
});

test("nothing wanted gives all as they were", () => {
  expect(find("")).toEqual(names);
  expect(find("zzz")).toEqual([]);
});

test("every name answers to itself and to its own letters", () => {
  for (const name of names) {
    expect(find(name)[0]).toBe(name);
    for (let every = 1; every < 4; every++) {
      const letters = [...name].filter((_, at) => at % every === 0).join("");
      expect(score(letters, name)).not.toBeNull();
    }
  }
});

test("the letters that answer are told, side by side where they can be", () => {
  const hit = (wanted: string, text: string) => places(wanted, text).map((at) => text[at]);
  expect(places("night full", "clang-nightly-full")).toEqual([6, 7, 8, 9, 10, 14, 15, 16, 17]);
  expect(places("docs", "Force docs")).toEqual([6, 7, 8, 9]);
  expect(places("xw", "windows-x86_64")).toEqual([]);
  for (const name of names) expect(hit("", name)).toEqual([]);
  for (const name of names) {
    const letters = [...name].filter((letter, at) => at % 2 && letter !== " ").join("");
    expect(hit(letters, name).join("")).toBe(letters);
  }
});
