//! The tray as a function of a snapshot.

use crate::desk::*;
use model::Results::*;
use watch::*;

fn view(desk: &Desk) -> TrayView {
    desk.state.tray(desk.now)
}

fn icon(desk: &Desk) -> (IconState, bool, bool) {
    let view = view(desk);
    (view.icon.state, view.icon.muted, view.attention)
}

/// The menu as lines; an arrow stands for what a submenu holds.
fn lines(items: &[MenuItem]) -> Vec<String> {
    let mut all = Vec::new();
    for item in items {
        match item {
            MenuItem::Separator => all.push("-".to_owned()),
            MenuItem::Text(text) => all.push(text.clone()),
            MenuItem::Action { label, .. } => all.push(format!("[{label}]")),
            MenuItem::Submenu { label, items } => {
                all.extend(lines(items).into_iter().map(|line| format!("{label} > {line}")));
            }
        }
    }
    all
}

fn start(id: i64, number: i64, at: model::Time) -> Happening {
    let build = build(id, number, Success, &[]);
    Happening::Started(StartedBuild {
        build: build.build,
        builder: build.builder,
        number,
        started_at: at,
    })
}

#[test]
fn the_icon_says_the_worst() {
    let desk = Desk::empty();
    assert_eq!(icon(&desk), (IconState::NoProjects, false, false));
    assert_eq!(view(&desk).tooltip.title, "No projects yet");

    let mut desk = Desk::green();
    assert_eq!(icon(&desk), (IconState::AllWell, false, false));
    desk.hear(start(1, 2, NOON));
    assert_eq!(icon(&desk), (IconState::Building, false, false));
    assert_eq!(view(&desk).tooltip.title, "Building: 1 build running");
    desk.finish(2, 2, Failure, &[change(2, BOB)]);
    assert_eq!(icon(&desk), (IconState::BrokenByOthers, false, false));
    assert_eq!(view(&desk).tooltip.title, "b2 broken by Bob");
    desk.finish(1, 2, Failure, &[change(3, ME)]);
    assert_eq!(icon(&desk), (IconState::BrokenByMe, false, true));
    assert_eq!(view(&desk).tooltip.title, "Broken by you: 2 of 5 builders red");
    let stale = Link::Stale(NOON.plus_millis(-5 * MINUTE));
    desk.hear(Happening::Master {
        master: MasterKey::bundled(),
        title: "This machine".to_owned(),
        link: stale,
    });
    assert_eq!(icon(&desk), (IconState::Offline, false, false));
    assert!(
        view(&desk).tooltip.text.ends_with("This machine: stale since 11:55"),
        "{}",
        view(&desk).tooltip.text
    );
}

#[test]
fn one_master_that_is_down_does_not_hide_the_others() {
    let mut desk = Desk::green();
    let farm = MasterKey("farm".to_owned());
    desk.hear(Happening::Master {
        master: farm,
        title: "The farm".to_owned(),
        link: Link::Stale(NOON),
    });
    assert_eq!(icon(&desk).0, IconState::AllWell);
    assert_eq!(view(&desk).tooltip.text, "The farm: stale since 12:00");
}

#[test]
fn a_mute_is_marked_when_it_concerns_what_is_shown() {
    let mute = |scope| Happening::Mute {
        scope,
        length: MuteLength::ForEver,
    };
    let mut desk = Desk::green();
    desk.hear(mute(Scope::Builder(builder(2))));
    assert_eq!(icon(&desk), (IconState::AllWell, false, false));
    desk.finish(1, 2, Failure, &[change(2, ME)]);
    desk.finish(2, 2, Failure, &[change(3, ME)]);
    assert_eq!(icon(&desk), (IconState::BrokenByMe, false, true), "b1 is not muted");
    desk.hear(mute(Scope::Builder(builder(1))));
    assert_eq!(
        icon(&desk),
        (IconState::BrokenByMe, true, false),
        "the state stays, calm and marked"
    );
    desk.hear(Happening::Unmute(Scope::Builder(builder(1))));
    desk.hear(Happening::DoNotDisturb(true));
    assert_eq!(icon(&desk), (IconState::BrokenByMe, true, false));
    let mut calm = Desk::green();
    calm.hear(mute(Scope::All));
    assert_eq!(icon(&calm), (IconState::AllWell, true, false));
}

#[test]
fn the_repair_calms_the_tray() {
    let mut desk = Desk::green();
    desk.finish(1, 2, Failure, &[change(2, ME)]);
    assert!(view(&desk).attention);
    desk.finish(1, 3, Success, &[change(3, BOB)]);
    assert_eq!(icon(&desk), (IconState::AllWell, false, false));
}

#[test]
fn a_builder_red_from_the_first_is_nobodys() {
    let mut desk = Desk::new();
    desk.finish(1, 1, Failure, &[change(1, ME)]);
    assert_eq!(icon(&desk), (IconState::BrokenByOthers, false, false));
    assert_eq!(
        view(&desk).tooltip.text,
        "b1 #1 broken with nobody to blame since 12:00"
    );
}

