//! The page Try.

use super::App;
use crate::api::{self, Nothing, Refusal};

pub(super) async fn try_look(_: &App, _: api::tries::TryLook) -> Result<api::tries::TryChange, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn try_of_build(_: &App, _: api::tries::TryOfBuild) -> Result<api::tries::TryChange, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn try_diff(_: &App, _: api::tries::TryDiffQuery) -> Result<api::tries::TryDiff, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn try_targets(_: &App, _: api::tries::TryTargetsQuery) -> Result<api::tries::TryTargets, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn try_preview(_: &App, _: api::tries::TrySubmit) -> Result<api::tries::TryPreview, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn try_submit(_: &App, _: api::tries::TrySubmit) -> Result<api::tries::TryRow, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn tries(_: &App, _: api::tries::TriesQuery) -> Result<api::tries::Tries, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn try_row(_: &App, _: api::tries::TryQuery) -> Result<api::tries::TryRow, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn try_patch(_: &App, _: api::tries::TryQuery) -> Result<api::tries::TryPatch, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn try_repeat(_: &App, _: api::tries::TryRepeat) -> Result<api::tries::TryRow, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn try_cancel(_: &App, _: api::tries::TryQuery) -> Result<api::tries::TryRow, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn try_push(_: &App, _: api::tries::TryQuery) -> Result<api::tries::TryRow, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn try_forget(_: &App, _: api::tries::TryQuery) -> Result<Nothing, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn save_try_preset(_: &App, _: api::tries::SaveTryPreset) -> Result<api::tries::TryPresets, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn remove_try_preset(
    _: &App,
    _: api::tries::RemoveTryPreset,
) -> Result<api::tries::TryPresets, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn try_access(_: &App, _: api::masters::MasterQuery) -> Result<api::tries::TryAccess, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}

pub(super) async fn set_try_access(_: &App, _: api::tries::SetTryAccess) -> Result<api::tries::TryAccess, Refusal> {
    Err(Refusal::unavailable("trying is not there yet"))
}
