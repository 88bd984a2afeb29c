//! `SetPropertiesFromEnv`: what the worker told of its environment becomes properties (B-102).

use super::run::{Broken, Ended, StepRun};
use super::{shell, summary};
use model::config::Render;
use model::{Json, LogKind, Results};

/// The log that tells what was set.
const LOG: &str = "properties";

/// Sets the properties. A variable that the worker does not have sets none.
pub async fn run(run: &mut StepRun<'_>, variables: &Render, source: &str) -> Result<Ended, Broken> {
    let text = shell::described(run, "Set").await?;
    let names = summary::flat_words(&run.render(variables).await?);
    // Windows knows its variables by whatever case.
    let any_case = run.connection.info().get("system").and_then(Json::as_str) == Some("nt");
    let mut lines = String::new();
    for name in names {
        let same = |known: &str| known == name || (any_case && known.eq_ignore_ascii_case(&name));
        let environment = run.connection.environment();
        let value = environment
            .iter()
            .find(|(known, _)| same(known))
            .map(|(_, value)| value.clone());
        if let Some(value) = value {
            lines.push_str(&format!("{name} = {}\n", super::property_from_command::quoted(&value)));
            run.set_property(&name, value, source);
        }
    }
    run.add_to_log(LOG, LogKind::Text, 't', &lines).await?;
    Ok(Ended::new(Results::Success, text))
}
