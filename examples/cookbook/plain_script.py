"""A nightly script: one step around the whole, one span a record, counts at the end."""

import csv
import sys
from pathlib import Path

import spanledger as sl


def import_time_entries(path, psa):
    """Bring a file of time entries into the PSA system; how many became what."""
    with Path(path).open(newline="") as file, sl.step("timesheet.imported", timesheet=path) as run:
        batch = sl.each(
            "time_entry.imported",
            csv.DictReader(file),
            time_entry=lambda row: row["id"],
            project=lambda row: row["project"],
            quantity=lambda row: (row["hours"], "hours"),
        )
        for row, it in batch:
            with it:
                psa.insert(row)
        run.record_count = batch.counts["success"]
    return batch.counts


class Psa:
    """The system behind: here it knows one project."""

    def insert(self, row):
        if row["project"] != "PRJ-7":
            raise LookupError(f"no project {row['project']}")


if __name__ == "__main__":
    sl.configure(service_name="time-import", system="psa")
    print(dict(import_time_entries(sys.argv[1], Psa())))
