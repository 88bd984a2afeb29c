/** Logs for the tests, made line by line when asked for, so that a million lines cost nothing. */

/** A log of the fake. */
export interface FakeLog {
  kind: string;
  numLines: number;
  complete: boolean;
  line: (number: number) => string;
}

const ESC = "\x1b";
const ENVIRONMENT = [
  "h/bin/sh -c 'make -j4 check'",
  "h in dir /home/ann/.local/share/outpost/builds/linux-tests/build (timeout 1200 secs)",
  "h watching logfiles {}",
  "h argv: ['/bin/sh', '-c', 'make -j4 check']",
  "h environment:",
  ...[
    "CARGO_TERM_COLOR=always",
    "DISPLAY=:0",
    "HOME=/home/ann",
    "LANG=en_GB.UTF-8",
    "LOGNAME=ann",
    "PATH=/usr/local/bin:/usr/bin:/bin",
    "PWD=/home/ann/build",
    "SHELL=/bin/bash",
    "TERM=xterm-256color",
    "USER=ann",
    "XDG_RUNTIME_DIR=/run/user/1000",
    "XDG_SESSION_TYPE=wayland",
  ].map((text) => `h  ${text}`),
  "h using PTY: False",
];

/** A compile that fails, in colours. */
export function failedCompile(): FakeLog {
  const objects = Array.from(
    { length: 61 },
    (_, at) => `o${ESC}[2mcc${ESC}[0m -O2 -Wall -c src/part_${at}.c -o build/part_${at}.o`,
  );
  const lines = [
    ...ENVIRONMENT,
    ...objects,
    `e${ESC}[1msrc/main.c:7:${ESC}[0m In function ${ESC}[1m‘main’${ESC}[0m:`,
    `e${ESC}[1msrc/main.c:7:12: ${ESC}[31merror: ${ESC}[0m‘conut’ undeclared (first use in this function); did you mean ‘${ESC}[32mcount${ESC}[0m’?`,
    `e    7 |     return ${ESC}[31mconut${ESC}[0m;`,
    `e      |            ${ESC}[31m^~~~~${ESC}[0m`,
    `e      |            ${ESC}[32mcount${ESC}[0m`,
    `o${ESC}[38;5;208mtests 12 of 40 built${ESC}[0m ${ESC}[38;2;255;255;120mpale yellow of a terminal made for black${ESC}[0m ${ESC}[44;97m white on blue ${ESC}[0m ${ESC}[7minverse${ESC}[0m`,
    `o[                    ]   0%\r[##########          ]  50%\r[####################] 100%`,
    "emake: *** [Makefile:21: build/main.o] Error 1",
    `e${ESC}[1msrc/parse.c:91:3: ${ESC}[31merror: ${ESC}[0mexpected ‘;’ before ‘}’ token`,
    `o${"a very long line, ".repeat(900)}`,
    "emake: Target 'check' not remade because of errors.",
    "hprogram finished with exit code 2",
    "helapsedTime=41.270944",
  ];
  return { kind: "s", numLines: lines.length, complete: true, line: (number) => lines[number] ?? "o" };
}

/** A plain log of some length. */
export function plainLog(numLines: number, complete = true): FakeLog {
  const line = (number: number) => {
    if (number < ENVIRONMENT.length) return ENVIRONMENT[number] ?? "o";
    if (number % 50_000 === 49_000)
      return `e${ESC}[31mERROR${ESC}[0m test_${number} failed: expected ${number}, found ${number + 1}`;
    return `o[${String(number).padStart(8, "0")}] test_${number % 977} ... ${ESC}[32mok${ESC}[0m in ${(number * 37) % 900} ms, ${"checked ".repeat(number % 23)}`;
  };
  return { kind: "s", numLines, complete, line };
}

/** Lines of a text log. */
export function textLog(lines: readonly string[]): FakeLog {
  return { kind: "t", numLines: lines.length, complete: true, line: (number) => lines[number] ?? "" };
}

/** An HTML log. */
export function htmlLog(html: string): FakeLog {
  return { ...textLog(html.split("\n")), kind: "h" };
}

/** The next line that `holds`, or the one before; looks at most at 200,000. */
export function look(log: FakeLog, from: number, backwards: boolean, holds: (line: string) => boolean): number | null {
  const step = backwards ? -1 : 1;
  for (let at = from + step, looked = 0; at >= 0 && at < log.numLines && looked < 200_000; at += step, looked++) {
    if (holds(log.line(at))) return at;
  }
  return null;
}
