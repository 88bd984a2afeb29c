/** What the palette can find. */
import type { Overview } from "../generated/Overview";
import { PAGES } from "../keys/everywhere";
import { OWN, builderPath, buildPath, masterPath, workerPath } from "../route/routes";
import type { Orders } from "../state/orders.svelte";
import { stateOfBuilder } from "../words/builders";
import { canSignIn, shapeOf, whyNot } from "../words/masters";
import type { State } from "../words/results";

/** A place to go to, or an order. */
export interface Entry {
  name: string;
  kind: string;
  state?: State;
  path?: string;
  run?: () => void;
}

/** Everything, in the order in which equals are shown. */
export function entries(overview: Overview | undefined, orders: Orders): Entry[] {
  const pages: Entry[] = [
    ...PAGES.map(({ name, path }) => ({ name, path, kind: "page" })),
    { name: "Try a change…", path: "/try/new", kind: "page" },
    { name: "Join a master", path: "/masters/join", kind: "page" },
    { name: "Add a worker", path: "/workers/add", kind: "page" },
    { name: "Add a folder", path: "/projects/add", kind: "page" },
    { name: "Configuration", path: "/projects/configuration", kind: "page" },
  ];
  const fixed: Entry[] = [
    { name: "Show the keys", kind: "order", run: () => orders.ask({ what: "help" }) },
    {
      name: "Mute everything for 1 hour",
      kind: "order",
      run: () => orders.mute({ about: "everything" }, { until: "minutes", minutes: 60 }),
    },
    { name: "Quit Outpost", kind: "order", run: () => orders.ask({ what: "quit" }) },
  ];
  return [
    ...pages,
    ...builds(overview),
    ...builders(overview),
    ...workers(overview),
    ...masters(overview, orders),
    ...fixed,
    ...forces(overview, orders),
  ];
}

function builders(overview: Overview | undefined): Entry[] {
  return (overview?.builders ?? []).map((row) => ({
    name: called(row.master, row.name),
    kind: "builder",
    state: stateOfBuilder(row),
    path: builderPath(row),
  }));
}

/** A joined master's things carry its key, as on the command line. */
function called(master: string, name: string): string {
  return master === OWN ? name : `${master}/${name}`;
}

function masters(overview: Overview | undefined, orders: Orders): Entry[] {
  return (overview?.masters ?? [])
    .filter((row) => row.master !== OWN)
    .flatMap((row) => [
      { name: row.title, kind: "master", state: shapeOf(row.condition), path: masterPath(row.master) },
      {
        name: `Connect again to ${row.master}`,
        kind: "order",
        run: () => void orders.give("reconnect", { master: row.master }),
      },
      ...(canSignIn(row) && row.user === null
        ? [{ name: `Sign in at ${row.master}`, kind: "order", run: () => orders.ask({ what: "sign-in", row }) }]
        : []),
    ]);
}

function workers(overview: Overview | undefined): Entry[] {
  return (overview?.workers ?? []).map((row) => ({
    name: called(row.master, row.name),
    kind: "worker",
    path: workerPath(row),
  }));
}

function builds(overview: Overview | undefined): Entry[] {
  return (overview?.running ?? []).map(({ mark }) => ({
    name: `${called(mark.master, mark.builder_name)} #${mark.number}`,
    kind: "running build",
    state: "running",
    path: buildPath(mark),
  }));
}

function forces(overview: Overview | undefined, orders: Orders): Entry[] {
  return (overview?.builders ?? [])
    .filter(
      (row) =>
        row.can_force &&
        whyNot(
          overview?.masters.find((one) => one.master === row.master),
          "force",
        ) === undefined,
    )
    .map((row) => ({
      name: `Force ${called(row.master, row.name)}`,
      kind: "order",
      run: () => orders.ask({ what: "force", master: row.master, builder: row.builder, name: row.name }),
    }));
}
