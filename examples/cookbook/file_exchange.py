"""Two jobs that meet in a folder: the context travels in a sidecar, a small file beside the file."""

import json
from pathlib import Path

import spanledger as sl


def write_invoices(folder, name, invoices):
    """The job that writes: the ERP's export."""
    path = Path(folder) / name
    with sl.transaction("invoice-to-cash", invoices[0]), sl.step("invoice.exported", invoice=invoices):
        path.write_text("\n".join(invoices))
        path.with_suffix(".context.json").write_text(json.dumps(sl.inject({})))
    return path


def read_invoices(path, bank):
    """The job that reads, perhaps tomorrow, on another machine. Without a sidecar it begins a trace of its own."""
    sidecar = Path(path).with_suffix(".context.json")
    context = json.loads(sidecar.read_text()) if sidecar.exists() else None
    with sl.extract(context):
        for invoice in Path(path).read_text().split():
            with sl.step("invoice.sent_to_bank", invoice=invoice):
                bank(invoice)
