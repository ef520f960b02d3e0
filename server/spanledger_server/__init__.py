"""The composition root: settings, the command line, and one process that runs every part."""

__version__ = "0.1.0"
