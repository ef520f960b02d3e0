"""The exceptions of the SDK.

    SpanledgerSdkError
    └── ConfigurationError    configure() was given an argument that cannot be meant

Nothing else of the SDK raises: see `spanledger.configure`.
"""


class SpanledgerSdkError(Exception):
    """The base of the SDK's exceptions."""


class ConfigurationError(SpanledgerSdkError, ValueError):
    """`configure()` was given an argument that cannot be meant. The message names it and says what to pass instead."""
