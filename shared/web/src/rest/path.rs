//! Which endpoint a path names (§5), and what it serves.

use wire::rest::{field, number};

/// A builder by id, or by name where the name is no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuilderAt {
    /// By id.
    Id(i64),
    /// By name.
    Name(String),
}

/// A worker by id, or by name.
pub type WorkerAt = BuilderAt;

/// A build by id, or by number of a builder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildAt {
    /// By id.
    Id(i64),
    /// By its number.
    Number(BuilderAt, i64),
}

/// A step by id, or within a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepAt {
    /// By id.
    Id(i64),
    /// By number.
    Number(BuildAt, i64),
    /// By name, where it is an identifier.
    Name(BuildAt, String),
}

/// A log by id, or within a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogAt {
    /// By id.
    Id(i64),
    /// By slug.
    Slug(StepAt, String),
}

/// Which builders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildersOf {
    /// All.
    Everything,
    /// Of a master.
    Master(i64),
    /// Of a project.
    Project(i64),
    /// Those a worker may build.
    Worker(i64),
}

/// Which builds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildsOf {
    /// All.
    Everything,
    /// Of a builder.
    Builder(BuilderAt),
    /// Of a request.
    Request(i64),
    /// With a change.
    Change(i64),
    /// On a worker.
    Worker(i64),
    /// Asked for by a build's trigger steps.
    TriggeredBy(i64),
}

/// Which changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangesOf {
    /// All.
    Everything,
    /// Of a build.
    Build(BuildAt),
    /// With a source stamp.
    SourceStamp(i64),
}

/// A path that exists. A number that may be absent restricts to that master, or to that builder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The names at the top.
    RootLinks,
    /// Masters, of a builder if given.
    Masters(Option<BuilderAt>),
    /// A master, of a builder if given.
    Master(Option<BuilderAt>, i64),
    /// Builders.
    Builders(BuildersOf),
    /// A builder, of a master if given.
    Builder(Option<i64>, BuilderAt),
    /// Builds.
    Builds(BuildsOf),
    /// A build.
    Build(BuildAt),
    /// A build's properties.
    BuildProperties(BuildAt),
    /// The same as a list.
    BuildPropertyList(BuildAt),
    /// Build requests, of a builder if given.
    Requests(Option<BuilderAt>),
    /// A build request.
    Request(i64),
    /// Build sets.
    BuildSets,
    /// A build set.
    BuildSet(i64),
    /// A build set's properties.
    BuildSetProperties(i64),
    /// The same as a list.
    BuildSetPropertyList(i64),
    /// Changes.
    Changes(ChangesOf),
    /// A change.
    Change(i64),
    /// A change's properties as a list.
    ChangePropertyList(i64),
    /// Change sources, of a master if given.
    ChangeSources(Option<i64>),
    /// A change source, of a master if given.
    ChangeSource(Option<i64>, i64),
    /// Schedulers, of a master if given.
    Schedulers(Option<i64>),
    /// A scheduler, of a master if given.
    Scheduler(Option<i64>, i64),
    /// Force schedulers, of a builder if given.
    ForceSchedulers(Option<BuilderAt>),
    /// A force scheduler.
    ForceScheduler(String),
    /// Source stamps, of a build set if given.
    SourceStamps(Option<i64>),
    /// A source stamp.
    SourceStamp(i64),
    /// Workers, of a master and of a builder if given.
    Workers(Option<i64>, Option<BuilderAt>),
    /// A worker, of a master and of a builder if given.
    Worker(Option<i64>, Option<BuilderAt>, WorkerAt),
    /// Projects.
    Projects,
    /// A project, by id or name.
    Project(BuilderAt),
    /// A build's steps.
    Steps(BuildAt),
    /// A step.
    Step(StepAt),
    /// A step's logs.
    Logs(StepAt),
    /// A log.
    Log(LogAt),
    /// Lines of a log.
    Contents(LogAt),
    /// A whole log as text; to be shown rather than saved when true.
    Raw(LogAt, bool),
    /// The bare collection of pieces of logs: it has a name, and nothing in it.
    LogChunks,
}

