//! Steps that get the tree, with Buildbot's arguments.

use crate::{config_of, evaluate_text, shown, with_steps};
use model::config::{BranchType, Render, Source, SourceMethod, SourceMode, StepKind, System};
use serde_json::json;

/// The source steps of a configuration.
fn sources(steps: &str) -> Vec<(String, Source)> {
    let config = config_of(&with_steps(steps));
    let steps = config.builders[0].steps.iter();
    let sources = steps.map(|step| match (&step.common.name, &step.kind) {
        (Render::Const(name), StepKind::Source(source)) => (name.as_str().unwrap().to_owned(), (**source).clone()),
        other => panic!("{other:?}"),
    });
    sources.collect()
}

fn text(value: &Render) -> &str {
    match value {
        Render::Const(value) => value.as_str().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_system_has_its_name_and_buildbots_defaults() {
    let all = sources(
        r#"
        steps.Git("u"),
        steps.SVN("u"),
        steps.Mercurial("u"),
        steps.Bzr(repourl="u"),
        steps.Darcs("u"),
        steps.CVS(":ext:host/root", "mod"),
        steps.P4(p4base="//depot/project"),
        steps.Monotone("mtn://host", "main"),
    "#,
    );
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["git", "svn", "hg", "bzr", "darcs", "cvs", "p4", "monotone"]);
    for (name, source) in &all {
        assert_eq!(
            (source.mode, source.timeout),
            (SourceMode::Incremental, 1200.0),
            "{name}"
        );
        assert!(source.log_environ && !source.always_use_latest && source.retry.is_none());
    }
    let System::Mercurial(hg) = &all[2].1.system else {
        panic!("{all:?}")
    };
    assert!(hg.clobber_on_branch_change && hg.branch_type == BranchType::Dirname);
    let System::P4(p4) = &all[6].1.system else {
        panic!("{all:?}")
    };
    assert_eq!(
        (text(&p4.p4port), text(&p4.p4client_spec_options)),
        ("localhost:1666", "allwrite rmdir")
    );
    assert_eq!(
        (p4.p4bin.as_str(), p4.p4line_end.as_str(), p4.p4viewspec_suffix.as_str()),
        ("p4", "local", "...")
    );
    assert!(matches!(p4.p4client, Render::Interpolate(_)));
}

#[test]
fn what_all_share_is_read() {
    let all = sources(
        r#"
        steps.SVN(repourl="u", mode="full", method="export", codebase="lib", alwaysUseLatest=True, retry=(10, 3),
            timeout=60, env={"A": "1"}, logEnviron=False, workdir="lib", haltOnFailure=False),
        steps.Darcs(repourl="u", mode="full"),
        steps.CVS(cvsroot="r", cvsmodule="m", mode="full"),
    "#,
    );
    let svn = &all[0].1;
    assert_eq!((svn.mode, svn.method), (SourceMode::Full, SourceMethod::Export));
    assert_eq!(
        (svn.codebase.as_str(), svn.always_use_latest, svn.retry),
        ("lib", true, Some((10.0, 3)))
    );
    assert_eq!((svn.timeout, svn.log_environ), (60.0, false));
    assert!(matches!(&svn.env, Render::Const(env) if *env == json!({"A": "1"})));
    assert_eq!(
        (all[1].1.method, all[2].1.method),
        (SourceMethod::Copy, SourceMethod::Fresh)
    );
}

#[test]
fn what_each_system_has_of_its_own_is_read() {
    let all = sources(
        r#"
        steps.SVN("u", username="ada", password=secret("svn"), depth="files", extra_args=["--quiet"],
            keep_on_purge=["cache"], preferLastChangedRev=True),
        steps.Mercurial("u", defaultBranch="stable", branchType="inrepo", clobberOnBranchChange=False),
        steps.Bzr(baseURL="u/", defaultBranch="trunk"),
        steps.CVS("r", "m", branch="stable", global_options=["-q"], extra_options=["-P"], login="sesame"),
        steps.P4(p4port="p:1666", p4user="ada", p4passwd=secret("p4"), p4viewspec=[("//depot/a/", "a/")],
            p4extra_views=[("//depot/b", "b")], stream=True, use_tickets=True, p4bin="/bin/p4", p4client="c"),
        steps.Monotone("u", "b", progress=True),
    "#,
    );
    let System::Svn(svn) = &all[0].1.system else {
        panic!("{all:?}")
    };
    assert!(matches!(&svn.password, Render::Secret(name) if name == "svn"));
    assert_eq!((text(&svn.username), svn.depth.as_deref()), ("ada", Some("files")));
    assert_eq!(
        (&*svn.extra_args, &*svn.keep_on_purge),
        (&["--quiet".to_owned()][..], &["cache".to_owned()][..])
    );
    assert!(svn.prefer_last_changed);
    let System::Mercurial(hg) = &all[1].1.system else {
        panic!("{all:?}")
    };
    assert_eq!(
        (text(&hg.default_branch), hg.branch_type),
        ("stable", BranchType::Inrepo)
    );
    assert!(!hg.clobber_on_branch_change);
    let System::Bzr(bzr) = &all[2].1.system else {
        panic!("{all:?}")
    };
    assert_eq!(
        (text(&bzr.url), bzr.joins_branch, text(&bzr.default_branch)),
        ("u/", true, "trunk")
    );
    let System::Cvs(cvs) = &all[3].1.system else {
        panic!("{all:?}")
    };
    assert_eq!(
        (text(&cvs.cvsroot), text(&cvs.cvsmodule), text(&cvs.branch)),
        ("r", "m", "stable")
    );
    assert_eq!(
        (&*cvs.global_options, &*cvs.extra_options),
        (&["-q".to_owned()][..], &["-P".to_owned()][..])
    );
    assert_eq!(cvs.login.as_ref().map(text), Some("sesame"));
    let System::P4(p4) = &all[4].1.system else {
        panic!("{all:?}")
    };
    assert!(matches!(&p4.p4viewspec, Render::Const(view) if *view == json!([["//depot/a/", "a/"]])));
    assert!(matches!(&p4.p4extra_views, Render::Const(view) if *view == json!([["//depot/b", "b"]])));
    assert!(p4.stream && p4.use_tickets);
    let System::Monotone(mtn) = &all[5].1.system else {
        panic!("{all:?}")
    };
    assert!(mtn.progress);
}

#[test]
fn what_cannot_be_meant_is_told() {
    let table = [
        (
            "steps.SVN(\"u\", method=\"fresh\")",
            "steps.SVN: method belongs to mode=\"full\"",
        ),
        (
            "steps.SVN(\"u\", mode=\"full\", method=\"frsh\")",
            "steps.SVN, method cannot be the text 'frsh'",
        ),
        (
            "steps.Darcs(\"u\", mode=\"full\", method=\"clean\")",
            "give one of \"clobber\", \"copy\"",
        ),
        ("steps.SVN()", "steps.SVN needs repourl"),
        ("steps.SVN(\"u\", retry=(1, \"x\"))", "steps.SVN, retry cannot be"),
        (
            "steps.Mercurial(\"u\", branchType=\"inrpo\")",
            "give one of \"dirname\", \"inrepo\"",
        ),
        ("steps.Bzr()", "steps.Bzr names no repository"),
        (
            "steps.Bzr(repourl=\"u\", baseURL=\"u\")",
            "steps.Bzr takes either repourl or baseURL",
        ),
        (
            "steps.Bzr(repourl=\"u\", defaultBranch=\"b\")",
            "steps.Bzr takes defaultBranch only with baseURL",
        ),
        ("steps.Bzr(baseURL=\"u\")", "steps.Bzr with baseURL needs defaultBranch"),
        ("steps.CVS(\"r\")", "steps.CVS needs cvsmodule"),
        ("steps.P4(p4port=\"p\")", "steps.P4 takes either p4base or p4viewspec"),
        ("steps.Monotone(\"u\")", "steps.Monotone needs branch"),
    ];
    for (step, problem) in table {
        let evaluation = evaluate_text(&with_steps(&format!("{step},")));
        let told = shown(&evaluation);
        assert!(told.contains("error:") && told.contains(problem), "{step}: {told}");
    }
}
