"""Three flows for tests of judging: a bill that is settled in parts, a job that repeats, a case with two ends."""

from __future__ import annotations

from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions

SETTLED = """
process: settled-flow
version: 1
effective_from: 2020-01-01
impact: revenue
entity: bill
relates_to: [account]
amount_from: bill.sent
skew: 10m
owners:
  - recorders: {exception: [rejected_record, missing_step], system: [netsuite, c], impact: [revenue, client]}
  - sync-team: {step: [bill.shared, bill.sent], error: [timeout, closed_period]}
  - cashiers: {step: bill.paid}
  - links: {error: timeout}
  - clerks: {}
steps:
  - {step: bill.drafted, system: a, start: true, grace: 10m}
  - {step: bill.sent, system: b, grace: 15m, within: 30m, of: bill.drafted}
  - {step: bill.shared, system: c, requires: [bill.drafted, bill.sent], within: 20m, of: bill.sent, required: {when: {account.in_crm: "true"}}}
  - {step: bill.credited, system: d, required: false, many: true, settles: bill.sent}
  - {step: bill.paid, system: e, within: 60m, of: bill.sent, due_from: bill.sent, many: true, settles: bill.sent, end: true, requires: [bill.shared]}
cancelled_by: [bill.voided, bill.replaced]
failed_by: [bill.lost]
sla:
  target: 50m
  at_risk_at: 70%
  tiers: [{tier: golden, when: {account.tier: gold, account.in_crm: "true"}, target: 30m}]
severity:
  - critical: {stuck: true, amount: ">= 10 EUR"}
  - critical: {stuck: true, amount: "> 20 USD", account.tier: gold}
  - high: {sla: breached}
  - low: {tier: golden, age: ">= 70m"}
  - medium: {exception: [out_of_order, premature_step], impact: revenue, age: "< 30m"}
  - high: {sla: met_late, amount: "< 5 EUR"}
  - medium: {stuck: true}
  - medium: {amount: "<= 7 EUR"}
"""
# Without an end: all required steps; a repeated step in the middle; nothing settles.
REPEATED = """
process: repeated-flow
version: 1
effective_from: 2020-01-01
impact: client
entity: job
relates_to: [account]
amount_from: job.priced
owners: [{ops: {step: job.run}}]
steps:
  - {step: job.asked, system: a}
  - {step: job.run, system: b, start: true, many: true, grace: 5m, within: 15m, of: job.asked}
  - {step: job.priced, system: c, required: false, any_order: true}
  - {step: job.checked, system: d, grace: 20m, carries: [account, due_at, account.tier]}
  - {step: job.filed, system: e, within: 10m, of: job.checked, due_from: job.priced, agree: [{amount: job.priced}]}
"""
# Two ends, one of them conditional.
TWO_ENDS = """
process: two-ends
version: 1
effective_from: 2020-01-01
impact: client
entity: case
relates_to: [account]
severity:
  - critical: {exception: duplicate}
  - high: {age: "> 40m", impact: [client, reporting]}
  - medium: {impact: revenue}
steps:
  - {step: case.opened, system: a, start: true}
  - {step: case.told, system: b, end: true, required: {when: {account.in_crm: "true"}}}
  - {step: case.closed, system: c, end: true, within: 40m, of: case.opened}
  - {step: case.reviewed, system: d, requires: [case.told]}
cancelled_by: [case.dropped]
sla: {target: 45m}
"""
DEFINITIONS = Definitions([parse_definition(text) for text in (SETTLED, REPEATED, TWO_ENDS)])
