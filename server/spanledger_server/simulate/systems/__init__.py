"""The four systems of the firm, each played by a process of its own."""
