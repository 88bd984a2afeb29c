//! Foreign events: whatever comes, the picture stands, and what is over never runs again.
//!
//! Each line is a key, a blank and a body.

#![no_main]

use client::Picture;
use client::picture::Event;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

fuzz_target!(|input: &str| {
    let mut picture = Picture::default();
    let mut over = BTreeSet::new();
    for line in input.lines() {
        let Some((key, body)) = line.split_once(' ') else {
            continue;
        };
        let mut news = Vec::new();
        if let Ok(event) = Event::read(key, body) {
            picture.apply(event, &mut news);
        }
        over.extend(picture.builders().flat_map(|builder| builder.finished().map(|build| build.build)));
        assert!(picture.running().all(|build| !over.contains(&build.build)));
    }
    let _ = picture.kept().map(Picture::from_kept);
});
