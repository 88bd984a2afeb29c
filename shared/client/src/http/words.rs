//! What went wrong on the way to a master, in words.

use crate::Error;
use rustls::CertificateError;
use std::error::Error as _;
use std::io;

/// The error of a request to `host`.
pub(super) fn of_request(error: &reqwest::Error, host: &str) -> Error {
    if let Some(tls) = cause::<rustls::Error>(error) {
        return Error::Tls(tls_words(tls, host));
    }
    if error.is_dns() {
        return Error::Unreachable(format!("there is no host '{host}', or the network is away"));
    }
    if error.is_timeout() {
        return Error::Unreachable(format!("'{host}' does not answer in time"));
    }
    match cause::<io::Error>(error) {
        Some(found) => Error::Unreachable(io_words(found, host)),
        None if error.is_connect() => Error::Unreachable(format!("no connection to '{host}': {}", innermost(error))),
        None => Error::Unreachable(format!("'{host}': {}", innermost(error))),
    }
}

fn io_words(error: &io::Error, host: &str) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => format!("nothing listens at '{host}'"),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            format!("'{host}' closed the connection")
        }
        io::ErrorKind::UnexpectedEof => format!("'{host}' closed the connection in the middle"),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            format!("there is no way to '{host}'; is the network up?")
        }
        _ => format!("'{host}': {error}"),
    }
}

fn tls_words(error: &rustls::Error, host: &str) -> String {
    match error {
        rustls::Error::InvalidCertificate(wrong) => certificate_words(wrong, host),
        rustls::Error::InvalidMessage(_) => format!("what answers at '{host}' does not speak TLS; is it http: there?"),
        rustls::Error::AlertReceived(alert) => format!("'{host}' refuses ({alert:?})"),
        other => format!("'{host}': {other}"),
    }
}

fn certificate_words(wrong: &CertificateError, host: &str) -> String {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        UnknownIssuer,
    };
    match wrong {
        Expired | ExpiredContext { .. } => format!("the certificate of '{host}' has expired"),
        NotValidYet | NotValidYetContext { .. } => {
            format!("the certificate of '{host}' is not valid yet; is the clock of this machine right?")
        }
        NotValidForName => format!("the certificate shown is not for '{host}'"),
        NotValidForNameContext { presented, .. } if presented.is_empty() => {
            format!("the certificate shown is not for '{host}': it names no host")
        }
        NotValidForNameContext { presented, .. } => {
            let names: Vec<&str> = presented.iter().take(5).map(String::as_str).collect();
            format!(
                "the certificate shown is not for '{host}', but for {}",
                names.join(", ")
            )
        }
        UnknownIssuer => format!(
            "the certificate of '{host}' is signed by nobody whom this system trusts, perhaps by itself; if it is right, \
             name a PEM file of who signed it"
        ),
        other => format!("the certificate of '{host}' is not accepted: {other}"),
    }
}

/// The first cause of this kind. The system's errors may hold another inside.
fn cause<E: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    let mut next = error.source();
    while let Some(found) = next {
        if let Some(wanted) = found.downcast_ref::<E>() {
            return Some(wanted);
        }
        let inner = found.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(wanted) = inner.and_then(|inner| inner.downcast_ref::<E>()) {
            return Some(wanted);
        }
        next = match inner {
            Some(inner) => Some(inner),
            None => found.source(),
        };
    }
    None
}

fn innermost(error: &reqwest::Error) -> String {
    let mut found: &dyn std::error::Error = error;
    while let Some(next) = found.source() {
        found = next;
    }
    found.to_string()
}
