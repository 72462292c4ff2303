// A program that has nothing to do with LiveKit, with OpenTelemetry's own exporters set up by the environment.
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
provider.register();
const tracer = provider.getTracer("order-desk");

tracer.startActiveSpan("take order", { attributes: { "gen_ai.conversation.id": "node-exporter" } }, (order) => {
  tracer.startActiveSpan("ask the model", (model) => model.end());
  order.end();
});
await provider.shutdown();
