//! Login by name, password and challenge (§4), both ends.
//!
//! The password does not travel, but whoever listens can try passwords against what does: use TLS where others listen.

mod client;
mod server;

pub use client::{LoginError, login};
pub use server::{Portal, root};

use md5::{Digest, Md5};

/// What proves that one knows the password.
fn response(password: &str, challenge: &[u8]) -> [u8; 16] {
    let mut proof = Md5::new();
    proof.update(Md5::digest(password.as_bytes()));
    proof.update(challenge);
    proof.finalize().into()
}
