//! A worker's folder, as it was named.

use crate::absolute;
use crate::failure::{Failure, NOT_FOUND, OTHER, USAGE};
use lend::basedir::{Basedir, BasedirError};
use std::path::Path;

/// Reads its settings.
pub fn open(folder: &Path) -> Result<Basedir, Failure> {
    Basedir::open(&absolute(folder)?).map_err(failure)
}

/// What a folder that cannot be used means to the person.
pub fn failure(error: BasedirError) -> Failure {
    let code = match &error {
        BasedirError::NoSettings(_) => NOT_FOUND,
        BasedirError::Io { .. } => OTHER,
        _ => USAGE,
    };
    Failure::new(code, error.to_string())
}
