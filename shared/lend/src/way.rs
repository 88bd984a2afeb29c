//! How a worker comes to its master.

use link::{ConnectError, Connected, Login, Target};
use std::pin::Pin;

/// A connection on its way.
pub type Connecting = Pin<Box<dyn Future<Output = Result<Connected, ConnectError>> + Send>>;

/// Makes a new connection for every attempt.
pub trait Way: Send + 'static {
    /// Begins one. Dropping it gives it up.
    fn connect(&mut self) -> Connecting;
}

impl<F: FnMut() -> Connecting + Send + 'static> Way for F {
    fn connect(&mut self) -> Connecting {
        self()
    }
}

/// The way to a master over a network.
pub fn to_master(target: Target, login: Login) -> impl Way {
    move || -> Connecting {
        let (target, login) = (target.clone(), login.clone());
        Box::pin(async move { link::connect(&target, login).await })
    }
}
