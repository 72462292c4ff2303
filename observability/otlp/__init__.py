"""The OTLP wire format: bodies in, records out, answers back. Knows neither Django nor LiveKit."""
