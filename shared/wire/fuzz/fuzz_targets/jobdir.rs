//! Files of a job folder: whatever lies there, a job or a reason comes out; and a job that was read is read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::try_job::jobdir::{decode, encode};

fuzz_target!(|input: &[u8]| {
    let Ok(mut job) = decode(input) else { return };
    // What a revision in Python's spelling holds may look like one again.
    job.base_revision = None;
    // Not every number of JSON is written as it was.
    job.properties.clear();
    assert_eq!(decode(&encode(&job)).expect("a job that was written"), job);
});
