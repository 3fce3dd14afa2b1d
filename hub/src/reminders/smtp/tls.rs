//! TLS to the mail server: the certificates of the system, and those of an office's own authority.

use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use super::UNTRUSTED;
use super::talk::Wire;
use crate::center::OpenError;
use crate::reminders::NotSent;

/// # Errors
/// `reminder.ca_unusable` for a file of certificates that holds none.
pub(super) fn connector(ca_file: &Path) -> Result<TlsConnector, OpenError> {
    let unusable = |why: &dyn std::fmt::Display| OpenError::new("reminder.ca_unusable", why);
    let mut roots = RootCertStore::empty();
    // A machine without certificates of its own trusts the office's only.
    for certificate in rustls_native_certs::load_native_certs().certs {
        let _ = roots.add(certificate);
    }
    if !ca_file.as_os_str().is_empty() {
        let certificates = CertificateDer::pem_file_iter(ca_file).map_err(|e| unusable(&e))?;
        let mut found = 0_usize;
        for certificate in certificates {
            let certificate = certificate.map_err(|e| unusable(&e))?;
            roots.add(certificate).map_err(|e| unusable(&e))?;
            found += 1;
        }
        if found == 0 {
            return Err(unusable(&"no certificate"));
        }
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| unusable(&e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The wire under TLS, to a server that proves its name.
pub(super) async fn over(
    connector: &TlsConnector,
    host: &str,
    wire: Box<dyn Wire>,
) -> Result<Box<dyn Wire>, NotSent> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| UNTRUSTED)?;
    match connector.connect(name, wire).await {
        Ok(wire) => Ok(Box::new(wire)),
        Err(error) => {
            tracing::error!(error = %error.kind(), "the mail server did not prove who it is");
            Err(UNTRUSTED)
        }
    }
}
