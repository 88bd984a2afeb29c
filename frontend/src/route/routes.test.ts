import { expect, test } from "vitest";
import { OWN, buildPath, builderPath, lineOf, lineOfQuery, logPath, parse } from "./routes";

test.each([
  ["/", { page: "now" }],
  ["/builders/", { page: "builders" }],
  ["/builders/3", { page: "builder", master: OWN, builder: 3 }],
  ["/builders/3/builds/7", { page: "build", master: OWN, builder: 3, number: 7 }],
  ["/builders/3/builds/7/steps/2", { page: "build", master: OWN, builder: 3, number: 7, step: 2 }],
  [
    "/builders/3/builds/7/steps/2/logs/a%20b",
    { page: "build", master: OWN, builder: 3, number: 7, step: 2, log: "a b" },
  ],
  ["/builds/12", { page: "build-by-id", master: OWN, build: 12 }],
  ["/pending", { page: "pending" }],
  ["/masters", { page: "masters" }],
  ["/masters/join", { page: "join" }],
  ["/masters/llvm", { page: "master", master: "llvm" }],
  ["/masters/llvm/builders/3", { page: "builder", master: "llvm", builder: 3 }],
  ["/masters/llvm/builders/3/builds/7", { page: "build", master: "llvm", builder: 3, number: 7 }],
  ["/masters/llvm/builds/12", { page: "build-by-id", master: "llvm", build: 12 }],
  ["/masters/llvm/workers/4", { page: "worker", master: "llvm", worker: 4 }],
  ["/workers", { page: "workers" }],
  ["/workers/4", { page: "worker", master: OWN, worker: 4 }],
  ["/workers/add", { page: "add-worker" }],
  ["/lending", { page: "lending" }],
  ["/projects/add", { page: "add" }],
  ["/projects/configuration", { page: "configuration" }],
  ["/try", { page: "tries" }],
  ["/try/new", { page: "new-try" }],
  ["/try/12", { page: "try", id: 12 }],
  ["/quit", { page: "quit" }],
])("%s", (path, page) => {
  expect(parse(path)).toEqual(page);
});

test.each([
  "/nowhere",
  "/builders/x",
  "/builders/-1",
  "/builders/3/builds",
  "/builders/3/builds/7/steps/2/logs",
  "/builders/3/builds/7/steps/2/logs/a/b",
  "/projects/other",
  "/workers/x",
  "/workers/4/builds",
  "/masters/LLVM/builders/3",
  "/masters/llvm/builders",
  "/masters/llvm/masters/llvm/builders/3",
  `/masters/${"a".repeat(41)}/builders/3`,
  `/builders/${"9".repeat(40)}`,
  "/builders/3/builds/7/steps/2/logs/%E0%A4%A",
])("%s is no error", (path) => {
  expect(["nowhere", "build"]).toContain(parse(path).page);
});

test.each([OWN, "llvm", "py.3-x_64"])("paths of %s lead back to where they came from", (master) => {
  for (let number = 1; number < 500; number += 37) {
    const mark = { master, builder: number * 3, number };
    expect(parse(builderPath(mark))).toEqual({ page: "builder", master, builder: mark.builder });
    expect(parse(buildPath(mark))).toEqual({ page: "build", ...mark });
    const [path, hash] = logPath(mark, { step: number, slug: "ü / log%", line: number }).split("#");
    expect(parse(path ?? "")).toEqual({ page: "build", ...mark, step: number, log: "ü / log%" });
    expect(lineOf(`#${hash}`)).toBe(number);
  }
});

test("lines", () => {
  expect(lineOf("#L1")).toBe(0);
  expect(lineOf("#L0")).toBeUndefined();
  expect(lineOf("#top")).toBeUndefined();
  expect(lineOfQuery("0")).toBe(0);
  expect(lineOfQuery("")).toBeUndefined();
});
