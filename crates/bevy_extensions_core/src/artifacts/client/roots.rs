//! Whose word is taken for who a server is.

use std::{env, fs, sync::Arc};

use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// The variable that names a file of certificates, as for many other programs.
pub(in crate::artifacts) const VARIABLE: &str = "SSL_CERT_FILE";

/// Takes the certificates of the file that the variable names: where a company or a machine looks into what goes through it, only
/// these are good. Without it, they are Mozilla's.
pub(super) fn tls() -> TlsConfig {
    let file = env::var_os(VARIABLE).and_then(|file| fs::read(file).ok());
    let roots = match file.map(|pem| certificates(&pem)) {
        Some(all) if !all.is_empty() => RootCerts::Specific(Arc::new(all)),
        _ => RootCerts::WebPki,
    };
    TlsConfig::builder().root_certs(roots).build()
}

/// Takes the certificates from a file; what else it has is passed by.
fn certificates(pem: &[u8]) -> Vec<ureq::tls::Certificate<'static>> {
    let certificate = |item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    };
    parse_pem(pem).filter_map(certificate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_taken_and_the_rest_is_passed_by() {
        let pem = "a comment\n-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n\
                   -----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        assert_eq!(certificates(pem.as_bytes()).len(), 2);
        assert!(certificates(b"nothing").is_empty());
    }
}
