import spanledger as sl

sl.configure(service_name="invoice-posting", system="netsuite")


def post_invoice(erp, number, total, currency):
    with sl.step("invoice.posted", invoice=number, amount=(total, currency)) as step:
        answer = erp.post(number)  # the job as it was
        if answer["error"]:
            step.fail("closed_period", code=answer["error"], message=answer["text"])