/// The endpoint of a path's percent-decoded `elements`.
pub fn parse(elements: &[&str]) -> Option<Endpoint> {
    match elements {
        [] => Some(Endpoint::RootLinks),
        ["masters", rest @ ..] => masters(rest),
        ["builders", rest @ ..] => builders(rest),
        ["builds"] => Some(Endpoint::Builds(BuildsOf::Everything)),
        ["builds", id, rest @ ..] => of_build(BuildAt::Id(number::parse(id)?), rest),
        ["buildrequests"] => Some(Endpoint::Requests(None)),
        ["buildrequests", id] => Some(Endpoint::Request(number::parse(id)?)),
        ["buildrequests", id, "builds"] => Some(Endpoint::Builds(BuildsOf::Request(number::parse(id)?))),
        ["buildsets", rest @ ..] => build_sets(rest),
        ["changes", rest @ ..] => changes(rest),
        ["changesources", rest @ ..] => change_sources(None, rest),
        ["schedulers", rest @ ..] => schedulers(None, rest),
        ["forceschedulers"] => Some(Endpoint::ForceSchedulers(None)),
        ["forceschedulers", name] => identifier(name).map(Endpoint::ForceScheduler),
        ["sourcestamps"] => Some(Endpoint::SourceStamps(None)),
        ["sourcestamps", id] => Some(Endpoint::SourceStamp(number::parse(id)?)),
        ["sourcestamps", id, "changes"] => Some(Endpoint::Changes(ChangesOf::SourceStamp(number::parse(id)?))),
        ["workers", id, "builds"] => Some(Endpoint::Builds(BuildsOf::Worker(number::parse(id)?))),
        ["workers", id, "builders"] => Some(Endpoint::Builders(BuildersOf::Worker(number::parse(id)?))),
        ["workers", rest @ ..] => workers(None, None, rest),
        ["projects"] => Some(Endpoint::Projects),
        ["projects", id] => number_or(id, identifier).map(Endpoint::Project),
        ["projects", id, "builders"] => Some(Endpoint::Builders(BuildersOf::Project(number::parse(id)?))),
        ["steps", id, rest @ ..] => of_step(StepAt::Id(number::parse(id)?), rest),
        ["logs", id, rest @ ..] => of_log(LogAt::Id(number::parse(id)?), rest),
        ["logchunks"] => Some(Endpoint::LogChunks),
        _ => None,
    }
}

/// A numeric element is a number wherever a number may stand; else `text` says whether it is a name.
fn number_or(element: &str, text: impl Fn(&str) -> Option<String>) -> Option<BuilderAt> {
    match number::parse(element) {
        Some(id) => Some(BuilderAt::Id(id)),
        None => text(element).map(BuilderAt::Name),
    }
}

fn identifier(element: &str) -> Option<String> {
    field::is_identifier(element, usize::MAX).then(|| element.to_owned())
}

fn any_text(element: &str) -> Option<String> {
    Some(element.to_owned())
}

fn masters(rest: &[&str]) -> Option<Endpoint> {
    let [id, below @ ..] = rest else {
        return Some(Endpoint::Masters(None));
    };
    let id = number::parse(id)?;
    match below {
        [] => Some(Endpoint::Master(None, id)),
        ["builders"] => Some(Endpoint::Builders(BuildersOf::Master(id))),
        ["builders", builder] => Some(Endpoint::Builder(Some(id), BuilderAt::Id(number::parse(builder)?))),
        ["builders", builder, "workers", rest @ ..] => {
            workers(Some(id), Some(BuilderAt::Id(number::parse(builder)?)), rest)
        }
        ["workers", rest @ ..] => workers(Some(id), None, rest),
        ["changesources", rest @ ..] => change_sources(Some(id), rest),
        ["schedulers", rest @ ..] => schedulers(Some(id), rest),
        _ => None,
    }
}

fn builders(rest: &[&str]) -> Option<Endpoint> {
    let [builder, below @ ..] = rest else {
        return Some(Endpoint::Builders(BuildersOf::Everything));
    };
    let builder = number_or(builder, any_text)?;
    match below {
        [] => Some(Endpoint::Builder(None, builder)),
        ["masters"] => Some(Endpoint::Masters(Some(builder))),
        ["masters", id] => Some(Endpoint::Master(Some(builder), number::parse(id)?)),
        ["builds"] => Some(Endpoint::Builds(BuildsOf::Builder(builder))),
        ["builds", number, rest @ ..] => of_build(BuildAt::Number(builder, number::parse(number)?), rest),
        ["buildrequests"] => Some(Endpoint::Requests(Some(builder))),
        ["forceschedulers"] => Some(Endpoint::ForceSchedulers(Some(builder))),
        ["workers", rest @ ..] => workers(None, Some(builder), rest),
        _ => None,
    }
}

