# A master with everything that the tests look at. TEST_OPTIONS is JSON: port, url, auth, closed, cookie_seconds.
import datetime
import json
import os

from buildbot.plugins import schedulers, steps, util, worker

OPTIONS = json.loads(os.environ["TEST_OPTIONS"])
FOLDER = os.environ["TEST_FOLDER"]

c = BuildmasterConfig = {}
c["buildbotNetUsageData"] = None
c["title"] = "Rig"
c["titleURL"] = c["buildbotURL"] = OPTIONS["url"]
c["protocols"] = {"pb": {"port": "tcp:0:interface=127.0.0.1"}}
c["workers"] = [worker.LocalWorker("local", max_builds=8), worker.Worker("away", "s3cret")]


def sh(name, script):
    return steps.ShellCommand(name=name, command=["/bin/sh", "-c", script], logEnviron=False)


def builder(name, *its_steps, **options):
    options.setdefault("workernames", ["local"])
    factory = util.BuildFactory(list(its_steps))
    return util.BuilderConfig(name=name, factory=factory, **options)


LINES = "i=0; while [ $i -lt 30 ]; do seq -f 'line '$i'%03g' 1000; i=$((i+1)); done"

c["builders"] = [
    builder("hello", sh("greet", "echo hello"), tags=["fast", "greetings"], description="Says hello"),
    # Runs until there is a file `go`.
    builder("gate", sh("wait", "echo waiting; while ! test -e %s/go; do sleep 0.05; done" % FOLDER)),
    # Fails while there is a file `broken`.
    builder(
        "verdict",
        sh("look", "echo looking"),
        sh("judge", "if test -e %s/broken; then echo 'main.c:3:1: error: it is broken'; exit 1; fi" % FOLDER),
    ),
    # Thirty thousand lines, then an error, then a few more.
    builder("wordy", sh("talk", LINES + "; echo 'a.c:1:1: error: at the end' >&2; seq 100; false")),
    builder("far away", sh("greet", "echo hello"), workernames=["away"]),
]

ALL = [b.name for b in c["builders"]]

EVERYTHING = [
    util.StringParameter(name="text", label="Text", default="some", required=True),
    util.TextParameter(name="lines", label="Lines", default="one\ntwo", rows=3, cols=40),
    util.IntParameter(name="number", label="Number", default=7),
    util.BooleanParameter(name="flag", label="Flag", default=True),
    util.ChoiceStringParameter(name="one_of", label="One of", choices=["red", "green"], default="green", strict=True),
    util.ChoiceStringParameter(name="some_of", label="Some of", choices=["a", "b", "c"], default=["a"], multiple=True),
    util.UserNameParameter(name="whom", label="Whom", need_email=True, default=""),
    util.FixedParameter(name="fixed", default="always"),
    util.FileParameter(name="file", label="File"),
    util.WorkerChoiceParameter(name="worker"),
    util.NestedParameter(
        name="group",
        label="Group",
        layout="tabs",
        fields=[
            util.StringParameter(name="inner", label="Inner", default="in"),
            util.NestedParameter(
                name="deep", layout="simple", columns=2, fields=[util.IntParameter(name="down", label="Down", default=1)]
            ),
        ],
    ),
    util.AnyPropertyParameter(name="any"),
]

c["schedulers"] = [
    schedulers.ForceScheduler(name="force", builderNames=ALL),
    schedulers.ForceScheduler(
        name="everything",
        label="Everything",
        buttonName="Go on",
        builderNames=["hello"],
        codebases=[util.CodebaseParameter(codebase="", label="Main", branch=util.StringParameter(name="branch", default="main"))],
        properties=EVERYTHING,
    ),
    # By itself: Buildbot fails when it looks for the build.
    schedulers.ForceScheduler(
        name="inheriting",
        builderNames=["hello"],
        properties=[util.InheritBuildParameter(name="inherit", label="Inherit", compatible_builds=lambda *_: ["hello/1"])],
    ),
    schedulers.AnyBranchScheduler(name="on-change", builderNames=["verdict"], treeStableTimer=None),
]

ROLES = {
    "allowRules": [util.AnyControlEndpointMatcher(role="admins")],
    "roleMatchers": [util.RolesFromUsername(roles=["admins"], usernames=["alice"])],
}
if OPTIONS.get("closed"):
    ROLES["allowRules"] = [util.AnyEndpointMatcher(role="admins")]

c["www"] = {
    "port": "tcp:%d:interface=127.0.0.1" % OPTIONS["port"],
    "change_hook_dialects": {"base": True},
}
if OPTIONS.get("auth") == "password":
    c["www"]["auth"] = util.UserPasswordAuth({"alice": "secret", "bob": "hunter2"})
    c["www"]["authz"] = util.Authz(**ROLES)
if OPTIONS.get("auth") == "remote":
    c["www"]["auth"] = util.RemoteUserAuth(header=b"REMOTE_USER")
if OPTIONS.get("cookie_seconds"):
    c["www"]["cookie_expiration_time"] = datetime.timedelta(seconds=OPTIONS["cookie_seconds"])
