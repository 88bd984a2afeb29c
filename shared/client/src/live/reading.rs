//! What is read of a master, always with a limit (`rest-v2` §3, §5).

use crate::picture::{
    BUILD_SETS, BUILDERS, HISTORY, PROJECTS, PROPERTIES, Picture, REQUESTS, RUNNING, Snapshot, WORKERS,
};
use crate::rest::{Build, BuildSet, Builder, Log, Step};
use crate::{Error, Http};
use model::{BuildId, BuilderId, StepId};

/// Builds that are over, of one answer.
const PAGE: usize = 200;
/// The most pages that are read for what nobody had heard of.
const PAGES: usize = 10;
/// Builds that are asked for by their ids at once; an address may be of some kilobytes only.
const BY_ID: usize = 50;
/// Changes that a snapshot has.
const CHANGES: usize = 100;

/// What was known before, where reading goes back to.
#[derive(Clone, Debug, Default)]
pub(super) struct Since {
    is_known: bool,
    last: i64,
    ran: Vec<BuildId>,
}

impl Since {
    pub(super) fn of(picture: &Picture) -> Since {
        Since {
            is_known: picture.is_known(),
            last: picture.last_build().0,
            ran: picture.vanished(&Snapshot::default()),
        }
    }
}

/// Reads everything: seven to ten requests, and more only for what nobody had heard of.
pub(super) async fn snapshot(http: Http, since: Since) -> Result<Snapshot, Error> {
    let projects = format!("projects?order=projectid&limit={}", PROJECTS + 1);
    let changes = format!("changes?order=-changeid&limit={CHANGES}");
    let workers = format!("workers?order=workerid&limit={}", WORKERS + 1);
    let builders = format!("builders?order=builderid&limit={}", BUILDERS + 1);
    let (builders, builds, workers, masters, projects, changes) = tokio::try_join!(
        http.rows(&builders, "builders"),
        builds(&http, &since),
        http.rows(&workers, "workers"),
        http.rows("masters?order=masterid&limit=201", "masters"),
        async { if_known(http.rows(&projects, "projects").await) },
        http.rows(&changes, "changes"),
    )?;
    let requests = requests(&http).await?;
    // Where nothing waits and nothing runs, no set is under way that anybody asks for.
    let sets = match requests.is_empty() && builds.running.is_empty() {
        true => Sets::default(),
        false => sets_if_told(build_sets(&http).await)?,
    };
    let Builds {
        running,
        finished,
        more,
        back_to,
    } = builds;
    Ok(Snapshot {
        masters,
        builders,
        workers,
        projects,
        running,
        finished,
        more,
        back_to,
        requests,
        claimed: sets.claimed,
        build_sets: sets.rows,
        more_sets: sets.more,
        changes,
    })
}

/// Nothing from a master of a version that has no such thing.
fn if_known<T>(rows: Result<Vec<T>, Error>) -> Result<Vec<T>, Error> {
    match rows {
        Err(error) if error.is_unknown_here() => Ok(Vec::new()),
        rows => rows,
    }
}

/// Nothing from a master that does not say which sets there are: what was known of them stays.
fn sets_if_told(sets: Result<Sets, Error>) -> Result<Sets, Error> {
    match sets {
        Err(error) if !error.is_passing() => Ok(Sets {
            more: true,
            ..Sets::default()
        }),
        sets => sets,
    }
}

struct Builds {
    running: Vec<Build>,
    finished: Vec<Build>,
    more: bool,
    back_to: Option<BuildId>,
}

/// What runs, then what is over, and whether that goes back less far than it should.
async fn builds(http: &Http, since: &Since) -> Result<Builds, Error> {
    let mut running = running(http).await?;
    let (mut finished, reach) = finished(http, since).await?;
    let back_to = finished.last().filter(|_| reach != Reach::All).map(|build| build.id);
    let is_there = |build: &BuildId| running.iter().chain(&finished).any(|row| row.id == *build);
    let vanished: Vec<BuildId> = since.ran.iter().filter(|build| !is_there(build)).copied().collect();
    // Only if its builds are the same ones as then.
    if finished.first().is_some_and(|newest| newest.id.0 >= since.last) || !running.is_empty() {
        for build in by_id(http, &vanished).await? {
            match build.complete {
                true => finished.push(build),
                false => running.push(build),
            }
        }
    }
    Ok(Builds {
        running,
        finished,
        more: reach == Reach::TooShort,
        back_to,
    })
}

/// The builds that run.
async fn running(http: &Http) -> Result<Vec<Build>, Error> {
    let path = format!(
        "builds?complete=false&order=-buildid&limit={}{}",
        RUNNING + 1,
        properties()
    );
    http.rows(&path, "builds").await
}

/// What runs; what was over since, as far as it is of one page; and what ran and is no longer there at all.
pub(super) async fn catch_up(http: &Http, since: &Since) -> Result<(Vec<Build>, Vec<BuildId>), Error> {
    let mut rows = running(http).await?;
    let newer = format!(
        "builds?complete=true&buildid__gt={}&order=-buildid&limit={PAGE}{}",
        since.last,
        properties()
    );
    rows.extend(http.rows::<Build>(&newer, "builds").await?);
    let missing = |rows: &[Build]| {
        let there = |build: &BuildId| rows.iter().any(|row| row.id == *build);
        since
            .ran
            .iter()
            .filter(|build| !there(build))
            .copied()
            .collect::<Vec<_>>()
    };
    rows.extend(by_id(http, &missing(&rows)).await?);
    let gone = missing(&rows);
    rows.sort_by_key(|build| build.id);
    Ok((rows, gone))
}

