/** Where the farm's changes can go: the own master, two ways to one joined master, and one that is away. */
import type { Overview } from "../../src/generated/Overview";
import type { TryBuilder } from "../../src/generated/TryBuilder";
import type { TryTarget } from "../../src/generated/TryTarget";
import { OWN } from "../../src/route/routes";

const RESULTS = ["success", "warnings", "failure", "skipped", "exception", "retry", "cancelled"];

function builders(overview: Overview, master: string): TryBuilder[] {
  return overview.builders
    .filter((row) => row.master === master)
    .sort((a, b) => a.builder - b.builder)
    .map((row) => ({
      ...{ name: row.name, builder: row.builder, tags: row.tags, project: row.project },
      results: row.results === null ? null : (RESULTS[row.results] ?? null),
      usual: 60_000 + row.builder * 1000,
    }));
}

/** The targets of a change. */
export function targetsOf(change: string, overview: Overview): TryTarget[] {
  const common = {
    address: null,
    cannot: null,
    hint: null,
    offline: false,
    limit: null,
    unfit: [],
    knows_base: true,
    proposed: [],
  };
  const own = builders(overview, OWN);
  const desk: TryTarget = {
    ...common,
    ...{ target: OWN, master: OWN, title: "Farm", way: "desk", words: "this program", builders: own },
    proposed: own.slice(0, 2).map(({ name }) => name),
  };
  if (overview.masters.length < 2) return [desk];
  const far = builders(overview, "llvm");
  const llvm = { ...common, master: "llvm", title: "LLVM Buildbot" };
  const away = { ...common, master: "team", title: "Team of the long-named product" };
  return [
    {
      ...llvm,
      ...{ target: "llvm/pb", way: "pb", words: "ci.llvm.example:8031 as ann", limit: 655_360, builders: far },
      proposed: ["clang-linux-tests", "clang-docs", "clang-lint"],
    },
    desk,
    {
      ...llvm,
      ...{ target: "llvm/form/try", way: "form", words: "the form ‘try’ of its pages", builders: far.slice(0, 12) },
      unfit: change === "app" ? [{ path: "assets/logo.png", reason: "it is binary, and the form takes text" }] : [],
      knows_base: false,
    },
    {
      ...away,
      ...{ target: "team/pb", way: "pb", words: "buildbot.team.example:8031 as ann", offline: true },
      builders: builders(overview, "team"),
      proposed: ["team-linux-tests"],
    },
    {
      ...away,
      ...{ target: "team/ssh", way: "ssh", words: "nothing is known of it", builders: [] },
      cannot: "nobody has said how ssh gets there",
      hint: "Say how changes get there, or ask whoever runs the master.",
    },
  ];
}
