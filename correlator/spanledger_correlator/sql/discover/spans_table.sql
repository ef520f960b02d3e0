-- The observed spans, by a hash of their identity.
CREATE OR REPLACE TEMPORARY TABLE discover_spans
(
    Key UInt64, TraceId String, SpanId String, Step String, System String, At DateTime64(9, 'UTC'), Outcome String,
    Amount Nullable(Decimal(38, 9)), Currency String, Impact String
)
ENGINE = Memory
