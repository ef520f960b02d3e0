"""What every list can do: a page or a file of all, as JSON, CSV, XLSX or NDJSON, whole or with chosen fields.

An operation makes a `Listing` (`listing.py`); `writing.py` writes it in the format that was asked for (`formats.py`).
"""
