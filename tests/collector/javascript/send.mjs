// Sends one business span, and one span of every kind of value, with OpenTelemetry's own exporter.
// usage: node send.mjs PROTOCOL ENDPOINT TOKEN [gzip]     PROTOCOL is http/protobuf, http/json, grpc or logs
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { Metadata, credentials } from "@grpc/grpc-js";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";

const [protocol, url, token, compression = "none"] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };
const resource = resourceFromAttributes({ "service.name": "storefront" });
const posted = { "business.step": "invoice.posted", "business.entity.invoice": "INV-1" };

function exporter() {
  if (protocol === "grpc") {
    const metadata = new Metadata();
    metadata.set("authorization", headers.authorization);
    return new GrpcExporter({ url, metadata, compression, credentials: credentials.createInsecure() });
  }
  const Exporter = protocol === "http/json" ? JsonExporter : ProtobufExporter;
  return new Exporter({ url: `${url}/v1/traces`, headers, compression });
}

async function sendSpans() {
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter())] });
  const tracer = provider.getTracer("storefront", "1.0");
  const span = tracer.startSpan("post invoice", { kind: SpanKind.CLIENT, attributes: posted });
  span.setAttributes({ "business.amount": "48200.00", "business.currency": "EUR" });
  span.setAttributes({ empty: "", zero: 0, no: false, negative: -5, large: 2 ** 53 - 1, half: 0.5 });
  span.setAttributes({ texts: ["a", "b"], numbers: [1, 2] });
  span.addEvent("refused", { code: 423 });
  span.setStatus({ code: SpanStatusCode.ERROR, message: "period closed" });
  span.end();
  await provider.forceFlush();
  await provider.shutdown();
}

async function sendEvent() {
  const processor = new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${url}/v1/logs`, headers }) });
  const provider = new LoggerProvider({ resource, processors: [processor] });
  provider.getLogger("storefront").emit({ eventName: "invoice.posted", attributes: posted, body: "posted" });
  await provider.forceFlush();
  await provider.shutdown();
}

await (protocol === "logs" ? sendEvent() : sendSpans());
