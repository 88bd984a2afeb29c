/** A real Buildbot master with a worker of its own, in a folder of its own. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A virtual environment with Buildbot 4.3. */
const ENVIRONMENT = process.env.OUTPOST_TEST_BUILDBOT ?? join(import.meta.dirname, "../../../target/tools/buildbot");
/** A Buildbot on a busy machine takes its time. */
const PATIENCE = 120_000;

/** `widget` does what `PROGRAM` says; orders need the user `ann` with the password `s3cret`. */
const CONFIG = `
from buildbot.plugins import *
c = BuildmasterConfig = {}
c['title'] = 'Team farm'
c['workers'] = [worker.LocalWorker('local', max_builds=1)]
c['protocols'] = {'null': {}}
factory = util.BuildFactory([steps.ShellCommand(name='test', command=['sh', '@FOLDER@/program'])])
c['builders'] = [util.BuilderConfig(name=name, workernames=['local'], factory=factory, tags=['team']) for name in ('widget', 'gadget')]
nested = util.NestedParameter(name='', label='Options', layout='tabs', fields=[
    util.NestedParameter(name='', label='Kind', layout='vertical', fields=[
        util.ChoiceStringParameter(name='target', label='Target', choices=['debug', 'release'], default='debug'),
        util.BooleanParameter(name='clean', label='Clean build', default=False),
        util.IntParameter(name='jobs', label='Jobs', default=4)]),
    util.NestedParameter(name='', label='Words', layout='simple', fields=[
        util.TextParameter(name='notes', label='Notes', default='', cols=40, rows=3)])])
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=['widget', 'gadget'],
    reason=util.StringParameter(name='reason', label='Why', default='by hand', required=True), properties=[nested])]
c['www'] = {'port': 'tcp:@PORT@:interface=127.0.0.1', 'auth': util.UserPasswordAuth({'ann': 's3cret'}),
    'authz': util.Authz(allowRules=[util.AnyControlEndpointMatcher(role='admins')],
        roleMatchers=[util.RolesFromUsername(roles=['admins'], usernames=['ann'])])}
c['db'] = {'db_url': 'sqlite:///state.sqlite'}
c['buildbotNetUsageData'] = None
c['buildbotURL'] = 'http://127.0.0.1:@PORT@/'
`;

/** Two builders more, which build what is tried of a repository: by Perspective Broker, as `ann` with `t0ken`. */
const TRIED = `
tried = util.BuildFactory([
    steps.Git(repourl='@REPOSITORY@', mode='full', method='clobber'),
    steps.ShellCommand(name='test', command=['./test', util.Interpolate('%(prop:buildername)s')])])
c['builders'] += [util.BuilderConfig(name=name, workernames=['local'], factory=tried) for name in ('linux', 'mac')]
c['schedulers'] += [schedulers.Try_Userpass(name='try', builderNames=['linux', 'mac'],
    port='tcp:@TRY@:interface=127.0.0.1', userpass=[('ann', 't0ken')])]
`;

/** Why there is none. */
export function noBuildbot(): string | undefined {
  if (existsSync(join(ENVIRONMENT, "bin/buildbot"))) return undefined;
  return "real pages: set OUTPOST_TEST_BUILDBOT to a virtual environment with Buildbot 4.3 and its worker";
}

/** A running master. */
export class Buildbot {
  readonly url: string;
  /** Where changes to be tried go. */
  tryAddress = "";
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.url = `http://127.0.0.1:${port}/`;
  }

  /** `repository`: the address of one whose changes it takes to try. */
  static async start(repository?: string): Promise<Buildbot> {
    const folder = await mkdtemp(join(tmpdir(), "buildbot-"));
    const port = await freePort();
    const buildbot = new Buildbot(folder, port);
    const made = spawnSync(join(ENVIRONMENT, "bin/buildbot"), ["create-master", "-q", join(folder, "master")]);
    if (made.status !== 0) throw new Error(`no master was made: ${made.stdout}${made.stderr}`);
    await buildbot.does("exit 0");
    const config = CONFIG.replaceAll("@PORT@", String(port)).replaceAll("@FOLDER@", folder);
    await writeFile(join(folder, "master/master.cfg"), config + (await buildbot.#tried(repository)));
    await buildbot.run();
    return buildbot;
  }

  async #tried(repository: string | undefined): Promise<string> {
    if (repository === undefined) return "";
    const port = String(await freePort());
    this.tryAddress = `127.0.0.1:${port}`;
    return TRIED.replaceAll("@TRY@", port).replaceAll("@REPOSITORY@", repository);
  }

  /** What a build does from now on, in shell. */
  async does(script: string): Promise<void> {
    await writeFile(join(this.#folder, "program"), `${script}\n`);
  }

  /** Starts it, also again, and waits until it answers. */
  async run(): Promise<void> {
    const folder = join(this.#folder, "master");
    const child = spawn(join(ENVIRONMENT, "bin/buildbot"), ["start", "--nodaemon", folder], { stdio: "ignore" });
    this.#child = child;
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the master ended at once; its log is in ${folder}`);
      const answer = await fetch(`${this.url}api/v2/builders`).catch(() => undefined);
      if (answer?.ok && (await answer.text()).includes("gadget")) return;
      if (Date.now() > deadline) throw new Error("the master does not answer");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends it without warning; it can be run again. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  /** Ends it and removes its folder. */
  async end(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
