"""The business keys on the host's own spans, for who looks for an invoice in the tracing that is there already.

Example:
    >>> from spanledger.processor import BusinessKeysProcessor
    >>> provider.add_span_processor(BusinessKeysProcessor())
"""

from opentelemetry import baggage, context
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor

from spanledger import attributes as names
from spanledger._internal.problems import never_raises, nothing
from spanledger._internal.scope import step_in


class BusinessKeysProcessor(SpanProcessor):
    """Puts `business.transaction` and the entities of the step around it on every span that the host begins inside a step.

    Amounts and facts are not put there, and no step's name: a span that names a step is a step, should the host's spans
    reach a Spanledger too. It never raises, and does nothing outside of a step or where nothing is configured.

    Example:
        >>> provider.add_span_processor(BusinessKeysProcessor())
    """

    @never_raises(nothing)
    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """A span of the host's begins."""
        around = context.get_current() if parent_context is None else parent_context
        keys = step_in(around)._keys()  # noqa: SLF001 - it is for us, not for who writes a step
        transaction = baggage.get_baggage(names.TRANSACTION, around)
        if isinstance(transaction, str) and keys:
            keys[names.TRANSACTION] = transaction
        if keys:
            span.set_attributes(keys)
