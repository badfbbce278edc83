"""What can be read from a certificate in PEM form."""

from cryptography import x509
from cryptography.hazmat.primitives import serialization


def certificate(text: str) -> x509.Certificate:
    """The first certificate of a chain; ValueError when it can't be read."""
    return x509.load_pem_x509_certificates(text.encode())[0]


def belongs(text: str, to: x509.Certificate) -> bool:
    """Whether a private key is the certificate's; ValueError when it can't be read."""
    try:
        key = serialization.load_pem_private_key(text.encode(), None)
    except TypeError as error:  # it is encrypted
        raise ValueError(str(error)) from None
    return key.public_key() == to.public_key()


def dns_names(parsed: x509.Certificate) -> list[str]:
    """The names for which a certificate stands."""
    try:
        found = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return list(found.value.get_values_for_type(x509.DNSName))
