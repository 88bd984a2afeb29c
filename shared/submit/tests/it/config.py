# A master that takes tries by every way. TEST_OPTIONS is JSON: pb, web.
import json
import os

from buildbot.plugins import schedulers, steps, util, worker

OPTIONS = json.loads(os.environ["TEST_OPTIONS"])

c = BuildmasterConfig = {}
c["buildbotNetUsageData"] = None
c["buildbotURL"] = "http://127.0.0.1:%d/" % OPTIONS["web"]
c["www"] = {"port": "tcp:%d:interface=127.0.0.1" % OPTIONS["web"]}
c["protocols"] = {"pb": {"port": "tcp:0:interface=127.0.0.1"}}
c["workers"] = [worker.LocalWorker("local")]


def factory():
    return util.BuildFactory([steps.ShellCommand(name="greet", command=["echo", "hello"], logEnviron=False)])


NAMES = ["a", "b"]
c["builders"] = [util.BuilderConfig(name=name, workernames=["local"], factory=factory()) for name in NAMES]
c["schedulers"] = [
    schedulers.Try_Userpass(
        name="pb", builderNames=NAMES, port="tcp:%d:interface=127.0.0.1" % OPTIONS["pb"], userpass=[("alice", "s3cret")]
    ),
    schedulers.Try_Jobdir(name="ssh", builderNames=NAMES, jobdir="jobs"),
    schedulers.ForceScheduler(
        name="form",
        builderNames=NAMES,
        codebases=[util.CodebaseParameter(codebase="", patch=util.PatchParameter())],
        properties=[util.StringParameter(name="kind", default=""), util.AnyPropertyParameter(name="any")],
    ),
    schedulers.ForceScheduler(name="plain", builderNames=NAMES),
]
