import { describe, expect, test } from "vitest";
import { heading, host, open, ordered, page, path, role, seen, until, stand } from "./stand";

stand();

const address = () => role("textbox", { name: "Address of one of its pages" });
const look = async (url: string) => {
  await address().fill(url);
  await page.keyboard.press("Enter");
};

describe("masters", () => {
  test("each tells how it is followed, and one that is away can be tried again", async () => {
    await open("/masters", "team");
    await seen("Stale since 10:18: connection refused");
    await seen("signed in as ann");
    await role("link", { name: "320 builders" }).waitFor();
    await role("button", { name: "Try Team of the long-named product now" }).click();
    await until(() => ordered("reconnect") !== undefined);
    expect(ordered("reconnect")).toEqual({ master: "team" });
  });

  test("a checkout's master is offered, and leads to what is there", async () => {
    await open("/masters", "team");
    await role("link", { name: "Look at buildbot.parser.example" }).click();
    await heading("Join a master");
    await role("heading", { name: "Example CI" }).waitFor();
  });

  test("is renamed, and left only after a question", async () => {
    await open("/masters/llvm", "team");
    await role("button", { name: "More about LLVM Buildbot" }).click();
    await role("menuitem", { name: "Rename…" }).click();
    await role("dialog").getByRole("textbox", { name: "Name", exact: true }).fill("clang");
    await page.keyboard.press("Enter");
    await until(() => path() === "/masters/clang");
    expect(ordered("rename_master")).toEqual({ master: "llvm", name: "clang" });
    await role("button", { name: "More about LLVM Buildbot" }).click();
    await role("menuitem", { name: "Leave…" }).click();
    await seen(/can be joined again/);
    expect(ordered("leave")).toBeUndefined();
    await role("button", { name: "Leave it" }).click();
    await heading("Masters");
    await role("link", { name: "LLVM Buildbot" }).waitFor({ state: "detached" });
  });

  test("its schedulers are switched, unless it forbids that", async () => {
    await open("/masters/llvm", "team");
    await role("button", { name: "Switch llvm: main off" }).click();
    await until(() => ordered("switch_scheduler") !== undefined);
    expect(ordered("switch_scheduler")).toEqual({ master: "llvm", scheduler: 1, enabled: false });
    await role("button", { name: "Switch llvm: main on" }).waitFor();
    await page.goto(new URL("/masters/team", page.url()).href);
    const button = role("button", { name: "Switch team: main on" });
    await button.waitFor();
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    host.orders.length = 0;
    // What is forbidden can still be reached and pressed by keyboard.
    await button.press("Enter");
    await seen(/Not now: Team of the long-named product cannot be heard since/);
    expect(host.orders).toEqual([]);
  });
});

describe("joining", () => {
  test("shows what is there, and follows it", async () => {
    await open("/masters/join", "team");
    await look("https://ci.example.org/bb/#/builders/7/builds/9");
    await role("heading", { name: "Example CI" }).waitFor();
    await seen("41 builders, without signing in");
    await seen("Buildbot 4.1.0");
    await role("textbox", { name: /Name here/ }).fill("ci");
    await role("button", { name: "Join" }).click();
    await until(() => ordered("join") !== undefined);
    expect(ordered("join")).toEqual({
      url: "https://ci.example.org/bb/",
      name: "ci",
      secret: null,
      session_only: false,
    });
    await heading("Example CI");
    expect(path()).toBe("/masters/ci");
  });

  test.each([
    ["wiki.example", /is no Buildbot/, /Give the address of the team's build pages/],
    ["old.example", /older than 0.9/, /Ask whoever runs it/],
    ["self.example", /certificate that is not trusted/, /Add its certificate/],
    ["gone.example", /cannot be reached: connection refused/, /Check the address/],
  ])("%s is refused with the reason and the next step, and what was typed stays", async (url, reason, next) => {
    await open("/masters/join", "team");
    await look(url);
    await seen(reason);
    await seen(next);
    expect(await address().inputValue()).toBe(url);
    expect(await role("button", { name: "Join" }).count()).toBe(0);
  });

  test("a master that shows nothing without signing in is joined with a password", async () => {
    await open("/masters/join", "team");
    await look("login.example");
    await seen("nothing without signing in");
    const join = role("button", { name: "Join" });
    expect(await join.isDisabled()).toBe(true);
    await role("textbox", { name: "User name" }).fill("ann");
    await page.getByLabel("Password", { exact: true }).fill("s3cret");
    await join.click();
    await until(() => ordered("join") !== undefined);
    expect(ordered("join")).toMatchObject({ secret: { way: "password", user: "ann", password: "s3cret" } });
  });

  test("at a provider's master the browser's session is pasted, with the steps", async () => {
    await open("/masters/join", "team");
    await look("github.example");
    await seen(/developer tools/);
    await page.getByLabel("Session cookie").fill("TWISTED_SESSION=abc");
    await role("button", { name: "Join" }).click();
    await until(() => ordered("join") !== undefined);
    expect(ordered("join")).toMatchObject({ secret: { way: "cookie", cookie: "TWISTED_SESSION=abc" } });
  });

  test("one that is joined already is not joined twice", async () => {
    await open("/masters/join", "team");
    await look("https://lab.llvm.example/buildbot/#/builders");
    await role("link", { name: "llvm", exact: true }).click();
    await heading("LLVM Buildbot");
  });
});

describe("signing in", () => {
  test("says when the password is wrong, and tells who it is afterwards", async () => {
    await open("/masters/llvm", "team");
    host.masters.forEach((row) => (row.sign_in = { way: "password" }));
    host.send({ kind: "masters" });
    await seen(/people sign in with user name and password/);
    await role("button", { name: "Sign in at LLVM Buildbot" }).click();
    const dialog = role("dialog", { name: "Sign in at LLVM Buildbot" });
    await dialog.getByLabel("User name").fill("ann");
    await dialog.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await seen(/does not accept this user name and password/);
    await dialog.getByLabel("Password").fill("right");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await seen("Signed in as ann");
  });

  test("a keychain that is locked has its own way round: for this run only", async () => {
    await open("/masters/llvm", "team");
    host.masters.forEach((row) => (row.sign_in = { way: "password" }));
    host.send({ kind: "masters" });
    await seen(/people sign in with user name and password/);
    await role("button", { name: "Sign in at LLVM Buildbot" }).click();
    const dialog = role("dialog", { name: "Sign in at LLVM Buildbot" });
    await dialog.getByLabel("User name").fill("ann");
    await dialog.getByLabel("Password").fill("no keychain");
    await page.keyboard.press("Enter");
    await seen(/cannot be kept: the keychain is locked/);
    await dialog.getByRole("button", { name: "Keep it for this run only" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(ordered("sign_in")).toMatchObject({ session_only: true });
    await seen("Signed in as ann, for this run only");
  });

  test("an order that needs it says so where it would be given", async () => {
    await open("/masters/llvm/builders/1", "team");
    const force = role("button", { name: "Force…" });
    await force.waitFor();
    expect(await force.getAttribute("title")).toBe("sign in at LLVM Buildbot first");
    await force.press("Enter");
    await seen("Not now: sign in at LLVM Buildbot first.");
    expect(await role("dialog").count()).toBe(0);
  });
});
