"""Both ports in TLS, with and without certificates of the clients."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import grpc
import httpx2
import pytest
import trustme

from spanledger_collector import Collector
from spanledger_collector.config import Tls
from tests.collector.conftest import PROTOBUF
from tests.collector.making import request, span
from tests.collector.test_grpc import TRACES, called

BODY = request(span()).SerializeToString()


class Files:
    """An authority, a server's certificate for this machine, and a client's."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.root = folder / "root.pem"
        self.authority.cert_pem.write_to_path(str(self.root))
        self.client = self.authority.issue_cert("client@example.com")
        server = self.authority.issue_cert("localhost", "127.0.0.1")
        self.certificate, self.key = folder / "server.pem", folder / "server.key"
        for number, part in enumerate(server.cert_chain_pems):
            part.write_to_path(str(self.certificate), append=number > 0)
        server.private_key_pem.write_to_path(str(self.key))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Fresh ones."""
    return Files(tmp_path)


def posted(collector: Collector, context: ssl.SSLContext) -> int:
    """The status of a request over HTTPS."""
    url = f"https://127.0.0.1:{collector.http_port}/v1/traces"
    with httpx2.Client(verify=context, timeout=20) as client:
        return client.post(url, content=BODY, headers=PROTOBUF).status_code


def exported(collector: Collector, credentials: grpc.ChannelCredentials) -> bytes:
    """The answer of a call over TLS."""
    with grpc.secure_channel(f"localhost:{collector.grpc_port}", credentials) as channel:
        return called(channel, TRACES, BODY)


def test_both_ports_speak_tls_and_nothing_else(started: Callable[..., Collector], files: Files) -> None:
    collector = started(tls=Tls(files.certificate, files.key))
    assert posted(collector, ssl.create_default_context(cafile=files.root)) == 200
    assert exported(collector, grpc.ssl_channel_credentials(files.root.read_bytes())) == b""
    with httpx2.Client(timeout=20) as client, pytest.raises(httpx2.TransportError):
        client.post(f"http://127.0.0.1:{collector.http_port}/v1/traces", content=BODY, headers=PROTOBUF)
    with grpc.insecure_channel(f"127.0.0.1:{collector.grpc_port}") as channel, pytest.raises(grpc.RpcError):
        called(channel, TRACES, BODY)


def test_where_clients_need_a_certificate_one_without_it_is_not_served(
    started: Callable[..., Collector], files: Files
) -> None:
    collector = started(tls=Tls(files.certificate, files.key, files.root))
    without = ssl.create_default_context(cafile=files.root)
    with pytest.raises(httpx2.TransportError):
        posted(collector, without)
    with pytest.raises(grpc.RpcError):
        exported(collector, grpc.ssl_channel_credentials(files.root.read_bytes()))
    known = ssl.create_default_context(cafile=files.root)
    files.client.configure_cert(known)
    assert posted(collector, known) == 200
    chain = b"".join(part.bytes() for part in files.client.cert_chain_pems)
    credentials = grpc.ssl_channel_credentials(files.root.read_bytes(), files.client.private_key_pem.bytes(), chain)
    assert exported(collector, credentials) == b""


def test_a_certificate_of_another_authority_is_not_served(
    started: Callable[..., Collector], files: Files, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    stranger = Files(tmp_path / "other")
    collector = started(tls=Tls(files.certificate, files.key, files.root))
    context = ssl.create_default_context(cafile=files.root)
    stranger.client.configure_cert(context)
    with pytest.raises(httpx2.TransportError):
        posted(collector, context)