#[test]
fn the_calm_menu_has_what_works_and_no_more() {
    let desk = Desk::green();
    assert_eq!(
        lines(&view(&desk).menu),
        [
            "All well",
            "-",
            "[Open Outpost]",
            "Mute > [Everything for 1 hour]",
            "Mute > [Everything until tomorrow]",
            "Mute > [Everything until I end it]",
            "-",
            "[Quit]"
        ]
    );
    let empty = Desk::empty();
    assert_eq!(
        lines(&view(&empty).menu),
        ["No projects yet", "-", "[Open Outpost]", "-", "[Quit]"]
    );
}

#[test]
fn the_busy_menu_says_what_is_broken_and_what_runs() {
    let mut desk = Desk::green();
    desk.finish(1, 2, Failure, &[change(2, ME), change(3, BOB)]);
    desk.hear(Happening::Mute {
        scope: Scope::Builder(builder(2)),
        length: MuteLength::Minutes(60),
    });
    desk.finish(2, 2, Failure, &[change(4, BOB)]);
    desk.hear(start(3, 2, NOON));
    desk.hear(start(3, 3, NOON.plus_millis(-10 * MINUTE)));
    let master = MasterKey::bundled();
    desk.hear(Happening::Waiting {
        master: master.clone(),
        waiting: vec![(builder(3), 2), (builder(4), 1)],
    });
    let about = TroubleAbout::Worker("local".to_owned());
    desk.hear(Happening::Trouble {
        master: master.clone(),
        about,
        message: Some("it does not answer".to_owned()),
    });
    let mut builders: Vec<BuilderInfo> = (1..=5).map(info).collect();
    builders[3].can_force = true;
    builders[4].can_force = true;
    desk.hear(Happening::Builders { master, builders });
    assert_eq!(
        lines(&view(&desk).menu),
        [
            "Broken by you and Bob: 2 of 5 builders red",
            "[b1 #2 broken by you and Bob since 12:00]",
            "[b2 #2 broken by Bob since 12:00, muted until 13:00]",
            "-",
            "[b3 #2 running, done about 12:01]",
            "[b3 #3 running since 11:50]",
            "3 requests waiting",
            "Worker local: it does not answer",
            "-",
            "[Open Outpost]",
            "Build now > [b4]",
            "Build now > [b5]",
            "Mute > [Everything for 1 hour]",
            "Mute > [Everything until tomorrow]",
            "Mute > [Everything until fixed]",
            "Mute > [Everything until I end it]",
            "Mute > -",
            "Mute > [b1 for 1 hour]",
            "Mute > [b1 until fixed]",
            "Mute > [b1 until I end it]",
            "[Unmute b2 (muted until 13:00)]",
            "-",
            "[Quit]",
        ]
    );
}

#[test]
fn menu_items_do_what_they_say() {
    let mut desk = Desk::green();
    let mut builders: Vec<BuilderInfo> = (1..=5).map(info).collect();
    builders[3].can_force = true;
    desk.hear(Happening::Builders {
        master: MasterKey::bundled(),
        builders,
    });
    desk.finish(1, 2, Failure, &[change(2, ME)]);
    let menu = view(&desk).menu;
    let action = |label: &str| {
        menu.iter().find_map(|item| match item {
            MenuItem::Action { label: l, action } if l == label => Some(action.clone()),
            _ => None,
        })
    };
    let log = Target::Log {
        builder: builder(1),
        number: 2,
        step: 2,
        log: "stdio".to_owned(),
        line: Some(41),
    };
    assert_eq!(action("b1 #2 broken by you since 12:00"), Some(MenuAction::Open(log)));
    assert_eq!(action("Build b4 now"), Some(MenuAction::Force(builder(4))));
    assert_eq!(action("Open Outpost"), Some(MenuAction::Open(Target::Now)));
    assert_eq!(action("Quit"), Some(MenuAction::Quit));
}

#[test]
fn many_builders_are_counted() {
    let mut desk = Desk::empty();
    let master = MasterKey::bundled();
    desk.hear(Happening::Builders {
        master,
        builders: (1..=30).map(info).collect(),
    });
    for id in 1..=30 {
        desk.finish(id, 1, Failure, &[]);
    }
    let menu = lines(&view(&desk).menu);
    assert!(menu.contains(&"[22 more builders broken]".to_owned()), "{menu:#?}");
    assert_eq!(view(&desk).tooltip.text.lines().count(), 9);
}

#[test]
fn the_estimate_is_the_median_of_the_greens() {
    let mut desk = Desk::new();
    let mut took = |number, results, minutes: i64| {
        let mut build = build(1, number, results, &[]);
        build.started_at = build.complete_at.plus_millis(-minutes * MINUTE);
        desk.hear(Happening::Finished(Box::new(build)));
        desk.snapshot().builders[0].typical_ms.map(|ms| ms / MINUTE)
    };
    assert_eq!(took(1, Failure, 1), Some(1), "better than nothing");
    assert_eq!(took(2, Success, 10), Some(10), "a failure ends early");
    assert_eq!(took(3, Failure, 1), Some(10));
    assert_eq!(took(4, Success, 30), Some(30));
    assert_eq!(took(5, Success, 20), Some(20));
    assert_eq!(took(6, Exception, 500), Some(20));
}

