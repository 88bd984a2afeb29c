//! Who may do what, decided before any handler runs.
//!
//! Three kinds of callers ([`Caller`]):
//!
//! * **Owner**: came by the local socket as the same user, or by TCP with the session cookie. May do everything.
//!   The cookie is got by a one-time link `http://127.0.0.1:PORT/?token=…` ([`Gate::one_time_token`]): the token is
//!   spent by its first use and becomes a cookie that scripts cannot read and other sites cannot make a browser send.
//! * **Guest**: came by TCP without a session. With [`Access::open`] guests read and control REST v2, `/ws` and
//!   `/sse`, as everybody does on a Buildbot with its default settings, so that Buildbot-compatible tools on the same
//!   machine work without set-up. Without it they are told to sign in. Never may a guest call the commands of
//!   `/api/outpost/v1`: these can change the configuration, and a configuration runs code.
//! * Anybody else who reaches the local socket is refused.
//!
//! Two checks come first, for every TCP request, and protect a listener on loopback from web pages of other sites:
//!
//! * The `Host` header must name this machine's loopback or a name in [`Access::hosts`]. Otherwise a page could have
//!   its own name resolve to 127.0.0.1 and be of the same origin (DNS rebinding).
//! * An `Origin` header, which browsers send along with every request that could do harm, must be that of the
//!   page itself or match [`Access::origins`]. Tools send none.

mod gate;
mod host;
mod origin;
mod peer;
mod session;

pub use gate::Gate;
pub(crate) use gate::check;
pub use peer::Peer;

/// What the owner of the resident allows on TCP.
#[derive(Clone, Debug)]
pub struct Access {
    /// Guests may read and control by REST v2 and listen to events.
    pub open: bool,
    /// Host names, besides those of loopback, by which people reach this server; without port.
    pub hosts: Vec<String>,
    /// Origins, besides the page's own, that may use it: `https://*.example.org`, with `*` and `?` as wildcards.
    pub origins: Vec<String>,
}

impl Default for Access {
    /// Open on loopback, to nobody else.
    fn default() -> Access {
        Access {
            open: true,
            hosts: Vec::new(),
            origins: Vec::new(),
        }
    }
}

/// Who a request is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The same user, by the local socket.
    Local,
    /// A browser with the session cookie.
    SignedIn,
    /// Anybody, by TCP.
    Guest,
}

impl Caller {
    /// Whether it is the person whose resident this is.
    pub fn is_owner(self) -> bool {
        matches!(self, Caller::Local | Caller::SignedIn)
    }
}
