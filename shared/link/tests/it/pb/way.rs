//! How a worker reaches a real master.

use link::Target;
use link::address::Address;
use tempfile::TempDir;

/// In the clear, or over TLS with a certificate of the master's own.
pub enum Way {
    Clear,
    Tls {
        /// `key.pem`, and `trusted/cert.pem`.
        folder: TempDir,
    },
}

impl Way {
    pub fn tls() -> Way {
        let folder = TempDir::new().unwrap();
        let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let trusted = folder.path().join("trusted");
        std::fs::create_dir(&trusted).unwrap();
        std::fs::write(trusted.join("cert.pem"), certified.cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), certified.signing_key.serialize_pem()).unwrap();
        Way::Tls { folder }
    }

    /// A master's configuration with what this way needs.
    pub fn configured(&self, configuration: &str) -> String {
        match self {
            Way::Clear => configuration.to_owned(),
            Way::Tls { folder } => {
                let shown = folder.path().display();
                let files = format!("privateKey={shown}/key.pem:certKey={shown}/trusted/cert.pem");
                let port = format!("\"ssl:%d:{files}:interface=127.0.0.1\" % PORT");
                format!("c[\"protocols\"] = {{\"pb\": {{\"port\": {port}}}}}\n{configuration}")
            }
        }
    }

    /// A master on this machine.
    pub fn target(&self, port: u16) -> Target {
        match self {
            Way::Clear => super::our_worker::target(port),
            Way::Tls { folder } => {
                let trusted = folder.path().join("trusted");
                let address = format!("tls:localhost:{port}:trustRoots={}", trusted.display());
                Target::new(address.parse::<Address>().unwrap())
            }
        }
    }
}
