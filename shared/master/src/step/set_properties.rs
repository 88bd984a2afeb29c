//! `SetProperty`, `SetProperties`: values without a worker (B-101).

use super::run::{Broken, Ended, StepRun};
use super::shell;
use model::Results;
use model::config::Render;

/// Sets the properties, with the step's own name as their source.
pub async fn run(run: &mut StepRun<'_>, properties: &[(String, Render)]) -> Result<Ended, Broken> {
    let source = run.name.clone();
    for (name, value) in properties {
        let value = run.render(value).await?;
        run.set_property(name, value, &source);
    }
    let text = match properties {
        _ if run.common.description_done.is_some() => shell::description(run, None).await?,
        [_] => "Set".to_owned(),
        _ => "Properties Set".to_owned(),
    };
    Ok(Ended::new(Results::Success, text))
}
