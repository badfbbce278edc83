"""The emulator on the network: HTTP/1.1 and gRPC in one event loop."""
