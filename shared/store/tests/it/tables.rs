//! Every table gives back what was put into it, also after the database was closed and opened again.

use crate::farm::{Farm, change, ground, set, stamp};
use model::query::Query;
use model::{Builder, Json, LogKind, NewSourceStamp, Patch, Project, Properties, Results, Step, StepUrl, Time};
use serde_json::json;
use store::*;

#[tokio::test]
async fn changes_keep_every_field_and_their_parent() {
    let farm = Farm::new();
    let (first, second) = farm
        .store
        .write(|t| {
            let first = changes::insert(t, &change("r1"), None, Time(5))?;
            let parent = changes::latest_on_branch(t, &change("r2"))?;
            assert_eq!(parent.as_ref(), Some(&first));
            Ok((
                first.clone(),
                changes::insert(t, &change("r2"), parent.map(|c| c.id), Time(6))?,
            ))
        })
        .await
        .unwrap();
    assert_eq!((first.new.clone(), second.new.clone()), (change("r1"), change("r2")));
    assert_eq!(second.parent, Some(first.id));
    assert_ne!(first.source_stamp.id, second.source_stamp.id);
    let farm = farm.reopened().await;
    let (one, all, elsewhere) = farm
        .store
        .read(move |c| {
            let mut other = change("r3");
            other.branch = None;
            Ok((
                changes::get(c, first.id)?,
                changes::list(c, &Query::default())?,
                changes::latest_on_branch(c, &other)?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(elsewhere, None);
    assert_eq!(all, [second, one.unwrap()], "newest first");
}

#[tokio::test]
async fn pruning_keeps_the_newest_changes_and_those_still_to_be_built() {
    let farm = Farm::new();
    let left = farm
        .store
        .write(|t| {
            let ids: Vec<_> = (0..10)
                .map(|i| changes::insert(t, &change(&format!("r{i}")), None, Time(i)).map(|c| c.id))
                .collect::<Result<_, _>>()?;
            let g = ground(t)?;
            build_sets::insert(t, &set(&[g.builder], &[ids[2]]), Time(20))?;
            let (done, requests) = build_sets::insert(t, &set(&[g.builder], &[ids[3]]), Time(20))?;
            build_requests::complete(t, &[requests[0].id], Results::Success, Time(30))?;
            build_sets::complete(t, done.id, Results::Success, Time(30))?;
            assert_eq!(changes::prune(t, 4)?, 5);
            assert_eq!(changes::prune(t, 100)?, 0);
            let left = changes::list(t, &Query::default())?;
            assert_eq!(changes::for_build_set(t, done.id)?, []);
            Ok(left
                .iter()
                .map(|c| ids.iter().position(|id| *id == c.id).unwrap())
                .collect::<Vec<_>>())
        })
        .await
        .unwrap();
    assert_eq!(left, [9, 8, 7, 6, 2]);
    assert_eq!(farm.store.check().await.unwrap(), Vec::<String>::new());
    // All gone, and still no id is used again.
    let (last, next) = farm
        .store
        .write(|t| {
            let last = changes::list(t, &Query::default())?[0].id;
            changes::prune(t, 0)?;
            Ok((last, changes::insert(t, &change("new"), None, Time(50))?.id))
        })
        .await
        .unwrap();
    assert!(next > last);
}

#[tokio::test]
async fn equal_source_stamps_share_one_row_and_differing_ones_do_not() {
    let farm = Farm::new();
    let patch = Patch {
        level: 1,
        subdir: ".".into(),
        author: "ann".into(),
        comment: "try".into(),
        body: vec![0, 255, 10],
    };
    let other = Patch {
        body: vec![0, 254, 10],
        ..patch.clone()
    };
    let stamps: Vec<NewSourceStamp> = vec![
        stamp("r1"),
        stamp("r2"),
        NewSourceStamp {
            revision: None,
            ..stamp("r1")
        },
        NewSourceStamp {
            branch: Some("b".into()),
            ..stamp("r1")
        },
        NewSourceStamp {
            repository: "/y".into(),
            ..stamp("r1")
        },
        NewSourceStamp {
            project: "p".into(),
            ..stamp("r1")
        },
        NewSourceStamp {
            codebase: "c".into(),
            ..stamp("r1")
        },
        NewSourceStamp {
            patch: Some(patch.clone()),
            ..stamp("r1")
        },
        NewSourceStamp {
            patch: Some(other),
            ..stamp("r1")
        },
    ];
    let n = stamps.len();
    let (first, again, got) = farm
        .store
        .write(move |t| {
            let mut ids = Vec::new();
            for round in 0..2 {
                for new in &stamps {
                    let stamp = source_stamps::find_or_insert(t, new, Time(round))?;
                    assert_eq!((&stamp.new, stamp.created_at), (new, Time(0)));
                    ids.push(stamp.id);
                }
            }
            let got = source_stamps::get(t, ids[7])?.unwrap();
            assert_eq!(source_stamps::patch(t, ids[7])?, stamps[7].patch);
            assert_eq!(source_stamps::list(t)?.len(), stamps.len());
            Ok((ids[..n].to_vec(), ids[n..].to_vec(), got))
        })
        .await
        .unwrap();
    assert_eq!(first, again);
    assert_eq!(first.iter().collect::<std::collections::HashSet<_>>().len(), n);
    assert_eq!(got.new.patch, Some(patch));
    assert!(got.patch_id.is_some());
}

#[tokio::test]
async fn a_build_set_goes_from_asked_for_to_complete() {
    let farm = Farm::new();
    let (id, new) = farm
        .store
        .write(|t| {
            let builders = [builders::find_or_insert(t, "a")?, builders::find_or_insert(t, "b")?];
            let change = changes::insert(t, &change("r1"), None, Time(1))?;
            let new = set(&builders, &[change.id]);
            let (set, requests) = build_sets::insert(t, &new, Time(100))?;
            assert_eq!(requests.iter().map(|r| r.builder).collect::<Vec<_>>(), builders);
            assert!(
                requests
                    .iter()
                    .all(|r| r.priority == 3 && r.build_set == set.id && r.submitted_at == Time(100))
            );
            assert_eq!(build_sets::get(t, set.id)?.as_ref(), Some(&set));
            assert_eq!(build_requests::of_build_set(t, set.id)?, requests);
            assert_eq!(build_requests::get(t, requests[1].id)?.as_ref(), Some(&requests[1]));
            assert_eq!(build_sets::changes(t, set.id)?, [change.id]);
            assert_eq!(changes::for_build_set(t, set.id)?, [change]);
            assert_eq!(build_sets::unfinished(t)?, [set.clone()]);
            Ok((set.id, new))
        })
        .await
        .unwrap();
    let farm = farm.reopened().await;
    farm.store
        .write(move |t| {
            assert_eq!(build_sets::properties(t, id)?, new.properties);
            build_sets::complete(t, id, Results::Failure, Time(500))?;
            build_sets::complete(t, id, Results::Success, Time(600))?;
            let set = build_sets::get(t, id)?.unwrap();
            assert_eq!(
                (set.complete_at, set.results),
                (Some(Time(500)), Some(Results::Failure)),
                "the first one counts"
            );
            assert_eq!((set.scheduler, set.external_id), (new.scheduler, new.external_id));
            assert_eq!(
                set.source_stamps.iter().map(|s| &s.new).collect::<Vec<_>>(),
                [&new.source_stamps[0]]
            );
            assert_eq!(build_sets::unfinished(t)?, []);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn requests_are_claimed_all_or_none() {
    let farm = Farm::new();
    farm.store
        .write(|t| {
            let g = ground(t)?;
            let (_, more) = build_sets::insert(t, &set(&[g.builder, g.builder], &[]), Time(1))?;
            let ids: Vec<_> = more.iter().map(|r| r.id).collect();
            assert!(build_requests::claim(t, &[g.request], g.master, Time(5))?);
            assert!(!build_requests::claim(t, &[ids[0], g.request], g.master, Time(6))?);
            assert_eq!(build_requests::get(t, ids[0])?.unwrap().claimed_by, None);
            let claimed = build_requests::get(t, g.request)?.unwrap();
            assert_eq!(
                (claimed.claimed_at, claimed.claimed_by),
                (Some(Time(5)), Some(g.master))
            );
            build_requests::unclaim(t, &[g.request])?;
            assert_eq!(build_requests::get(t, g.request)?.unwrap().claimed_at, None);
            assert_eq!(build_requests::complete(t, &ids, Results::Skipped, Time(7))?, 2);
            assert_eq!(build_requests::complete(t, &ids, Results::Success, Time(8))?, 0);
            assert!(
                !build_requests::claim(t, &ids, g.master, Time(9))?,
                "complete ones cannot be claimed"
            );
            let done = build_requests::get(t, ids[1])?.unwrap();
            assert_eq!(
                (done.complete_at, done.results),
                (Some(Time(7)), Some(Results::Skipped))
            );
            assert_eq!(
                build_requests::unfinished(t)?.iter().map(|r| r.id).collect::<Vec<_>>(),
                [g.request]
            );
            build_requests::set_priority(t, g.request, 9)?;
            assert_eq!(build_requests::get(t, g.request)?.unwrap().priority, 9);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn builds_are_numbered_per_builder_and_take_over_the_changes_of_their_requests() {
    let farm = Farm::new();
    farm.store
        .write(|t| {
            let g = ground(t)?;
            let other = builders::find_or_insert(t, "other")?;
            let change = changes::insert(t, &change("r9"), None, Time(1))?;
            let (_, collapsed) = build_sets::insert(t, &set(&[g.builder], &[change.id]), Time(2))?;
            let requests = [g.request, collapsed[0].id];
            let build = builds::insert(t, g.builder, &requests, Some(g.worker), g.master, Time(1000))?;
            let next = builds::insert(t, g.builder, &[g.request], None, g.master, Time(2000))?;
            let elsewhere = builds::insert(t, other, &[g.request], None, g.master, Time(3000))?;
            assert_eq!([build.number, next.number, elsewhere.number], [1, 2, 1]);
            assert_eq!((build.request, build.state_string.as_str()), (g.request, "created"));
            assert_eq!(builds::get(t, build.id)?.as_ref(), Some(&build));
            assert_eq!(builds::by_number(t, g.builder, 2)?, Some(next.clone()));
            assert_eq!(
                builds::requests_of(t, build.id)?
                    .iter()
                    .map(|r| r.id)
                    .collect::<Vec<_>>(),
                requests
            );
            assert_eq!(changes::for_build(t, build.id)?, [change.clone()]);
            assert_eq!(
                builds::list_of_change(t, change.id, &Query::default())?,
                [build.clone()]
            );
            assert_eq!(
                builds::list_of_request(t, collapsed[0].id, &Query::default())?,
                [build.clone()]
            );
            builds::add_changes(t, next.id, &[change.id, change.id])?;
            assert_eq!(
                builds::list_of_change(t, change.id, &Query::default())?,
                [build.clone(), next.clone()]
            );
            assert_eq!(builds::last_of_builder(t, g.builder, 1)?, [next.clone()]);
            builds::set_state(t, build.id, "building")?;
            builds::set_locks_duration(t, build.id, 1500)?;
            builds::finish(t, build.id, Results::Warnings, "warnings", Time(4000))?;
            builds::finish(t, build.id, Results::Failure, "late", Time(5000))?;
            let done = builds::get(t, build.id)?.unwrap();
            assert_eq!(
                (done.results, done.complete_at),
                (Some(Results::Warnings), Some(Time(4000)))
            );
            assert_eq!((done.locks_duration_ms, done.state_string.as_str()), (1500, "warnings"));
            assert_eq!(builds::unfinished(t)?, [next, elsewhere]);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn undecided_builds_are_passed_over_and_estimates_are_of_green_ones() {
    let farm = Farm::new();
    farm.store
        .write(|t| {
            let g = ground(t)?;
            for (i, results) in [
                Results::Failure,
                Results::Success,
                Results::Exception,
                Results::Warnings,
                Results::Retry,
            ]
            .into_iter()
            .enumerate()
            {
                let start = Time(10_000 * i as i64);
                let build = builds::insert(t, g.builder, &[g.request], None, g.master, start)?;
                let step = steps::insert(t, build.id, "compile")?;
                steps::start(t, step.id, start, None)?;
                steps::finish(t, step.id, results, "", false, start.plus_millis(100 + i as i64))?;
                builds::finish(t, build.id, results, "", start.plus_millis(1000 + i as i64))?;
            }
            let before = |n| builds::previous_finished(t, g.builder, n).map(|b| b.map(|b| b.number));
            assert_eq!(
                [before(1)?, before(2)?, before(4)?, before(6)?],
                [None, Some(1), Some(2), Some(4)]
            );
            assert_eq!(builds::durations(t, g.builder, 5)?, [1003, 1001]);
            assert_eq!(builds::durations(t, g.builder, 1)?, [1003]);
            let steps = steps::durations(t, g.builder, 5)?;
            assert_eq!(steps, [("compile".to_owned(), 103), ("compile".to_owned(), 101)]);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn builds_are_found_by_when_they_began_and_by_their_changes() {
    let farm = Farm::new();
    farm.store
        .write(|t| {
            let g = ground(t)?;
            let other = builders::find_or_insert(t, "other")?;
            let mut built = Vec::new();
            for (at, builder) in [(10, g.builder), (20, other), (30, g.builder)] {
                built.push(builds::insert(t, builder, &[g.request], None, g.master, Time(at))?.id);
            }
            let began = |builder, from, until, n| {
                builds::begun_between(t, builder, Time(from), Time(until), n)
                    .map(|list| list.iter().map(|build| build.started_at.0).collect::<Vec<_>>())
            };
            assert_eq!(began(None, 10, 30, 9)?, [20, 10]);
            assert_eq!(began(None, 0, 99, 2)?, [30, 20]);
            assert_eq!(began(Some(g.builder), 0, 99, 9)?, [30, 10]);
            let one = changes::insert(t, &change("a"), None, Time(1))?.id;
            let two = changes::insert(t, &change("b"), None, Time(2))?.id;
            builds::add_changes(t, built[0], &[one])?;
            builds::add_changes(t, built[2], &[one, two])?;
            let found = builds::of_changes(t, &[two, one])?;
            let found: Vec<_> = found.into_iter().map(|(change, build)| (change, build.id)).collect();
            assert_eq!(found, [(one, built[0]), (two, built[2]), (one, built[2])]);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn build_properties_are_added_to_and_selected_by_name() {
    let farm = Farm::new();
    farm.store
        .write(|t| {
            let g = ground(t)?;
            let build = builds::insert(t, g.builder, &[g.request], None, g.master, Time(1))?.id;
            let bare = builds::insert(t, g.builder, &[g.request], None, g.master, Time(1))?.id;
            let mut first = Properties::default();
            first.set("deep", json!({"a": [1, null, {"b": "ü"}]}), "Change");
            first.set("revision", "r1", "Build");
            let mut second = Properties::default();
            second.set("revision", "r2", "Step");
            builds::set_properties(t, build, &first)?;
            builds::set_properties(t, build, &second)?;
            first.update(&second);
            assert_eq!(builds::properties(t, build)?, first);
            assert_eq!(builds::properties(t, bare)?, Properties::default());
            let names = ["revision".to_owned(), "none".to_owned()];
            let selected = builds::selected_properties(t, &[build, bare], &names)?;
            assert_eq!(selected.into_iter().collect::<Vec<_>>(), [(build, second)]);
            let all = builds::selected_properties(t, &[build], &["*".to_owned()])?;
            assert_eq!(all[&build], first);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn steps_get_numbers_and_unique_names() {
    let farm = Farm::new();
    farm.store
        .write(|t| {
            let g = ground(t)?;
            let build = builds::insert(t, g.builder, &[g.request], None, g.master, Time(1))?;
            let mut made = Vec::new();
            for name in ["worker_preparation", "shell", "shell", "shell"] {
                made.push(steps::insert(t, build.id, name)?);
            }
            let names: Vec<_> = made.iter().map(|s| (s.number, s.name.as_str())).collect();
            assert_eq!(
                names,
                [(0, "worker_preparation"), (1, "shell"), (2, "shell_1"), (3, "shell_2")]
            );
            assert_eq!(steps::of_build(t, build.id)?, made);
            assert_eq!(steps::by_name(t, build.id, "shell_1")?.as_ref(), Some(&made[2]));
            assert_eq!(steps::by_number(t, build.id, 3)?.as_ref(), Some(&made[3]));
            let id = made[1].id;
            let urls = vec![StepUrl {
                name: "report".into(),
                url: "https://example.org/?a=b".into(),
            }];
            steps::start(t, id, Time(10), None)?;
            steps::set_locks_acquired(t, id, Time(12))?;
            steps::set_state(t, id, "running")?;
            steps::set_urls(t, id, &urls)?;
            let running = Step {
                started_at: Some(Time(10)),
                locks_acquired_at: Some(Time(12)),
                state_string: "running".into(),
                urls,
                ..made[1].clone()
            };
            assert_eq!(steps::get(t, id)?.as_ref(), Some(&running));
            steps::finish(t, id, Results::Success, "done", true, Time(20))?;
            steps::finish(t, id, Results::Failure, "late", false, Time(30))?;
            let done = Step {
                complete_at: Some(Time(20)),
                results: Some(Results::Success),
                state_string: "done".into(),
                hidden: true,
                ..running
            };
            assert_eq!(steps::get(t, id)?.as_ref(), Some(&done));
            assert_eq!(steps::finish_all_of(t, &build, Results::Retry, "lost", Time(40))?, 3);
            assert_eq!(steps::get(t, id)?.as_ref(), Some(&done));
            let changed = Step {
                results: Some(Results::Warnings),
                urls: Vec::new(),
                ..done
            };
            steps::update(t, &changed)?;
            assert_eq!(steps::get(t, id)?, Some(changed));
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn logs_get_unique_slugs() {
    let farm = Farm::new();
    farm.store
        .write(|t| {
            let step = crate::farm::a_step(t)?;
            let mut made = Vec::new();
            for (name, kind) in [
                ("report.html", LogKind::Html),
                ("report html", LogKind::Text),
                ("stdio", LogKind::Stdio),
            ] {
                made.push(logs::insert(t, step.id, name, kind)?);
            }
            let slugs: Vec<_> = made.iter().map(|l| l.slug.as_str()).collect();
            assert_eq!(slugs, ["report_html", "report_html_2", "stdio"]);
            assert_eq!(logs::of_step(t, step.id)?, made);
            assert_eq!(logs::by_slug(t, step.id, "stdio")?.as_ref(), Some(&made[2]));
            assert_eq!(logs::get(t, made[0].id)?.as_ref(), Some(&made[0]));
            assert_eq!(logs::finish_interrupted(t)?, 3);
            assert!(logs::get(t, made[0].id)?.unwrap().complete);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn builders_outlive_their_configuration() {
    let farm = Farm::new();
    farm.store
        .write(|t| {
            let (a, b) = (builders::find_or_insert(t, "a/b c")?, builders::find_or_insert(t, "z")?);
            assert_eq!(builders::find_or_insert(t, "z")?, b);
            let project = projects::find_or_insert(t, "p")?;
            let full = Builder {
                id: a,
                name: "a/b c".into(),
                description: Some("d".into()),
                description_format: Some("markdown".into()),
                project: Some(project),
                tags: vec!["linux".into(), "fast".into()],
                configured: true,
            };
            builders::update(t, &full)?;
            builders::set_configured(t, &[b])?;
            builders::set_configured(t, &[a])?;
            assert_eq!(builders::get(t, a)?.as_ref(), Some(&full));
            assert_eq!(builders::by_name(t, "a/b c")?.as_ref(), Some(&full));
            let all: Vec<_> = builders::list(t)?.iter().map(|b| (b.id, b.configured)).collect();
            assert_eq!(all, [(a, true), (b, false)]);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn workers_remember_what_they_told_and_where_they_serve() {
    let farm = Farm::new();
    farm.store
        .write(|t| {
            let id = workers::find_or_insert(t, "w")?;
            assert_eq!(workers::find_or_insert(t, "w")?, id);
            assert_eq!(workers::get(t, id)?.unwrap().info, json!({}));
            let (a, b) = (builders::find_or_insert(t, "a")?, builders::find_or_insert(t, "b")?);
            workers::set_configured(t, id, &[a, b])?;
            workers::set_configured(t, id, &[b, b])?;
            workers::connect(t, id, &json!({"admin": null, "version": "1"}))?;
            workers::set_paused(t, id, true, Some("disk full"))?;
            workers::set_graceful(t, id, true)?;
            let worker = workers::by_name(t, "w")?.unwrap();
            assert_eq!((worker.connected, worker.paused, worker.graceful), (true, true, true));
            assert_eq!(
                (worker.info.clone(), worker.pause_reason.clone()),
                (json!({"admin": null, "version": "1"}), Some("disk full".into()))
            );
            assert_eq!(worker.configured_on, [b]);
            assert_eq!(workers::of_builder(t, b)?, [worker.clone()]);
            assert_eq!(workers::of_builder(t, a)?, []);
            assert_eq!(workers::list(t)?, [worker]);
            workers::disconnect(t, id)?;
            assert!(!workers::get(t, id)?.unwrap().connected);
            workers::connect(t, id, &json!({}))?;
            workers::disconnect_all(t)?;
            assert!(!workers::get(t, id)?.unwrap().connected);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn schedulers_and_change_sources_remember_their_state() {
    let farm = Farm::new();
    let (scheduler, source) = farm
        .store
        .write(|t| {
            let (scheduler, other) = (schedulers::find_or_insert(t, "s")?, schedulers::find_or_insert(t, "o")?);
            let source = change_sources::find_or_insert(t, "/srv/x")?;
            assert_eq!(schedulers::find_or_insert(t, "s")?, scheduler);
            assert_eq!(change_sources::find_or_insert(t, "/srv/x")?, source);
            assert_eq!(
                (
                    schedulers::get_state(t, scheduler)?,
                    change_sources::get_state(t, source)?
                ),
                (None, None)
            );
            schedulers::set_state(t, scheduler, &json!({"pending": [1, 2], "fires": 17}))?;
            schedulers::set_enabled(t, scheduler, false)?;
            schedulers::set_configured(t, &[scheduler])?;
            change_sources::set_state(t, source, &json!({"refs": {"refs/heads/main": "abc"}}))?;
            change_sources::set_configured(t, &[source])?;
            assert_eq!(
                schedulers::list(t)?
                    .iter()
                    .map(|s| (s.id, s.enabled))
                    .collect::<Vec<_>>(),
                [(scheduler, false), (other, true)]
            );
            Ok((scheduler, source))
        })
        .await
        .unwrap();
    let farm = farm.reopened().await;
    farm.store
        .read(move |c| {
            assert_eq!(
                schedulers::get_state(c, scheduler)?,
                Some(json!({"pending": [1, 2], "fires": 17}))
            );
            assert_eq!(
                change_sources::get_state(c, source)?,
                Some(json!({"refs": {"refs/heads/main": "abc"}}))
            );
            assert!(schedulers::get(c, scheduler)?.unwrap().configured);
            assert_eq!(change_sources::list(c)?, [change_sources::get(c, source)?.unwrap()]);
            assert_eq!(change_sources::get(c, source)?.unwrap().name, "/srv/x");
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn masters_projects_and_settings() {
    let farm = Farm::new();
    farm.store
        .write(|t| {
            let id = masters::find_or_insert(t, "h:/b", Time(1))?;
            assert!(!masters::get(t, id)?.unwrap().active);
            masters::set_active(t, id, true, Time(9))?;
            assert_eq!(masters::find_or_insert(t, "h:/b", Time(10))?, id);
            let master = masters::get(t, id)?.unwrap();
            assert_eq!((master.active, master.last_active), (true, Time(9)));
            assert_eq!(masters::list(t)?, [master]);

            let id = projects::find_or_insert(t, "p")?;
            let project = Project {
                id,
                name: "p".into(),
                slug: "p-1".into(),
                description: Some("d".into()),
                description_format: None,
            };
            projects::update(t, &project)?;
            assert_eq!(projects::get(t, id)?.as_ref(), Some(&project));
            assert_eq!(projects::by_name(t, "p")?.as_ref(), Some(&project));
            assert_eq!(projects::list(t)?, [project]);

            assert_eq!(settings::get(t, "mutes")?, None);
            settings::set(t, "mutes", &json!([1]))?;
            settings::set(t, "mutes", &Json::Null)?;
            assert_eq!(settings::get(t, "mutes")?, Some(Json::Null));
            settings::remove(t, "mutes")?;
            assert_eq!(settings::get(t, "mutes")?, None);
            Ok(())
        })
        .await
        .unwrap();
}
