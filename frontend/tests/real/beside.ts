/** The real program with a real Buildbot beside it. */
import { afterAll, beforeAll } from "vitest";
import { noBuildbot, type Buildbot } from "./buildbot";
import type { Outpost } from "./outpost";
import { leave, stage, type Stage } from "./stage";

/** Both. */
export interface Both {
  all: Stage;
  buildbot: Buildbot;
}

/**
 * Sets the stage before the tests of a file and clears it after them; called once in it. What it gives is asked in a
 * test, and has nothing where no Buildbot is installed, which it then says.
 */
export function besideBuildbot(start: (outpost: Outpost) => Promise<Buildbot>): () => Both | undefined {
  const none = noBuildbot();
  let all: Stage | undefined;
  let buildbot: Buildbot | undefined;
  beforeAll(async () => {
    if (none) return;
    all = await stage();
    buildbot = await start(all.outpost);
  }, 180_000);
  afterAll(async () => {
    try {
      if (all) await leave(all);
    } finally {
      await buildbot?.end();
    }
  });
  return () => {
    if (none) console.log(`SKIPPED: ${none}`);
    return all && buildbot && { all, buildbot };
  };
}
