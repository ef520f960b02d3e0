"""The SDK's version: the distribution's, and the instrumentation scope's on the wire."""

VERSION = "0.1.0"
