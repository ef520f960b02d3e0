"""Two small flows for tests of stitching: an order is delivered in parcels, and each delivery is looked after."""

from __future__ import annotations

from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions

ORDER = parse_definition("""
process: order-flow
version: 1
effective_from: 2020-01-01
impact: client
entity: order
joined_by: [delivery, parcel]
relates_to: [account]
ignore_ids: {delivery: ["N/A"], order: ["0"]}
amount_from: order.placed
steps:
  - {step: order.placed, system: shop, start: true}
  - {step: order.exported, system: bus, required: false, match: {service.name: exporter, http.route: /orders}}
  - {step: order.archived, system: bus, required: false, match: {service.name: exporter}}
  - {step: parcel.handed, system: carrier, many: true, settles: order.placed, end: true}
""")
CARE = parse_definition("""
process: delivery-care
version: 1
effective_from: 2020-01-01
impact: client
entity: delivery
steps:
  - {step: delivery.packed, system: store, start: true}
  - {step: parcel.handed, system: carrier}
""")
DEFINITIONS = Definitions([ORDER, CARE])
