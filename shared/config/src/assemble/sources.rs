//! Steps that get the tree (B-124, B-125, B-128 to B-134).

use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use model::config::{
    BranchType, BzrSource, CvsSource, DarcsSource, GitSource, Interpolate, MercurialSource, MonotoneSource, P4Source,
    Render, Source, SourceMethod, SourceMode, SvnSource, System,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The step's own arguments.
pub(super) fn source(made: &Made, run: &Run) -> Source {
    let mut source = Source::of(system(made, run));
    if made.text("mode") == Some("full") {
        source.mode = SourceMode::Full;
    } else if made.get("method").is_some() {
        run.error(
            &made.location,
            format!("{}: method belongs to mode=\"full\"", made.spec.full_name()),
            "write mode=\"full\", or leave method out",
        );
    }
    source.method = match made.text("method") {
        Some("clean") => SourceMethod::Clean,
        Some("clobber") => SourceMethod::Clobber,
        Some("copy") => SourceMethod::Copy,
        Some("export") => SourceMethod::Export,
        // Darcs cannot clean.
        None if made.spec.name == "Darcs" => SourceMethod::Copy,
        _ => SourceMethod::Fresh,
    };
    source.codebase = made.text("codebase").unwrap_or_default().to_owned();
    source.always_use_latest = made.bool("alwaysUseLatest", false);
    source.retry = retry(made, run);
    source.timeout = made.number("timeout").unwrap_or(source.timeout);
    source.env = made.render("env");
    source.log_environ = made.bool("logEnviron", true);
    source
}

fn system(made: &Made, run: &Run) -> System {
    match made.spec.name {
        "SVN" => System::Svn(SvnSource {
            repourl: made.render("repourl"),
            username: made.render("username"),
            password: made.render("password"),
            depth: made.text("depth").map(str::to_owned),
            extra_args: made.texts("extra_args"),
            keep_on_purge: made.texts("keep_on_purge"),
            prefer_last_changed: made.bool("preferLastChangedRev", false),
        }),
        "Mercurial" => System::Mercurial(MercurialSource {
            repourl: made.render("repourl"),
            default_branch: made.render("defaultBranch"),
            branch_type: match made.text("branchType") {
                Some("inrepo") => BranchType::Inrepo,
                _ => BranchType::Dirname,
            },
            clobber_on_branch_change: made.bool("clobberOnBranchChange", true),
        }),
        "Bzr" => System::Bzr(bzr(made, run)),
        "Darcs" => System::Darcs(DarcsSource {
            repourl: made.render("repourl"),
        }),
        "CVS" => System::Cvs(CvsSource {
            cvsroot: made.render("cvsroot"),
            cvsmodule: made.render("cvsmodule"),
            branch: made.render("branch"),
            global_options: made.texts("global_options"),
            extra_options: made.texts("extra_options"),
            login: made.maybe_render("login"),
        }),
        "P4" => System::P4(Box::new(p4(made, run))),
        "Monotone" => System::Monotone(MonotoneSource {
            repourl: made.render("repourl"),
            branch: made.render("branch"),
            progress: made.bool("progress", false),
        }),
        _ => System::Git(git(made)),
    }
}

fn git(made: &Made) -> GitSource {
    GitSource {
        repourl: made.render("repourl"),
        branch: made.render("branch"),
        submodules: made.bool("submodules", false),
        shallow: match made.get("shallow") {
            Some(Arg::Bool(true)) => Some(1),
            Some(Arg::Int(depth)) => u32::try_from(*depth).ok().filter(|depth| *depth > 0),
            _ => None,
        },
        clobber_on_failure: made.bool("clobberOnFailure", false),
        tags: made.bool("tags", false),
        config: match made.get("config") {
            Some(Arg::Dict(members)) => members
                .iter()
                .filter_map(|(key, value)| Some((key.key()?, value.text()?.to_owned())))
                .collect(),
            _ => Vec::new(),
        },
        get_description: !matches!(made.get("getDescription"), None | Some(Arg::Bool(false))),
        origin: made.text("origin").unwrap_or("origin").to_owned(),
    }
}

/// Either the branch's address, or what the branch's name is appended to and the usual name (S-037).
fn bzr(made: &Made, run: &Run) -> BzrSource {
    let given = |name| made.get(name).is_some();
    let problem = match (given("repourl"), given("baseURL"), given("defaultBranch")) {
        (true, true, _) => Some("takes either repourl or baseURL"),
        (false, false, _) => Some("names no repository"),
        (true, false, true) => Some("takes defaultBranch only with baseURL"),
        (false, true, false) => Some("with baseURL needs defaultBranch"),
        (true, false, false) | (false, true, true) => None,
    };
    if let Some(problem) = problem {
        run.error(
            &made.location,
            format!("steps.Bzr {problem}"),
            "write repourl=\"…\", or baseURL=\"…\" and defaultBranch=\"…\"",
        );
    }
    let joins_branch = given("baseURL");
    BzrSource {
        url: made.render(if joins_branch { "baseURL" } else { "repourl" }),
        joins_branch,
        default_branch: made.render("defaultBranch"),
    }
}

fn p4(made: &Made, run: &Run) -> P4Source {
    let given = |name| made.get(name).is_some();
    if given("p4viewspec") == given("p4base") {
        run.error(
            &made.location,
            "steps.P4 takes either p4base or p4viewspec",
            "write p4base=\"//depot/project\", or p4viewspec=[(\"//depot/project/\", \"\")]",
        );
    }
    P4Source {
        p4bin: made.text("p4bin").unwrap_or("p4").to_owned(),
        p4port: made.render_or("p4port", "localhost:1666"),
        p4user: made.render("p4user"),
        p4passwd: made.render("p4passwd"),
        p4base: made.render("p4base"),
        p4branch: made.render("p4branch"),
        p4client: made.maybe_render("p4client").unwrap_or_else(usual_client),
        p4viewspec: made.render("p4viewspec"),
        p4viewspec_suffix: made.text("p4viewspec_suffix").unwrap_or("...").to_owned(),
        p4extra_views: made.render("p4extra_views"),
        p4client_spec_options: made.render_or("p4client_spec_options", "allwrite rmdir"),
        p4client_type: made.render("p4client_type"),
        p4line_end: made.text("p4line_end").unwrap_or("local").to_owned(),
        p4extra_args: made.texts("p4extra_args"),
        stream: made.bool("stream", false),
        use_tickets: made.bool("use_tickets", false),
    }
}

/// One client for each builder on each worker.
fn usual_client() -> Render {
    let text = "buildbot_%(prop:workername)s_%(prop:buildername)s";
    Interpolate::parse(text, Vec::new(), BTreeMap::new())
        .map_or_else(|_| Render::default(), |read| Render::Interpolate(Arc::new(read)))
}

fn retry(made: &Made, run: &Run) -> Option<(f64, u32)> {
    let arg = made.get("retry")?;
    if let Arg::List(pair) = arg
        && let [delay, Arg::Int(times)] = pair.as_slice()
        && let (Some(delay), Ok(times)) = (delay.number(), u32::try_from(*times))
        && delay >= 0.0
    {
        return Some((delay, times));
    }
    run.error(
        &made.location,
        format!("{}, retry cannot be {}", made.spec.full_name(), arg.described()),
        "give seconds and number of tries, for example retry=(10, 3)",
    );
    None
}
