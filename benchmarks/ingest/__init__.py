"""What the collector takes: spans per second, latency, processor time, memory, disk; and what the engine alone would."""