#[test]
fn trouble_goes_when_it_is_over_and_a_finished_build_runs_no_more() {
    let mut desk = Desk::green();
    let trouble = |message: Option<&str>| Happening::Trouble {
        master: MasterKey::bundled(),
        about: TroubleAbout::Config,
        message: message.map(str::to_owned),
    };
    desk.hear(trouble(Some("master.star:3: unexpected `)`")));
    assert_eq!(view(&desk).tooltip.text, "Configuration: master.star:3: unexpected `)`");
    desk.hear(trouble(None));
    assert_eq!(view(&desk).tooltip.text, "");
    desk.hear(start(1, 2, NOON));
    desk.finish(1, 2, Success, &[]);
    desk.hear(start(1, 2, NOON));
    assert_eq!(icon(&desk).0, IconState::AllWell, "a start that is told late");
}

/// A master that is heard, with one green builder.
fn join(desk: &mut Desk, name: &str, title: &str, link: Link) -> BuilderKey {
    let master = MasterKey(name.to_owned());
    let key = BuilderKey::new(&master, model::BuilderId(1));
    desk.hear(Happening::Master {
        master: master.clone(),
        title: title.to_owned(),
        link,
    });
    desk.hear(Happening::Builders {
        master,
        builders: vec![BuilderInfo {
            key: key.clone(),
            name: format!("{name}-linux"),
            ..info(1)
        }],
    });
    key
}

fn finish_there(desk: &mut Desk, key: &BuilderKey, number: i64, results: model::Results, by: &str) -> Vec<Tell> {
    let mut build = build(1, number, results, &[change(number, by)]);
    build.build = BuildKey::new(&key.master, model::BuildId(number));
    build.builder = key.clone();
    desk.finish_build(build)
}

#[test]
fn with_several_masters_the_menu_is_grouped_and_one_that_is_away_colours_nothing() {
    let mut desk = Desk::green();
    let farm = join(&mut desk, "farm", "The farm", Link::Live);
    let attic = join(&mut desk, "attic", "The attic", Link::Live);
    for key in [&farm, &attic] {
        finish_there(&mut desk, key, 1, Success, BOB);
    }
    aloud(&finish_there(&mut desk, &attic, 2, Failure, ME));
    assert_eq!(icon(&desk), (IconState::BrokenByMe, false, true));
    desk.hear(Happening::Master {
        master: attic.master.clone(),
        title: "The attic".to_owned(),
        link: Link::Stale(NOON),
    });
    assert_eq!(icon(&desk), (IconState::AllWell, false, false), "what it says is old");
    finish_there(&mut desk, &farm, 2, Failure, BOB);
    desk.hear(start(3, 2, NOON));
    let menu = lines(&view(&desk).menu);
    assert_eq!(
        menu[..9],
        [
            "farm-linux broken by Bob",
            "-",
            "The attic: stale since 12:00",
            "-",
            "This machine",
            "[b3 #2 running, done about 12:01]",
            "-",
            "The farm",
            "[farm-linux #2 broken by Bob since 12:00]",
        ]
    );
    assert_eq!(
        view(&desk).tooltip.text,
        "farm-linux #2 broken by Bob since 12:00\nb3 #2 running, done about 12:01\nThe attic: stale since 12:00"
    );
}

#[test]
fn offline_is_when_nobody_with_builders_is_heard() {
    let mut desk = Desk::empty();
    desk.hear(Happening::Master {
        master: MasterKey::bundled(),
        title: "This machine".to_owned(),
        link: Link::Live,
    });
    assert_eq!(icon(&desk).0, IconState::NoProjects);
    join(&mut desk, "farm", "The farm", Link::Stale(NOON));
    assert_eq!(icon(&desk).0, IconState::Offline);
    assert_eq!(view(&desk).tooltip.title, "Not connected");
    join(&mut desk, "farm", "The farm", Link::Live);
    assert_eq!(icon(&desk).0, IconState::AllWell);
}

#[test]
fn of_many_the_first_are_named_by_name_whatever_their_order() {
    let mut desk = Desk::empty();
    let names = [
        "delta", "Alpha", "charlie", "Bravo", "golf", "Echo", "foxtrot", "india", "hotel", "juliett",
    ];
    let builders = names.iter().zip(1..).map(|(name, id)| BuilderInfo {
        name: (*name).to_owned(),
        ..info(id)
    });
    desk.hear(Happening::Builders {
        master: MasterKey::bundled(),
        builders: builders.collect(),
    });
    for id in 1..=10 {
        desk.finish(id, 1, Failure, &[]);
    }
    let tooltip = view(&desk).tooltip.text;
    let first: Vec<&str> = tooltip.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        first,
        [
            "Alpha", "Bravo", "charlie", "delta", "Echo", "foxtrot", "golf", "hotel", "and"
        ]
    );
}
