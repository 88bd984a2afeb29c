//! What the tests talk to: real masters, what stands in front of them, and servers that do as they like.

pub mod master;
mod proxy;
mod server;
mod tls;

pub use master::{Master, Options};
pub use proxy::Proxy;
pub use server::{End, Reply, Server};
pub use tls::tls;

use client::{Allowance, Base, Http, Proxying, Trust};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A Buildbot on a busy machine takes its time.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// Of which generation a master is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// 4.3
    New,
    /// 3.11
    Old,
}

/// The virtual environment of a generation; without one it says so, and the test is to pass.
pub fn environment(generation: Generation) -> Option<PathBuf> {
    let (variable, usual, what) = match generation {
        Generation::New => ("OUTPOST_TEST_BUILDBOT", "buildbot", "Buildbot 4.3"),
        Generation::Old => ("OUTPOST_TEST_BUILDBOT_OLD", "buildbot-old", "Buildbot 3.11"),
    };
    let usual = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/tools")
        .join(usual);
    let found = std::env::var_os(variable).map_or(usual, PathBuf::from);
    if found.join("bin/buildbot").exists() && found.join("bin/buildbot-worker").exists() {
        return Some(found);
    }
    println!("SKIPPED: set {variable} to a virtual environment with {what} and its worker to test with them");
    None
}

/// A port that is free now; that it stays so until it is taken is likely.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// Trust as on a machine without a proxy.
pub fn trust() -> Trust {
    Trust {
        proxy: Proxying::Direct,
        ..Trust::default()
    }
}

/// HTTP with what is at an address, as much as a test wants.
pub fn http(base: &str) -> Http {
    let plenty = Allowance {
        burst: 10_000,
        per_minute: 60_000,
        person_burst: 10_000,
        person_per_minute: 60_000,
    };
    Http::with_allowance(Base::parse(base).expect("a base"), &trust(), plenty).expect("HTTP")
}

/// Asks until something is so.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let start = std::time::Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
