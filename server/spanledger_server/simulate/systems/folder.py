"""The nightly files: a CSV of records in the receiver's folder, beside it a manifest that carries the context."""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256
from pathlib import Path

from spanledger_server.simulate.plan.occurrence import System
from spanledger_server.simulate.systems.message import Message


class FileDamagedError(Exception):
    """A file is not what its manifest says."""


def leave_file(root: Path, system: System, message: Message) -> None:
    """Write the file, then its manifest: whoever sees a manifest finds the file whole."""
    folder = root / system
    folder.mkdir(exist_ok=True)
    name = message.reference.replace("/", "-")
    text = io.StringIO()
    writer = csv.writer(text)
    for line in message.record["lines"]:
        writer.writerow([json.dumps(line.get("time_entry", "")), line.get("hours", ""), line.get("subsidiary", "")])
    content = text.getvalue().encode()
    (folder / f"{name}.csv").write_bytes(content)
    manifest = {
        "reference": message.reference,
        "headers": message.headers,
        "file": f"{name}.csv",
        "sha256": sha256(content).hexdigest(),
    }
    unfinished = folder / f"{name}.manifest.part"
    unfinished.write_text(json.dumps(manifest), encoding="utf-8")
    unfinished.rename(folder / f"{name}.manifest.json")


def take_files(root: Path, system: System) -> list[Message]:
    """Read the files whose manifests are there, and remove both. Raises FileDamagedError where they do not agree."""
    found: list[Message] = []
    for path in sorted((root / system).glob("*.manifest.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        file = path.with_name(manifest["file"])
        content = file.read_bytes()
        if sha256(content).hexdigest() != manifest["sha256"]:
            message = f"{file} is not the file that {path.name} was written for"
            raise FileDamagedError(message)
        lines = list(csv.reader(io.StringIO(content.decode(), newline="")))
        found.append(Message(manifest["reference"], manifest["headers"], {"lines": lines}))
        path.unlink()
        file.unlink()
    return found
