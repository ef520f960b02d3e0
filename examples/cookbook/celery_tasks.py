"""Celery: the context travels in the task's headers. Each worker process is a producer of its own."""

from celery import Celery

import spanledger as sl

app = Celery("billing", broker="memory://", backend="cache+memory://")


def bill(project):
    """Who asks for the work."""
    with sl.step("billing_event.created", project=project):
        return create_invoice.apply_async((project,), headers={"spanledger": sl.inject({})})


@app.task(bind=True)
def create_invoice(task, project):
    """The work. `autoretry_for` and the like see the exception as before: the step lets it through."""
    carrier = (task.request.headers or {}).get("spanledger")
    attempt = task.request.retries + 1
    with sl.extract(carrier), sl.step("invoice.generated", project=project, attempt=attempt) as it:
        number = f"INV-{project}"
        it.entity("invoice", number)
        return number
