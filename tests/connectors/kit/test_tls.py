"""TLS: who is trusted, and that nothing is sent to anybody else."""

from __future__ import annotations

import ssl
import subprocess

import pytest

from connectors.errors import Applied, BadSettings, Transient
from tests.connectors.kit.site import get, http, nobody, post, raw_server, read_request, reply


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    """A certificate of 127.0.0.1 that signed itself, and its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no openssl to make a certificate with")
    return key, certificate


@pytest.fixture
def secure(pem):
    key, certificate = pem
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    heard: list[bytes] = []

    def talk(connection) -> None:
        heard.append(read_request(connection))
        connection.sendall(reply({"id": 1}))

    with raw_server(talk, tls=context) as url:
        yield url, heard


def test_a_certificate_of_ca_file_is_trusted(secure, pem):
    url, heard = secure
    assert post(http(url, ca_file=str(pem[1]))).json() == {"id": 1}
    assert heard[0].startswith(b"POST /tasks")


def test_another_certificate_is_not_and_nothing_is_sent(secure):
    url, heard = secure
    way = http(url)
    with pytest.raises(BadSettings, match="certificate is not trusted") as caught:
        post(way)
    assert "ca_file" in caught.value.hint
    assert caught.value.applied is Applied.NO
    assert (heard, way.requests) == ([], 0)


def test_a_server_that_does_not_speak_tls_is_a_setting_to_mend(site):
    with pytest.raises(BadSettings, match="does not speak TLS") as caught:
        post(http(site.url.replace("http:", "https:")))
    assert caught.value.applied is Applied.NO
    assert site.count == 0


def test_a_connection_that_ends_during_the_greeting_has_sent_nothing():
    """A change is then tried again: no byte of it left."""
    greeted: list[bytes] = []

    with raw_server(lambda connection: greeted.append(connection.recv(10_000))) as url:
        way = http(url.replace("http:", "https:"))
        with pytest.raises(Transient) as caught:
            post(way)
    assert caught.value.applied is Applied.NO
    assert len(greeted) == 3
    assert way.requests == 0


@pytest.mark.parametrize("content", [None, b"", b"no certificate"], ids=["missing", "empty", "text"])
def test_a_ca_file_that_holds_none_is_a_setting_to_mend(tmp_path, content):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadSettings, match="ca_file") as caught:
        get(http(nobody().replace("http:", "https:"), ca_file=str(file)))
    assert str(file) in caught.value.message
    assert "PEM" in caught.value.hint
