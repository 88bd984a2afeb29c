//! Presets of a project and what was chosen last: shared ones in the repository's `.outpost/try.toml`, own ones in the
//! store.

use super::look::field;
use super::preset_file;
use crate::api::Refusal;
use crate::api::tries::{RemoveTryPreset, SaveTryPreset, TryPreset, TryPresetValues, TryPresets, TryRemark};
use crate::service::App;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use store::rusqlite::Connection;

/// Most bytes of a file of presets.
const MOST: u64 = 256 << 10;

/// Longest name, in characters.
const LONGEST: usize = 60;

/// What is kept here of a working copy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    pub presets: BTreeMap<String, TryPresetValues>,
    pub last: Option<TryPresetValues>,
}

fn key(root: &str) -> String {
    format!("try {root}")
}

pub(super) async fn kept(app: &App, root: &str) -> Result<Kept, Refusal> {
    let key = key(root);
    Ok(app.store().read(move |c| get(c, &key)).await?)
}

fn get(c: &Connection, key: &str) -> store::rusqlite::Result<Kept> {
    let kept = store::settings::get(c, key)?;
    Ok(kept
        .and_then(|kept| serde_json::from_value(kept).ok())
        .unwrap_or_default())
}

/// Changes what is kept, unless the change is refused. Nobody else changes it meanwhile.
async fn edit(
    app: &App,
    root: &str,
    change: impl FnOnce(&mut Kept) -> Result<(), Refusal> + Send + 'static,
) -> Result<(), Refusal> {
    let key = key(root);
    let edited = app.store().write(move |c| {
        let mut kept = get(c, &key)?;
        if let Err(refusal) = change(&mut kept) {
            return Ok(Err(refusal));
        }
        match serde_json::to_value(&kept) {
            Ok(value) => store::settings::set(c, &key, &value).map(Ok),
            Err(error) => Ok(Err(Refusal::failed(error.to_string()))),
        }
    });
    edited.await?
}

/// Remembers what was chosen.
pub(super) async fn chose(app: &App, root: &str, values: TryPresetValues) -> Result<(), Refusal> {
    edit(app, root, |kept| {
        kept.last = Some(values);
        Ok(())
    })
    .await
}

/// Changes what is kept of a working copy here, wherever `change` says that it did. What is shared is others' too.
pub(super) fn rename(
    c: &Connection,
    root: &str,
    change: impl Fn(&mut TryPresetValues) -> bool,
) -> store::rusqlite::Result<()> {
    let key = key(root);
    let kept = store::settings::get(c, &key)?;
    let Some(mut kept) = kept.and_then(|kept| serde_json::from_value::<Kept>(kept).ok()) else {
        return Ok(());
    };
    let mut changed = false;
    for values in kept.presets.values_mut().chain(&mut kept.last) {
        changed |= change(values);
    }
    match serde_json::to_value(&kept) {
        Ok(value) if changed => store::settings::set(c, &key, &value),
        _ => Ok(()),
    }
}

/// Shared ones first; and what is wrong with their file.
pub(super) async fn all(root: &Path, own: &Kept) -> (Vec<TryPreset>, Option<TryRemark>) {
    let (shared, trouble) = match shared(root).await {
        Ok((_, presets)) => (presets, None),
        Err(refusal) => {
            let remark = TryRemark {
                stops: false,
                text: refusal.message,
                hint: refusal.hint,
            };
            (BTreeMap::new(), Some(remark))
        }
    };
    let row = |shared: bool| {
        move |(name, values): (&String, &TryPresetValues)| TryPreset {
            name: name.clone(),
            shared,
            values: values.clone(),
        }
    };
    let rows = shared.iter().map(row(true)).chain(own.presets.iter().map(row(false)));
    (rows.collect(), trouble)
}

fn path_of(root: &Path) -> PathBuf {
    root.join(".outpost").join("try.toml")
}

/// The text of the shared file and what it says; empty when there is none.
async fn shared(root: &Path) -> Result<(String, BTreeMap<String, TryPresetValues>), Refusal> {
    let path = path_of(root);
    let unreadable = |why: String| Refusal::failed(format!("{} cannot be read: {why}", path.display()));
    match tokio::fs::metadata(&path).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Default::default()),
        Err(error) => return Err(unreadable(error.to_string())),
        Ok(facts) if facts.len() > MOST => return Err(unreadable(format!("it has more than {MOST} bytes"))),
        Ok(_) => {}
    }
    let text = tokio::fs::read_to_string(&path).await;
    let text = text.map_err(|error| unreadable(error.to_string()))?;
    let presets = preset_file::presets(&text).map_err(|reason| {
        unreadable(reason).hint("A preset is a table [presets.NAME] with target, builders, properties, untracked.")
    })?;
    Ok((text, presets))
}

async fn write(root: &Path, text: Result<String, String>) -> Result<(), Refusal> {
    let path = path_of(root);
    let failed = |why: String| Refusal::failed(format!("{} cannot be written: {why}", path.display()));
    let text = text.map_err(failed)?;
    let put = async {
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        let part = path.with_extension("toml.part");
        tokio::fs::write(&part, text).await?;
        tokio::fs::rename(&part, &path).await
    };
    put.await.map_err(|error| failed(error.to_string()))
}

fn root_of(root: &str) -> Result<PathBuf, Refusal> {
    let path = PathBuf::from(root);
    if path.is_absolute() && path.is_dir() {
        return Ok(path);
    }
    Err(Refusal::not_found(format!("there is no folder {root}")))
}

fn check(name: &str) -> Result<(), Refusal> {
    let bad = name.trim().is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control);
    match bad {
        true => Err(field("name", format!("give a name of up to {LONGEST} letters"))),
        false => Ok(()),
    }
}

async fn told(app: &App, root: &str, path: &Path) -> Result<TryPresets, Refusal> {
    let kept = kept(app, root).await?;
    let (presets, _) = all(path, &kept).await;
    Ok(TryPresets { presets })
}

pub(crate) async fn save_preset(app: &App, save: SaveTryPreset) -> Result<TryPresets, Refusal> {
    let path = root_of(&save.root)?;
    let TryPreset { name, shared, values } = save.preset;
    check(&name)?;
    if shared {
        let _turn = app.tries.inner.sharing.lock().await;
        let (text, _) = self::shared(&path).await?;
        write(&path, preset_file::with(&text, &name, &values)).await?;
    } else {
        edit(app, &save.root, |kept| {
            kept.presets.insert(name, values);
            Ok(())
        })
        .await?;
    }
    told(app, &save.root, &path).await
}

pub(crate) async fn remove_preset(app: &App, remove: RemoveTryPreset) -> Result<TryPresets, Refusal> {
    let path = root_of(&remove.root)?;
    let name = remove.name;
    let gone = |name: &str| Refusal::not_found(format!("there is no preset '{name}'"));
    if remove.shared {
        let _turn = app.tries.inner.sharing.lock().await;
        let (text, presets) = shared(&path).await?;
        presets.get(&name).ok_or_else(|| gone(&name))?;
        write(&path, preset_file::without(&text, &name)).await?;
    } else {
        edit(app, &remove.root, move |kept| {
            kept.presets.remove(&name).map(drop).ok_or_else(|| gone(&name))
        })
        .await?;
    }
    told(app, &remove.root, &path).await
}
