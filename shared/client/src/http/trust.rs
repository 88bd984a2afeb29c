//! Whom a connection trusts, and how it gets out of the house.

use crate::Error;
use reqwest::{Client, Proxy, redirect};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long a connection may take to be made.
const CONNECTING: Duration = Duration::from_secs(10);
/// A connection that nobody uses is kept this long for the next request.
const KEPT: Duration = Duration::from_secs(60);
/// Who asks. Operators block clients that do not say.
const USER_AGENT: &str = concat!(
    "Outpost/",
    env!("CARGO_PKG_VERSION"),
    " (desktop client for Buildbot masters)"
);

/// Whom to trust besides the system's authorities, and the way to the master.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Files in PEM form with certificates of further authorities, for example of the company.
    pub certificates: Vec<PathBuf>,
    /// The HTTP proxy.
    pub proxy: Proxying,
}

/// Which HTTP proxy is gone through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proxying {
    /// What the environment says (`http_proxy`, `https_proxy`, `no_proxy`).
    #[default]
    System,
    /// None.
    Direct,
    /// This one, for example `http://proxy.example.org:3128`.
    Through(String),
}

/// Gives this process the cryptography that other HTTP clients in it ask for. To be called before one is made.
pub fn provide_cryptography() {
    // An error says that it is there already.
    let _ = ring::default_provider().install_default();
}

/// The client for one master: HTTP/1.1, no redirects by itself, no cookies by itself.
pub(super) fn client(trust: &Trust) -> Result<Client, Error> {
    let builder = Client::builder()
        .user_agent(USER_AGENT)
        .http1_only()
        .connect_timeout(CONNECTING)
        .pool_idle_timeout(KEPT)
        .pool_max_idle_per_host(2)
        .redirect(redirect::Policy::none())
        .referer(false)
        .tls_backend_preconfigured(tls(&trust.certificates)?);
    let builder = match &trust.proxy {
        Proxying::System => builder,
        Proxying::Direct => builder.no_proxy(),
        Proxying::Through(address) => {
            let proxy = Proxy::all(address).map_err(|_| {
                Error::Unreachable(format!("'{address}' is no proxy's address; write http://HOST:PORT"))
            })?;
            builder.proxy(proxy)
        }
    };
    builder
        .build()
        .map_err(|error| Error::Tls(format!("this program's TLS cannot be set up: {error}")))
}

/// Trust in the system's authorities alone. They are hundreds, so those who need no others share one.
static USUAL: OnceLock<ClientConfig> = OnceLock::new();

fn tls(files: &[PathBuf]) -> Result<ClientConfig, Error> {
    if !files.is_empty() {
        return with_roots(files);
    }
    if let Some(usual) = USUAL.get() {
        return Ok(usual.clone());
    }
    let usual = with_roots(&[])?;
    Ok(USUAL.get_or_init(|| usual).clone())
}

fn with_roots(files: &[PathBuf]) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for file in files {
        for certificate in certificates(file)? {
            roots
                .add(certificate)
                .map_err(|error| Error::Tls(unusable(file, &error.to_string())))?;
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err(Error::Tls(unusable(file, "it has no certificate in PEM form"))),
        Ok(found) => Ok(found),
        Err(error) => Err(Error::Tls(unusable(file, &error.to_string()))),
    }
}

fn unusable(file: &Path, reason: &str) -> String {
    format!("the certificate file '{}' cannot be used: {reason}", file.display())
}
