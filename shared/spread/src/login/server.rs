//! Letting in.

use super::response;
use crate::jelly::Value;
use crate::{BoxFuture, Call, Failure, Object, Reference, Reply};
use bytes::Bytes;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// Decides who comes in.
pub trait Portal: Send + Sync + 'static {
    /// The password of a user, `None` when there is no such user. Asked when the response is there, for known and unknown
    /// names alike.
    fn password<'a>(&'a self, user: &'a str) -> BoxFuture<'a, Option<String>>;

    /// Somebody was turned away. For the log.
    fn refused(&self, user: &str);

    /// Lets in a user whose password was right. The login is answered with the returned object, whose
    /// [`released`](Object::released) is the logout. Calls on `mind` work meanwhile; when the connection is lost, they
    /// fail, and the returned object is released at once.
    fn enter<'a>(&'a self, user: &'a str, mind: Option<Reference>) -> BoxFuture<'a, Result<Arc<dyn Object>, Failure>>;
}

/// The root object of a server that asks for a login. The passwords are checked in tasks of the tokio runtime.
pub fn root(portal: Arc<dyn Portal>) -> Arc<dyn Object> {
    Arc::new(Root { portal })
}

struct Root {
    portal: Arc<dyn Portal>,
}

impl Object for Root {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        match call.method.as_str() {
            "login" => self.challenge(call),
            "loginAnonymous" => call.reply.fail(Failure::error(
                "twisted.cred.error.UnhandledCredentials",
                "No checker for twisted.cred.credentials.IAnonymous",
            )),
            other => call.reply.fail(Failure::no_such_method(other)),
        }
        Box::pin(async {})
    }
}

impl Root {
    /// Challenges whoever comes, known or not: that shows only in the answer to the response, and not in its time.
    fn challenge(&self, call: Call) {
        let Some(user) = call.args.first().and_then(Value::text) else {
            let failure = Failure::bad_arguments("login takes the user's name");
            return call.reply.fail(failure);
        };
        call.reply.shared().want_login();
        let challenge: [u8; 16] = rand::random();
        let challenger = Challenger {
            portal: Arc::clone(&self.portal),
            user: user.to_owned(),
            challenge,
        };
        let challenger: Arc<dyn Object> = Arc::new(challenger);
        let challenge = Value::Bytes(Bytes::copy_from_slice(&challenge));
        call.reply.answer(Value::Tuple(vec![challenge, challenger.into()]));
    }
}

struct Challenger {
    portal: Arc<dyn Portal>,
    user: String,
    challenge: [u8; 16],
}

impl Object for Challenger {
    fn call<'a>(&'a self, call: Call) -> BoxFuture<'a, ()> {
        match (call.method.as_str(), call.args.as_slice()) {
            ("respond", [proof, rest @ ..]) => {
                let proof = proof.bytes().unwrap_or_default().to_vec();
                let mind = match rest.first() {
                    Some(Value::Remote(mind)) => Some(mind.clone()),
                    _ => None,
                };
                self.admit(proof, mind, call.reply);
            }
            ("respond", []) => call
                .reply
                .fail(Failure::bad_arguments("respond takes a response and a mind")),
            (other, _) => call.reply.fail(Failure::no_such_method(other)),
        }
        Box::pin(async {})
    }
}

impl Challenger {
    /// Checks the proof and lets in, in a task: what the portal does may need answers over this connection.
    fn admit(&self, proof: Vec<u8>, mind: Option<Reference>, reply: Reply) {
        let portal = Arc::clone(&self.portal);
        let user = self.user.clone();
        let challenge = self.challenge;
        tokio::spawn(async move {
            let password = portal.password(&user).await;
            let expected = response(password.as_deref().unwrap_or_default(), &challenge);
            let right = expected.ct_eq(&proof) & subtle::Choice::from(u8::from(password.is_some()));
            if !bool::from(right) {
                portal.refused(&user);
                return reply.fail(Failure::unauthorized());
            }
            reply.shared().logged_in();
            match portal.enter(&user, mind).await {
                Ok(perspective) => reply.answer(perspective.into()),
                Err(failure) => reply.fail(failure),
            }
        });
    }
}
