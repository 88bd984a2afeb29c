/** A desk as a person has it after some days: a few projects, three authors, a break of mine, one of somebody else's. */
import { PATIENCE, type Outpost } from "./outpost";
import { Gate, Repository, script } from "./repository";

const OTTO = "Otto Lang <otto@example.org>";
const PRIYA = "Priya Nair <priya@example.org>";

const PARSER = (name: string) => `#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads one number; stops at what is none. */
static long number(const char **text)
{
    char *end;
    long value = strtol(*text, &end, 10);
    *text = end;
    return value;
}

int main(int count, char **words)
{
    long sum = 0;
    for (int at = 1; at < count; at++) {
        const char *text = words[at];
        while (isdigit((unsigned char) *text))
            sum += number(&${name});
    }
    printf("%ld\\n", sum);
    return 0;
}
`;
const MAKEFILE = `CFLAGS = -Wall -Wextra -O2

kestrel: parser.o
\t$(CC) -o $@ $^

parser.o: src/parser.c
\t$(CC) $(CFLAGS) -c -o $@ $<

test: kestrel
\tsh tests/sums.sh

clean:
\trm -f kestrel *.o
`;
const SUMS = `for pair in "1 2 3" "10 20 30" "7 8 15"; do
  set -- $pair
  got=$(./kestrel "$1" "$2")
  echo "$1 + $2 = $got"
  [ "$got" = "$3" ] || { echo "tests/sums.sh: error: expected $3, got $got"; exit 1; }
done
`;

/** What is kept of the desk, to go on with it. */
export interface Desk {
  /** Lets what still runs come to its end. */
  end: () => void;
}

/** Makes it; at its end one build runs, one request waits, and two things are broken. */
export async function desk(outpost: Outpost): Promise<Desk> {
  const hold = new Gate(outpost, "slow");
  const work = (name: string, say: string, ...more: string[]) =>
    script(`for part in $(seq 24); do echo "${say} $part"; sleep 0.02; done`, ...more, `echo "${name}: all good"`);
  const kestrel = new Repository(outpost, "kestrel");
  kestrel.write("Makefile", MAKEFILE);
  kestrel.write("src/parser.c", PARSER("text"));
  kestrel.write("tests/sums.sh", SUMS);
  const inkwell = new Repository(outpost, "inkwell");
  inkwell.write("test", work("inkwell", "tests/test_page.py::test_fold"));
  const lantern = new Repository(outpost, "lantern");
  lantern.write("build", work("lantern", "bundling module"));
  lantern.write("test", work("lantern", "suite"));
  const tidepool = new Repository(outpost, "tidepool");
  tidepool.write("test", work("tidepool", "benchmark", "sleep 12"));
  const all = { kestrel, inkwell, lantern };

  for (const [name, repository] of Object.entries({ ...all, tidepool })) {
    repository.commit(`${name}: first commit`);
    outpost.cli("init", "--yes", "--no-build", repository.path);
  }
  await moreBuilders(outpost);
  // What the tree needs to be quiet for is shorter than between two commits of people.
  await quicker(outpost, [...Object.keys(all), "tidepool"]);
  const names = (await outpost.call("overview", { since: null })).builders
    .map((row) => row.name)
    .filter((one) => one !== "tidepool");
  // What is usual for a build that one can see run is known after three of them.
  const usual = (async () => {
    for (const number of [1, 2, 3]) {
      tidepool.commit(`tidepool: opinion ${number}`, PRIYA);
      await outpost.until(`tidepool #${number} begins`, ({ builders }) =>
        builders.some((row) => row.name === "tidepool" && row.last.some((mark) => mark.number === number)),
      );
      await outpost.built("tidepool", number, 3 * PATIENCE);
    }
  })();
  const HISTORY: [string, string | undefined][] = [
    ["measure before and after", PRIYA],
    ["name the limits", undefined],
    ["drop the second pass", OTTO],
    ["say what is missing and where", PRIYA],
    ["a shorter way through the common case", undefined],
  ];
  let round = 0;
  for (const [words, author] of HISTORY) {
    round++;
    for (const [name, repository] of Object.entries(all)) {
      repository.write("NOTES", `${name} ${round}\n`);
      if (name === "lantern" && round === 3)
        repository.write("test", "#!/bin/sh\necho 'suite.js:12: error: one is not two'\nexit 1\n");
      if (name === "lantern" && round === 4) repository.write("test", work("lantern", "suite"));
      repository.commit(`${name}: ${words}`, author);
    }
    await allBuilt(outpost, names, round);
  }

  await usual;
  inkwell.write("test", "#!/bin/sh\necho 'tests/test_page.py:31: error: expected 4 columns, got 5'\nexit 1\n");
  inkwell.commit("inkwell: fold wide tables", OTTO);
  await outpost.built("inkwell", 6);
  kestrel.write("src/parser.c", PARSER("txt"));
  kestrel.commit("parser: stop at the end of the text");
  await Promise.all([outpost.built("kestrel", 6), outpost.built("kestrel-clang", 6)]);
  lantern.write("NOTES", "lantern at last\n");
  lantern.commit("lantern: dim after sunset", PRIYA);
  await outpost.built("lantern", 6);

  tidepool.write("test", work("tidepool", "benchmark", hold.wait));
  tidepool.commit("tidepool: count what the tide brings", PRIYA);
  const running = await outpost.until("tidepool runs", ({ running }) => running.length > 0);
  if (!running.running[0]?.mark.builder_name.startsWith("tidepool")) throw new Error("another build runs");
  outpost.cli("force", "tidepool", "--reason", "once more, to compare");
  await outpost.until("a request waits", ({ waiting }) => waiting.length > 0);
  return { end: () => hold.open() };
}

/** Some projects have two builders. */
async function moreBuilders(outpost: Outpost): Promise<void> {
  const twice = async (project: string, other: string) => {
    const file = `projects/${project}.star`;
    const { text } = await outpost.call("configuration_file", { file });
    const head = 'c["builders"].append(util.BuilderConfig(';
    const begin = text.indexOf(head);
    const end = text.indexOf("\n    ))\n", begin) + "\n    ))\n".length;
    const copy = text.slice(begin, end).replace(`name = "${project}"`, `name = "${other}"`);
    const both = `${text.slice(0, end)}    ${copy}${text.slice(end)}`.replaceAll(
      `builderNames = ["${project}"]`,
      `builderNames = ["${project}", "${other}"]`,
    );
    await applied(outpost, file, both);
  };
  await twice("kestrel", "kestrel-clang");
  await twice("lantern", "lantern-arm64");
}

async function quicker(outpost: Outpost, projects: string[]): Promise<void> {
  for (const project of projects) {
    const file = `projects/${project}.star`;
    const { text } = await outpost.call("configuration_file", { file });
    await applied(outpost, file, text.replace("treeStableTimer = 2,", "treeStableTimer = 0.2,"));
  }
}

async function applied(outpost: Outpost, file: string, text: string): Promise<void> {
  const answer = await outpost.call("apply_configuration", { file, text });
  if (!answer.applied) throw new Error(`${file}: ${JSON.stringify(answer.problems)}`);
}

async function allBuilt(outpost: Outpost, names: string[], number: number): Promise<void> {
  const deadline = Date.now() + 3 * PATIENCE;
  for (const name of names) {
    if (Date.now() > deadline) throw new Error(`round ${number} takes too long`);
    await outpost.built(name, number);
  }
}
