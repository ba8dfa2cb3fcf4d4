use std::sync::Arc;

use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::rustls::client::WantsClientCert;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    self, ClientConfig, ConfigBuilder, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use super::tls::Material;
use crate::error::{Error, ErrorKind};

/// Makes the configuration for rustls. The provider is named here, so that users need not install one.
pub(super) fn build(material: &Material, accepts_invalid_certs: bool) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| broken("the TLS library cannot be set up").because(error))?;
    let builder = match &material.ca {
        _ if accepts_invalid_certs => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(AcceptAnyone(provider)))
        }
        Some(pem) => builder.with_root_certificates(roots(pem)?),
        None => builder.with_platform_verifier().map_err(|error| {
            broken("the system's trusted certificates cannot be used; set tls_ca_file").because(error)
        })?,
    };
    identify(builder, material)
}

fn identify(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    material: &Material,
) -> Result<ClientConfig, Error> {
    let (Some(cert), Some(key)) = (&material.cert, &material.key) else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates(cert, "tls_cert_file")?;
    // The reason is left out: it might quote the key.
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|_| broken("tls_key_file: no unencrypted private key in PEM was found"))?;
    builder.with_client_auth_cert(chain, key).map_err(|error| {
        broken("tls_cert_file and tls_key_file: the certificate and the key do not work together")
            .because(error)
    })
}

fn roots(pem: &[u8]) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem, "tls_ca_file")? {
        roots
            .add(certificate)
            .map_err(|error| broken("tls_ca_file: a certificate cannot be used").because(error))?;
    }
    Ok(roots)
}

fn certificates(pem: &[u8], setting: &'static str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let read = read.map_err(|error| broken(format!("{setting}: this is not PEM")).because(error))?;
    if read.is_empty() {
        return Err(broken(format!("{setting}: no certificate in PEM was found")));
    }
    Ok(read)
}

fn broken(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, message)
}

/// Takes any certificate; that the server has the certificate's key is still checked.
#[derive(Debug)]
struct AcceptAnyone(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAnyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
