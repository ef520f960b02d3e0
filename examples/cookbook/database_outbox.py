"""An outbox: the row carries the context in a column of its own, from the transaction that wrote it to the job that sends it."""

import json

import spanledger as sl

TABLE = "CREATE TABLE outbox (id INTEGER PRIMARY KEY, payload TEXT, context TEXT, sent INTEGER DEFAULT 0)"


def enqueue(database, project):
    """Within the business transaction: what is to be sent, and under which trace."""
    with sl.step("project.created", project=project["id"]):
        database.execute(
            "INSERT INTO outbox (payload, context) VALUES (?, ?)", (json.dumps(project), json.dumps(sl.inject({})))
        )
        database.commit()


def send_waiting(database, psa):
    """The job that empties it. A row that fails stays, and its failure is a span."""
    rows = database.execute("SELECT id, payload, context FROM outbox WHERE sent = 0 ORDER BY id").fetchall()
    for number, payload, context in rows:
        project = json.loads(payload)
        with sl.extract(json.loads(context)):
            for _, it in sl.each("project.synced", [project], project=lambda one: one["id"]):
                with it:
                    psa(project)
                    database.execute("UPDATE outbox SET sent = 1 WHERE id = ?", (number,))
                    database.commit()
