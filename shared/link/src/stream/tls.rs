//! TLS: what is trusted, what is shown, and what went wrong in words.

use super::BoxStream;
use crate::ConnectError;
use crate::address::{Address, Identity, Place, Security};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Secures a stream to a master, whose certificate must be for the address's host.
pub(super) async fn client(
    stream: BoxStream,
    address: &Address,
    security: &Security,
) -> Result<BoxStream, ConnectError> {
    let failed = |reason: String| ConnectError::Tls {
        address: address.to_string(),
        reason,
    };
    let host = match &address.place {
        Place::Tcp { host, .. } => host.clone(),
        Place::Unix(_) => "localhost".to_owned(),
    };
    let name = ServerName::try_from(host.clone())
        .map_err(|_| failed(format!("'{host}' is no name that a certificate has")))?;
    let config = client_config(security).map_err(failed)?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    match connected {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => Err(failed(in_words(&error, &host, security))),
    }
}

fn client_config(security: &Security) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match &security.trust {
        None => builder.with_root_certificates(system_roots()?),
        Some(folder) => {
            let verifier = Pinned::of_folder(folder, provider)?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        }
    };
    match &security.certificate {
        None => Ok(builder.with_no_client_auth()),
        Some(file) => {
            let certificates = certificates(file)?;
            let key = key(security.private_key.as_deref().unwrap_or(file))?;
            let shown = builder.with_client_auth_cert(certificates, key);
            shown.map_err(|error| format!("the certificate in '{}' cannot be used: {error}", file.display()))
        }
    }
}

fn system_roots() -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err("this system has no certificates to trust; name a folder with trustRoots=".to_owned());
    }
    Ok(roots)
}

/// Trusts what the certificates of a folder signed, and those certificates themselves: a master often shows a
/// self-signed one, which is both, and which the usual rules would not accept as a server's.
#[derive(Debug)]
struct Pinned {
    usual: Arc<WebPkiServerVerifier>,
    certificates: Vec<CertificateDer<'static>>,
}

impl Pinned {
    fn of_folder(folder: &Path, provider: Arc<CryptoProvider>) -> Result<Pinned, String> {
        let unusable = |reason: String| format!("the folder '{}' of trusted certificates: {reason}", folder.display());
        let entries = std::fs::read_dir(folder).map_err(|error| unusable(error.to_string()))?;
        let mut certificates = Vec::new();
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.extension().is_some_and(|extension| extension == "pem") {
                certificates.extend(self::certificates(&path)?);
            }
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates.iter().cloned());
        if roots.is_empty() {
            return Err(unusable("it has no .pem file with a certificate".to_owned()));
        }
        let usual = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let usual = usual.map_err(|error| unusable(error.to_string()))?;
        Ok(Pinned { usual, certificates })
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.usual.verify_server_cert(shown, others, name, ocsp, now);
        // Dates and names count for such a certificate, too: the dates are looked at before who signed.
        match &verified {
            Err(rustls::Error::InvalidCertificate(wrong))
                if (is_authority(wrong) || *wrong == CertificateError::UnknownIssuer)
                    && self.certificates.iter().any(|trusted| trusted == shown) =>
            {
                verify_server_name(&ParsedCertificate::try_from(shown)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            _ => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

/// What secures the streams that a port accepts. Reads the files; fails in words.
pub(super) fn acceptor(identity: &Identity) -> Result<TlsAcceptor, String> {
    let mut chain = certificates(&identity.certificate)?;
    if let Some(file) = &identity.chain {
        chain.extend(certificates(file)?);
    }
    let key = key(&identity.private_key)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| {
            let (certificate, key) = (identity.certificate.display(), identity.private_key.display());
            format!("the certificate in '{certificate}' and the key in '{key}' cannot be used: {error}")
        })?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let unusable = |reason: String| format!("the certificate file '{}': {reason}", file.display());
    let found = CertificateDer::pem_file_iter(file).map_err(|error| unusable(pem_words(&error)))?;
    let certificates = found.collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| unusable(pem_words(&error)))?;
    if certificates.is_empty() {
        return Err(unusable("it has no certificate".to_owned()));
    }
    Ok(certificates)
}

fn key(file: &Path) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_file(file)
        .map_err(|error| format!("the key file '{}': {}", file.display(), pem_words(&error)))
}

fn pem_words(error: &rustls_pki_types::pem::Error) -> String {
    match error {
        rustls_pki_types::pem::Error::Io(error) => error.to_string(),
        rustls_pki_types::pem::Error::NoItemsFound => "it has no such item in PEM form".to_owned(),
        other => format!("it is not in PEM form ({other})"),
    }
}

/// What went wrong in a handshake.
fn in_words(error: &io::Error, host: &str, security: &Security) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(wrong)) => certificate_words(wrong, host, security),
        Some(rustls::Error::InvalidMessage(_)) => "what answers there does not speak TLS".to_owned(),
        Some(rustls::Error::AlertReceived(alert)) => {
            format!("the other side refuses ({alert:?}); it may want a certificate of ours")
        }
        Some(other) => other.to_string(),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the other side closed the connection in the middle of the handshake; it may not speak TLS".to_owned()
        }
        None => error.to_string(),
    }
}

fn certificate_words(wrong: &CertificateError, host: &str, security: &Security) -> String {
    use CertificateError::{
        BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet,
        NotValidYetContext, UnknownIssuer,
    };
    match wrong {
        Expired | ExpiredContext { .. } => "its certificate has expired".to_owned(),
        NotValidYet | NotValidYetContext { .. } => {
            "its certificate is not valid yet; is the clock of this machine right?".to_owned()
        }
        NotValidForName => format!("its certificate is not for '{host}'"),
        NotValidForNameContext { presented, .. } if presented.is_empty() => {
            format!("its certificate is not for '{host}': it names no host (a subjectAltName is needed)")
        }
        NotValidForNameContext { presented, .. } => {
            format!("its certificate is not for '{host}', but for {}", presented.join(", "))
        }
        wrong if matches!(wrong, UnknownIssuer | BadSignature) || is_authority(wrong) => {
            let whom = match &security.trust {
                Some(folder) => format!("by nobody in '{}'", folder.display()),
                None => "by nobody whom this system trusts".to_owned(),
            };
            format!(
                "its certificate is signed {whom}, perhaps by itself; put what signed it as a .pem file into a folder and \
                 name that with trustRoots="
            )
        }
        other => format!("its certificate is not accepted: {other}"),
    }
}

/// Whether a certificate is one that signs others, as most are that were signed by themselves.
fn is_authority(wrong: &CertificateError) -> bool {
    matches!(wrong, CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity"))
}
