//! A joined master: what it has, live, and what it can be asked to do, over REST v2 and `/ws` or `/sse`.
//!
//! A real Buildbot from 0.9 on and another Outpost are the same here. The crate knows no page, no notice and no store;
//! what is kept over restarts is its caller's business.

pub mod base;
pub mod capabilities;
mod claims;
pub mod error;
pub mod http;
mod joined;
pub mod live;
pub mod look;
pub mod orders;
pub mod picture;
pub mod reading;
pub mod rest;
pub mod session;

pub use base::{BadAddress, Base};
pub use capabilities::Capabilities;
pub use error::Error;
pub use http::{Allowance, Http, Pace, Proxying, Trust, provide_cryptography};
pub use joined::{Joined, Watch};
pub use live::{Channel, LinkState, Rhythm};
pub use look::{Auth, LookError, Seen, look};
pub use orders::{Forced, WorkerOrder};
pub use picture::{Kept, News, Picture};
pub use reading::Reading;
pub use session::{Credentials, Session, SignedIn};
