//! The HTTP client of the tests.

/// A client to be finished. It takes its cryptography from the process, where each test may be the first to need it.
pub fn builder() -> reqwest::ClientBuilder {
    // An error says that it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        // What is sent is looked at as it is.
        .no_gzip()
}