/// How far back builds that are over were read.
#[derive(PartialEq)]
enum Reach {
    /// All that there are.
    All,
    /// As far as is wanted.
    Enough,
    /// Less far.
    TooShort,
}

/// The builds that are over, the newest first, back to the last known one; without one, the last of them.
async fn finished(http: &Http, since: &Since) -> Result<(Vec<Build>, Reach), Error> {
    let mut all: Vec<Build> = Vec::new();
    for _ in 0..PAGES {
        let page = finished_before(http, all.last().map(|build| build.id)).await?;
        let is_last = page.len() < PAGE;
        all.extend(page);
        if is_last {
            return Ok((all, Reach::All));
        }
        if !since.is_known || all.last().is_some_and(|build| build.id.0 <= since.last) {
            return Ok((all, Reach::Enough));
        }
    }
    Ok((all, Reach::TooShort))
}

/// The last builds that are over, of those before one; the newest first.
async fn finished_before(http: &Http, before: Option<BuildId>) -> Result<Vec<Build>, Error> {
    let before = before.map(|build| format!("&buildid__lt={build}")).unwrap_or_default();
    let path = format!(
        "builds?complete=true&order=-buildid&limit={PAGE}{before}{}",
        properties()
    );
    let mut builds: Vec<Build> = http.rows(&path, "builds").await?;
    builds.sort_by_key(|build| std::cmp::Reverse(build.id));
    Ok(builds)
}

/// A page of builds that were over before one, and whether there may be still older ones.
pub(super) async fn older(http: &Http, before: BuildId) -> Result<(Vec<Build>, bool), Error> {
    let rows = finished_before(http, Some(before)).await?;
    let more = rows.len() >= PAGE;
    Ok((rows, more))
}

/// The builds with these ids that the master still has.
async fn by_id(http: &Http, builds: &[BuildId]) -> Result<Vec<Build>, Error> {
    let mut rows = Vec::new();
    for some in builds.chunks(BY_ID).take(PAGES) {
        let ids: String = some.iter().map(|build| format!("buildid={build}&")).collect();
        let path = format!("builds?{ids}limit={BY_ID}{}", properties());
        rows.extend(http.rows::<Build>(&path, "builds").await?);
    }
    Ok(rows)
}

/// The requests that wait, those that are next first.
pub(super) async fn requests(http: &Http) -> Result<Vec<crate::rest::Request>, Error> {
    let path = format!(
        "buildrequests?complete=false&claimed=false&order=-priority&order=submitted_at&limit={}",
        REQUESTS + 1
    );
    http.rows(&path, "buildrequests").await
}

/// Build sets that are under way.
#[derive(Default)]
pub(super) struct Sets {
    pub(super) rows: Vec<BuildSet>,
    /// There are more, and they are older.
    pub(super) more: bool,
    /// The requests that are built.
    pub(super) claimed: Vec<crate::rest::Request>,
}

/// The build sets that are under way, the newest, and the requests that are built, which say whose their builds are.
pub(super) async fn build_sets(http: &Http) -> Result<Sets, Error> {
    let sets = format!("buildsets?complete=false&order=-bsid&limit={BUILD_SETS}");
    let claimed = format!("buildrequests?complete=false&claimed=true&order=-buildrequestid&limit={RUNNING}");
    let (rows, claimed) = tokio::try_join!(
        http.rows::<BuildSet>(&sets, "buildsets"),
        http.rows(&claimed, "buildrequests")
    )?;
    Ok(Sets {
        more: rows.len() >= BUILD_SETS,
        rows,
        claimed,
    })
}

/// The last changes.
pub(super) async fn changes(http: &Http) -> Result<Vec<crate::rest::Change>, Error> {
    http.rows("changes?order=-changeid&limit=20", "changes").await
}

/// A builder.
pub(super) async fn builder(http: &Http, builder: BuilderId) -> Result<Builder, Error> {
    http.row(&format!("builders/{builder}?limit=1"), "builders").await
}

/// A builder's last builds that are over.
pub(super) async fn history(http: &Http, builder: BuilderId) -> Result<Vec<Build>, Error> {
    let path = format!(
        "builders/{builder}/builds?complete=true&order=-number&limit={HISTORY}{}",
        properties()
    );
    http.rows(&path, "builds").await
}

/// The steps of a build.
pub(super) async fn steps(http: &Http, build: BuildId) -> Result<Vec<Step>, Error> {
    let path = format!("builds/{build}/steps?order=number&limit=2000");
    http.rows(&path, "steps").await
}

/// The logs of a step.
pub(super) async fn logs(http: &Http, step: StepId) -> Result<Vec<Log>, Error> {
    let path = format!("steps/{step}/logs?order=logid&limit=200");
    http.rows(&path, "logs").await
}

fn properties() -> String {
    PROPERTIES.iter().map(|name| format!("&property={name}")).collect()
}
