"""The SDK's cost to its host, beside plain OpenTelemetry's."""
