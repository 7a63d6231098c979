//! Whose word is taken for who a server is.

use std::{env, ffi::OsStr, fs, sync::Arc};

use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use crate::artifacts::error::FetchCause;

/// The variable that names a file of certificates, as for many other programs.
pub(in crate::artifacts) const VARIABLE: &str = "SSL_CERT_FILE";

/// Takes the certificates of the file that the variable names: where a company or a machine looks into what goes through it, only
/// these are good, and if there are none, nobody is trusted. Without the variable, they are Mozilla's.
pub(super) fn tls() -> Result<TlsConfig, FetchCause> {
    let roots = roots(env::var_os(VARIABLE).as_deref())?;
    Ok(TlsConfig::builder().root_certs(roots).build())
}

fn roots(file: Option<&OsStr>) -> Result<RootCerts, FetchCause> {
    let Some(file) = file else { return Ok(RootCerts::WebPki) };
    let refused = |why: String| FetchCause::Unusable {
        why: format!("no certificate can be checked: the variable `{VARIABLE}` names `{}`, {why}", file.display()),
        hint: format!("let `{VARIABLE}` name a file with certificates as PEM, or take it away"),
    };
    let pem = fs::read(file).map_err(|error| refused(format!("which cannot be read: {error}")))?;
    match certificates(&pem) {
        all if all.is_empty() => Err(refused("in which there is none".into())),
        all => Ok(RootCerts::Specific(Arc::new(all))),
    }
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
    use std::path::Path;

    use super::*;
    use crate::artifacts::FetchError;

    #[test]
    fn certificates_are_taken_and_the_rest_is_passed_by() {
        let pem = "a comment\n-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n\
                   -----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        assert_eq!(certificates(pem.as_bytes()).len(), 2);
        assert!(certificates(b"nothing").is_empty());
    }

    #[test]
    fn a_file_that_gives_no_certificate_is_told_and_no_other_is_taken() {
        assert!(matches!(roots(None), Ok(RootCerts::WebPki)));
        let folder = tempfile::tempdir().expect("there is a folder for tests");
        let (file, missing) = (folder.path().join("own.pem"), folder.path().join("missing.pem"));
        fs::write(&file, "").expect("the folder can be written");
        let told = |file: &Path| {
            let cause = roots(Some(file.as_os_str())).expect_err("nothing is there");
            let error = FetchError { artifact: "town:lamp:1".parse().expect("it is one"), cause };
            format!("{error}\nhint: {}", error.hint()).replace(&folder.path().display().to_string(), "..")
        };
        let hint = "\nhint: let `SSL_CERT_FILE` name a file with certificates as PEM, or take it away";
        let start = "no certificate can be checked: the variable `SSL_CERT_FILE` names";
        assert_eq!(told(&file), format!("{start} `../own.pem`, in which there is none{hint}"));
        let unreadable = told(&missing);
        assert!(unreadable.starts_with(&format!("{start} `../missing.pem`, which cannot be read: ")), "{unreadable}");
        assert!(unreadable.ends_with(hint), "{unreadable}");
        fs::write(&file, "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n").expect("it can be written");
        assert!(matches!(roots(Some(file.as_os_str())), Ok(RootCerts::Specific(all)) if all.len() == 1));
    }
}
