//! What calls become in the model.

use super::{config_of, with_steps};
use model::Results;
use model::config::change_source::Branches;
use model::config::{
    ChangeSourceConfig, ForceField, ForceKind, Importance, Render, SchedulerKind, ShellArgs, StepKind,
};
use serde_json::json;

fn steps(text: &str) -> Vec<model::config::StepConfig> {
    config_of(&with_steps(text)).builders.remove(0).steps
}

fn constant(render: &Render) -> serde_json::Value {
    render.constant().unwrap_or_else(|| panic!("{render:?} is no constant"))
}

fn shell(kind: &StepKind) -> &ShellArgs {
    match kind {
        StepKind::Shell(shell) => shell,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_kind_of_step_has_buildbots_own_defaults() {
    let all = steps(
        r#"
        steps.Git(repourl="u"),
        steps.ShellCommand(command="x"),
        steps.Configure(),
        steps.Compile(),
        steps.Test(),
        steps.ShellSequence(commands=[]),
        steps.SetProperty(property="a", value="b"),
        steps.SetProperties(properties={"a": 1}),
        steps.SetPropertyFromCommand(command="x", property="p"),
    "#,
    );
    let told: Vec<_> = all
        .iter()
        .map(|step| {
            let common = &step.common;
            (
                constant(&common.name).as_str().unwrap().to_owned(),
                common.halt_on_failure,
                common.flunk_on_failure,
                common.warn_on_failure,
                common.description.as_ref().map(constant),
                common.description_done.as_ref().map(constant),
            )
        })
        .collect();
    let text = |text: &str| Some(json!(text));
    let expected = [
        ("git", true, true, false, text("updating"), text("update")),
        ("shell", false, true, false, None, None),
        ("configure", true, true, false, text("configuring"), text("configure")),
        ("compile", true, true, false, text("compiling"), text("compile")),
        ("test", false, true, true, text("testing"), text("test")),
        ("generic", false, true, false, None, None),
        ("SetProperty", false, true, false, text("Setting"), text("Set")),
        (
            "SetProperties",
            false,
            true,
            false,
            text("Setting Properties.."),
            text("Properties Set"),
        ),
        ("setproperty", false, true, false, None, None),
    ]
    .map(|(name, halt, flunk, warn, description, done)| (name.to_owned(), halt, flunk, warn, description, done));
    assert_eq!(told, expected);
    assert_eq!(constant(&shell(&all[2].kind).command), json!(["./configure"]));
    assert_eq!(constant(&shell(&all[3].kind).command), json!(["make", "all"]));
    assert_eq!(constant(&shell(&all[4].kind).command), json!(["make", "test"]));
    assert_eq!(shell(&all[1].kind).timeout, Some(1200.0));
}

#[test]
fn a_commands_arguments_arrive() {
    let all = steps(
        r#"
        steps.ShellCommand(command=["a", ["b", util.Property("p", default="d")]], env={"A": "1", "B": None},
            timeout=None, maxTime=minutes(2), max_lines=5, interruptSignal="SIGINT", sigtermTime=3, usePTY=True,
            logfiles={"x": "x.log", "y": {"filename": "y.log", "follow": True}}, lazylogfiles=True, logEnviron=False,
            decodeRC={0: util.SUCCESS, 3: util.WARNINGS}, initialStdin="in", workdir="w", alwaysRun=True,
            flunkOnFailure=0, name=util.Interpolate("run %(prop:x)s"), doStepIf=False),
    "#,
    );
    let args = shell(&all[0].kind);
    assert_eq!(
        (args.timeout, args.max_time, args.max_lines),
        (None, Some(120.0), Some(5))
    );
    assert_eq!((args.interrupt_signal.as_str(), args.sigterm_time), ("INT", Some(3.0)));
    assert!(args.use_pty && args.lazy_logfiles && !args.log_environ);
    assert_eq!(constant(&args.env), json!({"A": "1", "B": null}));
    assert_eq!(args.decode_rc, [(0, Results::Success), (3, Results::Warnings)].into());
    let files: Vec<_> = args
        .logfiles
        .iter()
        .map(|(name, file)| (name.as_str(), constant(&file.filename), file.follow))
        .collect();
    assert_eq!(files, [("x", json!("x.log"), false), ("y", json!("y.log"), true)]);
    let Render::List(words) = &args.command else {
        panic!("{:?}", args.command)
    };
    assert!(matches!(&words[1], Render::List(inner) if matches!(inner[1], Render::Property { .. })));
    let common = &all[0].common;
    assert!(matches!(common.name, Render::Interpolate(_)));
    assert!(common.always_run && !common.flunk_on_failure);
    assert_eq!(constant(&common.do_step_if), json!(false));
    assert_eq!(constant(common.workdir.as_ref().unwrap()), json!("w"));
}

#[test]
fn schedulers_filters_and_sources_arrive() {
    let config = config_of(
        r#"
c = BuildmasterConfig = {}
c["workers"] = [worker.LocalWorker("local", max_builds=2, properties={"os": "linux"})]
c["builders"] = [util.BuilderConfig(name="b", workernames=["local"], factory=util.BuildFactory([steps.Test()]),
    tags=["t"], collapseRequests=False, properties={"x": 1})]
c["schedulers"] = [
    schedulers.SingleBranchScheduler("one", builderNames=["b"], branch=None, treeStableTimer=minutes(1),
        important=["**/*.c"], onlyImportant=True, priority=7, reason="why", properties={"y": [1]}),
    schedulers.AnyBranchScheduler(name="any", builderNames=["b"],
        change_filter=util.ChangeFilter(branch_not_eq=["main", None], repository_re=regex("git@"),
            property_eq={"level": 3})),
]
c["change_source"] = changes.GitPoller("/srv/x", branches=True, pollAtLaunch=True)
c["projects"] = [util.Project("web", description="d")]
c["properties"] = {"who": "all"}
c["collapseRequests"] = False
c["changeHorizon"] = 200
"#,
    );
    let SchedulerKind::SingleBranch(tree) = &config.schedulers[0].kind else {
        panic!()
    };
    assert_eq!(tree.filter.branch.eq, Some(vec![None]));
    assert_eq!(tree.tree_stable_timer, Some(60.0));
    assert!(matches!(&tree.important, Importance::Globs(globs) if globs == &["**/*.c"]) && tree.only_important);
    assert_eq!(
        (config.schedulers[0].priority, config.schedulers[0].reason.as_str()),
        (7, "why")
    );
    assert_eq!(config.schedulers[0].properties.source("y"), Some("Scheduler"));
    let SchedulerKind::AnyBranch(tree) = &config.schedulers[1].kind else {
        panic!()
    };
    assert_eq!(tree.filter.branch.not_eq, Some(vec![Some("main".to_owned()), None]));
    assert_eq!(tree.filter.repository.re.as_ref().unwrap().as_str(), "git@");
    assert_eq!(tree.filter.properties[0].1.eq, Some(vec![Some("3".to_owned())]));
    let ChangeSourceConfig::Git(poller) = &config.change_sources[0];
    assert_eq!((&poller.branches, poller.poll_interval), (&Branches::All, 600.0));
    assert_eq!(config.workers[0].max_builds, Some(2));
    assert_eq!(config.workers[0].properties.source("os"), Some("Worker"));
    assert_eq!(config.builders[0].properties.get("x"), Some(&json!(1)));
    assert_eq!(config.projects[0].slug, "web");
    assert_eq!(config.change_horizon, Some(200));
    assert!(matches!(config.collapse, model::config::Collapse::Never));
}

fn outline(field: &ForceField, depth: usize, out: &mut String) {
    let kind = match &field.kind {
        ForceKind::Nested {
            layout,
            columns,
            codebase,
            ..
        } => format!("{layout} {columns} {codebase:?}"),
        other => format!("{other:?}"),
    };
    let indent = "  ".repeat(depth);
    out.push_str(&format!(
        "{indent}{:?} {:?} {kind} {}\n",
        field.name, field.label, field.default
    ));
    if let ForceKind::Nested { fields, .. } = &field.kind {
        for field in fields {
            outline(field, depth + 1, out);
        }
    }
}

#[test]
fn a_form_has_the_default_tree_and_the_fields_that_were_given() {
    let config = config_of(
        r#"
c = BuildmasterConfig = {}
c["workers"] = [worker.LocalWorker("local")]
c["builders"] = [util.BuilderConfig(name="b", workernames=["local"], factory=util.BuildFactory([steps.Test()]))]
c["schedulers"] = [
    schedulers.ForceScheduler(name="plain", builderNames=["b"]),
    schedulers.ForceScheduler(name="full", builderNames=["b"], label="Full", buttonName="Go", username=None,
        reason=util.StringParameter("reason", label="Why:", default="because", required=True),
        codebases=["lib", util.CodebaseParameter("app", label="App", project=None, revision="abc",
            branch=util.ChoiceStringParameter("branch", choices=["main", "dev"], default="main"))],
        properties=[
            util.NestedParameter("options", layout="tabs", fields=[
                util.BooleanParameter("clean", label="Clean first", default=True),
                util.IntParameter("jobs", default=4),
            ]),
            util.TextParameter("notes", rows=3, cols=40),
            util.FixedParameter("kind", default="release"),
            util.AnyPropertyParameter("more"),
            util.ParameterGroup("", label="Who", fields=[util.UserNameParameter("asker", need_email=False)]),
            util.ChoiceStringParameter("targets", choices=["a", "b"], default=["a"], multiple=True),
        ]),
]
"#,
    );
    let mut out = String::new();
    for scheduler in &config.schedulers {
        let SchedulerKind::Force(form) = &scheduler.kind else {
            panic!()
        };
        out.push_str(&format!("{} {} {}\n", form.label, form.button_name, form.reason_string));
        for field in &form.fields {
            outline(field, 1, &mut out);
        }
    }
    insta::assert_snapshot!("form", out);
}

#[test]
fn presets_and_matrices_make_many_builders_of_few_lines() {
    let config = config_of(
        r#"
c = BuildmasterConfig = {}
c["workers"] = [worker.LocalWorker("local")]
slow_test = preset(steps.Test, timeout=hours(1), name="slow")
rows = matrix({"python": ["3.12", "3.13"], "db": ["pg", "my"]}, exclude=[{"python": "3.12", "db": "my"}])
c["builders"] = [
    util.BuilderConfig(
        name="-".join([row["python"], row["db"]]),
        workernames=[w.name for w in c["workers"]],
        factory=util.BuildFactory([slow_test(), slow_test(timeout=5, command=["tox"])]),
        tags=unique(["db", row["db"], "db"]))
    for row in rows
]
c["schedulers"] = [schedulers.ForceScheduler(name="f", builderNames=[b.name for b in c["builders"]])]
"#,
    );
    let names: Vec<_> = config.builders.iter().map(|builder| builder.name.as_str()).collect();
    assert_eq!(names, ["3.12-pg", "3.13-pg", "3.13-my"]);
    assert_eq!(config.builders[2].tags, ["db", "my"]);
    let timeouts: Vec<_> = config.builders[0]
        .steps
        .iter()
        .map(|step| shell(&step.kind).timeout)
        .collect();
    assert_eq!(timeouts, [Some(3600.0), Some(5.0)]);
    assert_eq!(constant(&config.builders[0].steps[1].common.name), json!("slow"));
}

#[test]
fn locations_are_those_of_the_calls() {
    let config = config_of(&with_steps("    steps.Git(repourl=\"u\"),\n    steps.Test(),"));
    let places: Vec<_> = config.builders[0]
        .steps
        .iter()
        .map(|step| (step.location.line, step.location.column))
        .collect();
    assert_eq!(places, [(5, 5), (6, 5)]);
    assert_eq!(config.workers[0].location.line, 3);
}

#[test]
fn workers_of_other_machines_and_their_ports() {
    let config = config_of(
        r#"
c = BuildmasterConfig = {}
c["workers"] = [
    worker.Worker("far", secret("far"), max_builds=2, notify_on_missing="ada@example.org", missing_timeout=minutes(5),
        keepalive_interval=0, properties={"os": "linux"}, defaultProperties={"jobs": 4}),
    worker.Worker("usual", util.Interpolate("%(secret:usual)s"), notify_on_missing=["a@b", "c@d"]),
]
c["builders"] = [util.BuilderConfig(name="b", workernames=["far", "usual"], factory=util.BuildFactory([steps.Test()]))]
c["schedulers"] = [schedulers.ForceScheduler(name="force", builderNames=["b"])]
c["protocols"] = {
    "pb": {"port": ["tcp:9989:interface=127.0.0.1", "ssl:9990:privateKey=key.pem:certKey=cert.pem"]},
    "msgpack_experimental_v7": {"port": 9991},
    "null": {},
}
"#,
    );
    let far = &config.workers[0];
    assert!(matches!(&far.password, Some(model::config::Render::Secret(name)) if name == "far"));
    assert_eq!(far.notify_on_missing, ["ada@example.org"]);
    assert_eq!(far.missing_timeout.as_secs(), 300);
    assert_eq!(far.keepalive_interval, None);
    assert_eq!(far.default_properties.get("jobs"), Some(&json!(4)));
    let usual = &config.workers[1];
    assert_eq!(usual.notify_on_missing, ["a@b", "c@d"]);
    assert_eq!(usual.missing_timeout.as_secs(), 3600);
    assert_eq!(usual.keepalive_interval.map(|interval| interval.as_secs()), Some(3600));
    let ports: Vec<_> = config
        .worker_ports
        .iter()
        .map(|port| (port.protocol.key(), port.endpoint.as_str(), port.location.line))
        .collect();
    assert_eq!(
        ports,
        [
            ("pb", "tcp:9989:interface=127.0.0.1", 10),
            ("pb", "ssl:9990:privateKey=key.pem:certKey=cert.pem", 10),
            ("msgpack_experimental_v7", "9991", 10),
        ]
    );
}

#[test]
fn schedulers_of_changes_that_are_not_committed() {
    let config = config_of(
        r#"
c = BuildmasterConfig = {}
c["workers"] = [worker.LocalWorker("local")]
c["builders"] = [util.BuilderConfig(name="b", workernames=["local"], factory=util.BuildFactory([steps.Test()]))]
c["schedulers"] = [
    schedulers.Try_Userpass("try", ["b"], 9989, [("alice", secret("alice")), ["bob", "builder"]], properties={"k": "v"}),
    schedulers.Try_Jobdir(name="jobs", builderNames=["b"], jobdir="jobs", priority=3),
]
"#,
    );
    let SchedulerKind::TryUserpass(userpass) = &config.schedulers[0].kind else {
        panic!()
    };
    assert_eq!(userpass.port, "9989");
    let names: Vec<_> = userpass.users.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(names, ["alice", "bob"]);
    assert!(matches!(&userpass.users[0].password, model::config::Render::Secret(name) if name == "alice"));
    assert_eq!(constant(&userpass.users[1].password), json!("builder"));
    assert_eq!(config.schedulers[0].builders, ["b"]);
    assert_eq!(config.schedulers[0].properties.source("k"), Some("Scheduler"));
    let SchedulerKind::TryJobdir(jobdir) = &config.schedulers[1].kind else {
        panic!()
    };
    assert_eq!((jobdir.folder.as_str(), config.schedulers[1].priority), ("jobs", 3));
}
