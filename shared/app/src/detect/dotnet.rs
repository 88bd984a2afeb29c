//! .NET solutions and projects.

use super::{Recognised, Tree, recognised, step};

pub(super) fn recognise(tree: &Tree) -> Option<Recognised> {
    let ends = |endings: &[&str]| tree.top().find(|name| endings.iter().any(|end| name.ends_with(end)));
    let file = ends(&[".sln", ".slnx"])
        .or_else(|| ends(&[".csproj", ".fsproj", ".vbproj"]))?
        .to_owned();
    let steps = vec![step("build", "dotnet build"), step("test", "dotnet test --no-build")];
    recognised(".NET", &[&file], steps)
}
