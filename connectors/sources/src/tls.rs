//! Lines to other houses are encrypted and the other side proves who it is: by a certificate that the machine trusts, or
//! by one authority that the settings name. Only a line to this very machine, or one that the settings call protected by
//! somebody else, may be plain.

use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::ConfigVerifierExt;

use crate::trouble::Trouble;

/// The client side of TLS with the certificates that count here.
pub(crate) fn client(authority: Option<&Path>) -> Result<Arc<ClientConfig>, Trouble> {
    // Ciphers come from one library in the whole process. Somebody else may have chosen already, which is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let unusable = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "the certificates of a source cannot be used");
        Trouble::PlaceUnusable
    };
    let Some(file) = authority else {
        let config = ClientConfig::with_platform_verifier().map_err(|error| unusable(&error))?;
        return Ok(Arc::new(config));
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unusable(&error))? {
        let certificate = certificate.map_err(|error| unusable(&error))?;
        roots.add(certificate).map_err(|error| unusable(&error))?;
    }
    if roots.is_empty() {
        return Err(unusable(&"no certificate in the file"));
    }
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Whether a line failed because the other end could not prove who it is. Libraries wrap that word in one error or three.
pub(crate) fn is_about_trust(error: &(dyn Error + 'static)) -> bool {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>()
        || wrapped.is_some_and(|inner| is_about_trust(inner))
        || error.source().is_some_and(is_about_trust)
}

/// Whether what we send to a host stays in this machine.
pub(crate) fn is_here(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Relative to the folder of the settings.
pub(crate) fn within(file: &mut Option<PathBuf>, folder: &Path) {
    if let Some(file) = file {
        *file = folder.join(&*file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_about_trust_is_found_however_it_is_wrapped() {
        let word = || rustls::Error::HandshakeNotComplete;
        let once = io::Error::new(io::ErrorKind::InvalidData, word());
        let twice = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, word()));
        assert!(is_about_trust(&word()) && is_about_trust(&once) && is_about_trust(&twice));
        assert!(!is_about_trust(&io::Error::other("reset")));
    }

    #[test]
    fn only_this_machine_is_here() {
        for host in ["localhost", "127.0.0.1", "127.8.0.1", "::1", "[::1]"] {
            assert!(is_here(host), "{host}");
        }
        for host in ["10.0.0.1", "localhost.example", "0.0.0.0", "128.0.0.1"] {
            assert!(!is_here(host), "{host}");
        }
    }

    #[test]
    fn an_authority_file_without_a_certificate_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        assert_eq!(client(Some(&file)).unwrap_err(), Trouble::PlaceUnusable);
        std::fs::write(&file, "nothing").unwrap();
        assert_eq!(client(Some(&file)).unwrap_err(), Trouble::PlaceUnusable);
    }
}
