//! The names that are always there.

mod conditions;
pub(crate) mod multiply;
mod preset;
mod range;
mod read;
mod values;

use crate::made::{KnownCall, Namespace};
use crate::registry;
use starlark::environment::{Globals, GlobalsBuilder, LibraryExtension};
use std::sync::LazyLock;

/// Everything that a configuration can name without defining it.
pub(crate) static GLOBALS: LazyLock<Globals> = LazyLock::new(|| {
    let mut builder = GlobalsBuilder::extended_by(&[
        LibraryExtension::StructType,
        LibraryExtension::RecordType,
        LibraryExtension::EnumType,
        LibraryExtension::Map,
        LibraryExtension::Filter,
        LibraryExtension::Partial,
        LibraryExtension::Print,
        LibraryExtension::Json,
        LibraryExtension::SetType,
        LibraryExtension::Typing,
    ]);
    for name in [
        "steps",
        "schedulers",
        "changes",
        "worker",
        "reporters",
        "util",
        "secrets",
    ] {
        builder.set(name, Namespace(name));
    }
    if let Some(regex) = registry::find("builtin", "regex") {
        builder.set("regex", KnownCall(regex));
    }
    if let Some(secret) = registry::find("util", "Secret") {
        builder.set("secret", KnownCall(secret));
    }
    builder.set(multiply::NAME, multiply::Multiply);
    builder.set("range", range::Range);
    conditions::conditions(&mut builder);
    preset::preset_function(&mut builder);
    read::read(&mut builder);
    values::values(&mut builder);
    builder.build()
});
