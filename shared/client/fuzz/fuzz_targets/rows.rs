//! Foreign bytes as each kind of row.

#![no_main]

use client::rest::{
    Build, BuildSet, Builder, Change, Chunk, ForceScheduler, Log, MasterInfo, Project, Request, Scheduler, Step, Worker,
};
use libfuzzer_sys::fuzz_target;
use serde::de::DeserializeOwned;

fuzz_target!(|input: &[u8]| {
    read::<Build>(input);
    read::<BuildSet>(input);
    read::<Builder>(input);
    read::<Change>(input);
    read::<Chunk>(input);
    read::<Log>(input);
    read::<MasterInfo>(input);
    read::<Project>(input);
    read::<Request>(input);
    read::<Scheduler>(input);
    read::<Step>(input);
    read::<Worker>(input);
    if let Ok(form) = serde_json::from_slice::<ForceScheduler>(input) {
        let leaves = form.leaves();
        assert!(form.unknown().is_none_or(|field| leaves.contains(&field)));
    }
});

fn read<T: DeserializeOwned>(input: &[u8]) {
    let _ = serde_json::from_slice::<T>(input);
}
