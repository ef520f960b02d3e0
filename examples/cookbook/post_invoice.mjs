// Node: plain OpenTelemetry. Every attribute is written by hand; amounts are texts.
import { SpanStatusCode } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";

const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ "service.name": "invoice-posting" }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: process.argv[2] }))],
});
const tracer = provider.getTracer("invoice-posting");

const span = tracer.startSpan("invoice.posted", {
  attributes: {
    "business.step": "invoice.posted",
    "business.system": "netsuite",
    "business.entity.invoice": "INV-1042",
    "business.amount": "48200.00",
    "business.currency": "EUR",
  },
});
span.setAttributes({
  "business.outcome": "failure",
  "business.error.kind": "closed_period",
  "business.error.message": "period closed",
});
span.setStatus({ code: SpanStatusCode.ERROR, message: "period closed" });
span.end();
await provider.shutdown();
