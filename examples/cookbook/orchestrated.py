"""Functions that somebody else calls: a task of Airflow, a handler of AWS Lambda, a function of Azure.

`configure` stands at the top, so that a process is configured once. A Lambda is frozen between two calls, in which no
thread runs: `flush` sends what is there before it returns.
"""

import json

import spanledger as sl

sl.configure(service_name="close", system="erp")


def airflow_task(data_interval_start, ti):
    """The callable of a PythonOperator: Airflow tells which attempt this is."""
    period = data_interval_start.strftime("%Y-%m")
    with sl.step("revenue_schedule.closed", revenue_schedule=period, attempt=ti.try_number):
        return period


def lambda_handler(event, _context):
    """Messages of SQS: those that failed are named, so that only they come again."""
    failed = []
    for record in event["Records"]:
        carrier = {name: one["stringValue"] for name, one in record["messageAttributes"].items()}
        invoice = json.loads(record["body"])
        with sl.extract(carrier):
            batch = sl.each("invoice.posted", [invoice], invoice=lambda one: one["id"], event_id=record["messageId"])
            for one, it in batch:
                with it:
                    post(one)
        if batch.errors:
            failed.append({"itemIdentifier": record["messageId"]})
    sl.flush(2.0)
    return {"batchItemFailures": failed}


def azure_function(msg):
    """A Service Bus trigger: application properties carry the context."""
    with (
        sl.extract(msg.application_properties),
        sl.step("expense_report.approved", expense_report=msg.get_body().decode()),
    ):
        return "done"


def post(invoice):
    """The system behind: here it refuses one invoice."""
    if invoice["id"] == "INV-2":
        raise ValueError("period closed")