fn of_build(build: BuildAt, rest: &[&str]) -> Option<Endpoint> {
    match rest {
        [] => Some(Endpoint::Build(build)),
        ["properties"] => Some(Endpoint::BuildProperties(build)),
        ["property_list"] => Some(Endpoint::BuildPropertyList(build)),
        ["changes"] => Some(Endpoint::Changes(ChangesOf::Build(build))),
        ["triggered_builds"] => match build {
            BuildAt::Id(id) => Some(Endpoint::Builds(BuildsOf::TriggeredBy(id))),
            BuildAt::Number(..) => None,
        },
        ["steps"] => Some(Endpoint::Steps(build)),
        ["steps", step, rest @ ..] => {
            let step = match number_or(step, identifier)? {
                BuilderAt::Id(number) => StepAt::Number(build, number),
                BuilderAt::Name(name) => StepAt::Name(build, name),
            };
            of_step(step, rest)
        }
        _ => None,
    }
}

fn of_step(step: StepAt, rest: &[&str]) -> Option<Endpoint> {
    match rest {
        [] => Some(Endpoint::Step(step)),
        ["logs"] => Some(Endpoint::Logs(step)),
        ["logs", slug, rest @ ..] => of_log(LogAt::Slug(step, identifier(slug)?), rest),
        _ => None,
    }
}

fn of_log(log: LogAt, rest: &[&str]) -> Option<Endpoint> {
    match rest {
        [] => Some(Endpoint::Log(log)),
        ["contents"] => Some(Endpoint::Contents(log)),
        ["raw"] => Some(Endpoint::Raw(log, false)),
        ["raw_inline"] => Some(Endpoint::Raw(log, true)),
        _ => None,
    }
}

fn build_sets(rest: &[&str]) -> Option<Endpoint> {
    let [id, below @ ..] = rest else {
        return Some(Endpoint::BuildSets);
    };
    let id = number::parse(id)?;
    match below {
        [] => Some(Endpoint::BuildSet(id)),
        ["properties"] => Some(Endpoint::BuildSetProperties(id)),
        ["properties_list"] => Some(Endpoint::BuildSetPropertyList(id)),
        ["sourcestamps"] => Some(Endpoint::SourceStamps(Some(id))),
        _ => None,
    }
}

fn changes(rest: &[&str]) -> Option<Endpoint> {
    let [id, below @ ..] = rest else {
        return Some(Endpoint::Changes(ChangesOf::Everything));
    };
    let id = number::parse(id)?;
    match below {
        [] => Some(Endpoint::Change(id)),
        ["builds"] => Some(Endpoint::Builds(BuildsOf::Change(id))),
        ["properties_list"] => Some(Endpoint::ChangePropertyList(id)),
        _ => None,
    }
}

fn change_sources(master: Option<i64>, rest: &[&str]) -> Option<Endpoint> {
    match rest {
        [] => Some(Endpoint::ChangeSources(master)),
        [id] => Some(Endpoint::ChangeSource(master, number::parse(id)?)),
        _ => None,
    }
}

fn schedulers(master: Option<i64>, rest: &[&str]) -> Option<Endpoint> {
    match rest {
        [] => Some(Endpoint::Schedulers(master)),
        [id] => Some(Endpoint::Scheduler(master, number::parse(id)?)),
        _ => None,
    }
}

fn workers(master: Option<i64>, builder: Option<BuilderAt>, rest: &[&str]) -> Option<Endpoint> {
    match rest {
        [] => Some(Endpoint::Workers(master, builder)),
        [worker] => Some(Endpoint::Worker(master, builder, number_or(worker, identifier)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Option<Endpoint> {
        let elements: Vec<&str> = path.split('/').collect();
        parse(&elements)
    }

    #[test]
    fn numbers_win_over_names() {
        assert_eq!(of("builders/4"), Some(Endpoint::Builder(None, BuilderAt::Id(4))));
        let named = |name: &str| Some(Endpoint::Builder(None, BuilderAt::Name(name.into())));
        assert_eq!(of("builders/mac (10.15)"), named("mac (10.15)"));
        assert_eq!(of("builders/"), named(""));
        let build = BuildAt::Number(BuilderAt::Name("docs".into()), 2);
        let step = StepAt::Name(build, "compile".into());
        assert_eq!(
            of("builders/docs/builds/2/steps/compile/logs/stdio/raw"),
            Some(Endpoint::Raw(LogAt::Slug(step, "stdio".into()), false))
        );
    }

    #[test]
    fn what_is_no_path() {
        for path in [
            "",
            "nosuch",
            "steps",
            "logs",
            "builds/abc",
            "builds//1",
            "builds/3/steps/unit tests (fast)",
            "buildrequests/3/properties",
            "builders/1/triggered_builds",
            "masters/x",
            "workers/1/builds/1",
            "properties",
        ] {
            assert_eq!(of(path), None, "{path}");
        }
    }
}
