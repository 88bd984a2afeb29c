//! `app`'s list of commands in the form that `web` mounts.

use app::api::{self, Refusal};
use app::service::App;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use serde_json::Value;
use tokio::sync::broadcast::error::RecvError;
use web::{Caller, CommandError, Commands, Lagged};

/// The commands of the resident.
pub struct Mounted(pub App);

impl Commands for Mounted {
    fn call(&self, name: &str, input: Value, _caller: Caller) -> BoxFuture<'static, Result<Value, CommandError>> {
        let (app, name) = (self.0.clone(), name.to_owned());
        async move { api::call(&app, &name, input).await.map_err(refused) }.boxed()
    }

    fn events(&self) -> BoxStream<'static, Result<Value, Lagged>> {
        let next = |receiver: Option<tokio::sync::broadcast::Receiver<api::Event>>| async move {
            let mut receiver = receiver?;
            match receiver.recv().await {
                // An event is plain data, so it always has a JSON form.
                Ok(event) => Some((Ok(serde_json::to_value(event).unwrap_or(Value::Null)), Some(receiver))),
                Err(RecvError::Lagged(_)) => Some((Err(Lagged), None)),
                Err(RecvError::Closed) => None,
            }
        };
        futures_util::stream::unfold(Some(self.0.events()), next).boxed()
    }
}

fn refused(refusal: Refusal) -> CommandError {
    CommandError {
        code: refusal.code,
        message: refusal.message,
        hint: refusal.hint,
        fields: refusal.fields,
    }
}
