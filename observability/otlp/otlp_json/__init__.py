"""Records from OTLP/JSON. Protobuf's own JSON reader takes the hexadecimal ids for base64, hence this one."""
