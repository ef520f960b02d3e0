"""A webhook in FastAPI: sent twice, it counts once; what the sender says of its trace goes on."""

from fastapi import FastAPI, Request

import spanledger as sl

app = FastAPI()


@app.post("/payments")
async def payment(request: Request) -> dict[str, str]:
    """The bank tells of a payment."""
    told = await request.json()
    with sl.extract(request.headers):
        sl.emit(
            "payment.received",
            at=told["booked_at"],
            payment=told["id"],
            amount=(told["amount"], told["currency"]),
            allocations={"invoice": told["invoices"]},
            event_id=told["id"],
        )
    return {"taken": told["id"]}
