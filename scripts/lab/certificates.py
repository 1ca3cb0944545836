"""A certificate authority of its own, with one server certificate and one client certificate."""

from collections.abc import Iterable
from dataclasses import dataclass
import datetime as dt
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .ports import LOOPBACK

_PEM = serialization.Encoding.PEM
_YEARS = dt.timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files. `server` and `client` hold the leaf and the authority, `bundle` the server's key as well."""

    ca: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path
    bundle: Path
    ca_key: Path


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, lasts: dt.timedelta = _YEARS
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


class _Authority:
    """What Python's VERIFY_X509_STRICT wants of a CA: key usage and key identifiers on both sides."""

    name = "lab authority"

    def __init__(self, files: Certificates) -> None:
        """Take over the authority of these files, or make it."""
        if files.ca_key.exists():
            key = serialization.load_pem_private_key(files.ca_key.read_bytes(), None)
            assert isinstance(key, ec.EllipticCurvePrivateKey)
            self.key = key
            self.certificate = x509.load_pem_x509_certificate(files.ca.read_bytes())
            return
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = (
            _builder(self.name, self.name, self.key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(authority=True), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        files.ca.write_bytes(self.certificate.public_bytes(_PEM))
        _write_key(self.key, files.ca_key)

    def issue(
        self, subject: str, names: Iterable[str], file: Path, key_file: Path, lasts: dt.timedelta = _YEARS
    ) -> None:
        """Write a certificate for server and client use, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        alternatives.append(x509.IPAddress(IPv4Address(LOOPBACK)))
        own = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        certificate = (
            _builder(subject, self.name, key, lasts)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(authority=False), critical=True)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
                critical=False,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )
        file.write_bytes(certificate.public_bytes(_PEM) + self.certificate.public_bytes(_PEM))
        _write_key(key, key_file)


def _write_key(key: ec.EllipticCurvePrivateKey, file: Path) -> None:
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def certificates(directory: Path, domains: Iterable[str]) -> Certificates:
    """Return the certificates in this directory, made the first time, for these domains and the loopback."""
    files = Certificates(
        ca=directory / "ca.pem",
        server=directory / "server.pem",
        server_key=directory / "server.key",
        client=directory / "client.pem",
        client_key=directory / "client.key",
        bundle=directory / "bundle.pem",
        ca_key=directory / "ca.key",
    )
    if files.bundle.exists():
        return files
    _Authority(files).issue("client", ["client"], files.client, files.client_key)
    renew(files, domains)
    return files


def has_expired(files: Certificates) -> bool:
    """Whether the servers' certificate is no longer valid."""
    certificate = x509.load_pem_x509_certificate(files.server.read_bytes())
    return certificate.not_valid_after_utc < dt.datetime.now(dt.UTC)


def renew(files: Certificates, domains: Iterable[str], lasts: dt.timedelta = _YEARS) -> None:
    """Give the servers another certificate; one that `lasts` no time has expired already."""
    domains = list(domains)
    _Authority(files).issue(domains[0], domains, files.server, files.server_key, lasts)
    files.bundle.touch(mode=0o600)
    files.bundle.write_bytes(files.server.read_bytes() + files.server_key.read_bytes())
