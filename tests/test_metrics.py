"""MediaPipe reports its use to Google; formcheck keeps it from doing so.

The report is caught where nothing leaves the machine: in a network of its own, in
which a server here goes by Google's name.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from formcheck.models.store import ResolvedModel

HOST = "play.googleapis.com"
SERVER = """
import socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(*sys.argv[1:])
listening = socket.create_server(("127.0.0.1", 443))
print("listening", flush=True)
while True:
    connection, _ = listening.accept()
    print("connected", flush=True)
    try:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.settimeout(5)
            print("received", secured.recv(65536), flush=True)
            secured.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
    except OSError:
        print("broken off", flush=True)
"""
CLIENT = """
import sys, time
from pathlib import Path
import numpy as np
from formcheck.pose import detector, landmarker
from formcheck.models.store import ResolvedModel
from formcheck.video.reader import Frame
if len(sys.argv) > 2:
    detector._TRUSTED = sys.argv[2]
with landmarker.PoseFinder(ResolvedModel("full", Path(sys.argv[1]), "")) as finder:
    for i in range(10):
        finder.find(Frame(i, i / 30, np.zeros((64, 64, 3), np.uint8)))
time.sleep(3)  # it reports from a thread of its own
"""
# Root of a network and of file systems that end with it: /etc/hosts is not changed.
ALONE = ("unshare", "--map-root-user", "--net", "--mount")
SHELL = """
set -e
mount --bind "$1" /etc/hosts
ip link set lo up
"$2" -c "$3" "$4" "$5" > "$6" &
server=$!
until grep -q listening "$6"; do sleep 0.1; done
shift 6
"$@"
kill $server
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a server that claims Google's name; its key lies beside it."""
    tools = ("unshare", "mount", "ip", "openssl")
    missing = [name for name in tools if shutil.which(name) is None]
    if missing or subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode:
        pytest.skip(f"no network of one's own can be made here (missing: {missing})")
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    command += ["-keyout", str(file.with_suffix(".key")), "-out", str(file)]
    subprocess.run(command, capture_output=True, check=True)
    return file


def seen_by_google(certificate: Path, model: Path, *trusted: Path) -> str:
    """What the server saw while ten frames were looked at."""
    hosts, seen = certificate.with_name("hosts"), certificate.with_name("seen")
    hosts.write_text(f"127.0.0.1 localhost {HOST}\n", encoding="utf-8")
    arguments = [hosts, sys.executable, SERVER, certificate, certificate.with_suffix(".key"), seen]
    client = [sys.executable, "-c", CLIENT, model, *trusted]
    command = [*ALONE, "sh", "-c", SHELL, "sh", *arguments, *client]
    subprocess.run(list(map(str, command)), capture_output=True, check=True, timeout=120)
    return seen.read_text(encoding="utf-8")


def test_mediapipe_would_report(certificate: Path, pose_model: ResolvedModel) -> None:
    """Else the next test could not fail."""
    seen = seen_by_google(certificate, pose_model.path, certificate)
    assert "POST /log HTTP" in seen


def test_nothing_of_a_report_is_sent(certificate: Path, pose_model: ResolvedModel) -> None:
    seen = seen_by_google(certificate, pose_model.path)
    assert "listening" in seen
    assert "received" not in seen


@pytest.mark.usefixtures("pose_model")
def test_mediapipe_still_has_the_setting() -> None:
    """An unknown field of such a structure would be taken without a word."""
    from mediapipe.tasks.python.core.base_options_c import MpBaseOptionsC

    assert "ca_bundle_path" in dict(MpBaseOptionsC._fields_)
