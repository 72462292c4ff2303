"""Records from OTLP/protobuf. Hand-written over upb's messages: `MessageToDict` takes five times as long."""
