//! Foreign text as a session's token: what it tells is short, and its end is a time.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use client::session::jwt::claims;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    claims(&String::from_utf8_lossy(input));
    let told = claims(&format!("e30.{}.x", URL_SAFE_NO_PAD.encode(input)));
    assert!(told.user.is_none_or(|user| user.chars().count() <= 200));
    assert!(told.expires.is_none_or(|end| end.0 > 0));
});
