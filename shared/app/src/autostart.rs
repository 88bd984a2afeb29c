//! Starting with the desktop: an entry of the XDG autostart specification, for the resident only.

use crate::api::Refusal;
use crate::places::Places;
use std::path::PathBuf;

/// Adds or removes the entry of this profile.
pub fn set(places: &Places, on: bool) -> Result<(), Refusal> {
    let path = path_of(places).ok_or_else(|| Refusal::unavailable("there is no folder for autostart entries"))?;
    let failed = |error: std::io::Error| Refusal::failed(format!("{}: {error}", path.display()));
    if !on {
        return match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        };
    }
    let program = std::env::current_exe().map_err(failed)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(&path, entry(&program.to_string_lossy(), &places.profile)).map_err(failed)
}

fn path_of(places: &Places) -> Option<PathBuf> {
    let name = if places.profile == "default" {
        "outpost".to_owned()
    } else {
        format!("outpost-{}", places.profile)
    };
    Some(
        directories::BaseDirs::new()?
            .config_dir()
            .join("autostart")
            .join(format!("{name}.desktop")),
    )
}

/// The entry's text. In `Exec`, quoting follows the desktop entry specification: `"`, `` ` ``, `$` and `\` are escaped.
fn entry(program: &str, profile: &str) -> String {
    let mut quoted = String::from("\"");
    for c in program.chars() {
        if matches!(c, '"' | '`' | '$' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    format!(
        "[Desktop Entry]\nType=Application\nName=Outpost\nComment=Builds your repositories and tells you when you broke them\n\
         Exec={quoted} run --profile {profile}\nIcon=outpost\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_with_special_characters_is_quoted() {
        let text = super::entry("/opt/my $apps/outpost", "default");
        assert!(
            text.contains("Exec=\"/opt/my \\$apps/outpost\" run --profile default\n"),
            "{text}"
        );
    }
}
