//! Where a build's secrets come from. The engine hands them on and never keeps one longer than its build.

/// Reads secrets by name.
pub trait Secrets: Send + Sync + 'static {
    /// The secret `name`, or one sentence that says why it cannot be had and what to do.
    ///
    /// May block, for example on a key ring that waits for a person: it is called on a thread for blocking work.
    fn secret(&self, name: &str) -> Result<String, String>;
}

/// A master without secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSecrets;

impl Secrets for NoSecrets {
    fn secret(&self, name: &str) -> Result<String, String> {
        Err(format!(
            "there is no place to read '{name}' from; name one in the settings"
        ))
    }
}
