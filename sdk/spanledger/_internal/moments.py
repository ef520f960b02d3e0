"""Points in time: nanoseconds since 1970 (UTC) for the span, RFC 3339 for what those cannot say."""

from datetime import UTC, date, datetime, time, timedelta

from spanledger._internal.problems import PROBLEMS

Moment = datetime | date | str | int
"""An aware datetime, a date, RFC 3339 text, or nanoseconds since 1970 in UTC."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def nanoseconds(moment: object, what: str, *, end_of_day: bool = False) -> int | None:
    """Nanoseconds since 1970 in UTC, negative before; None (reported) for what is no moment.

    A naive datetime is taken as UTC, and reported. A date is its first instant in UTC, or its last second where
    `end_of_day` says so: a deadline on 31 March is kept until that day is over.
    """
    if isinstance(moment, int) and not isinstance(moment, bool):
        return moment
    if isinstance(moment, str):
        try:
            moment = date.fromisoformat(moment) if len(moment) == 10 else datetime.fromisoformat(moment)
        except ValueError:
            PROBLEMS.report(f"{what}_unreadable", "%s %.100r is not RFC 3339 text", what, moment)
            return None
    if isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(23, 59, 59) if end_of_day else time(), UTC)
    if not isinstance(moment, datetime):
        PROBLEMS.report(f"{what}_unreadable", "%s must be a datetime, not %s", what, type(moment))
        return None
    if moment.tzinfo is None:
        PROBLEMS.report("naive_datetime", "%s has no time zone; it was taken as UTC", what)
        moment = moment.replace(tzinfo=UTC)
    # Aware datetimes subtract across the whole calendar, where astimezone() overflows at its edges.
    return (moment - _EPOCH) // _MICROSECOND * 1000


def on_the_wire(value: int) -> bool:
    """Whether OTLP's unsigned 64-bit nanoseconds can say it; 0 means unknown there."""
    return 0 < value < 2**64


def rfc3339(value: int) -> str | None:
    """RFC 3339 in UTC with the fraction it needs, down to nanoseconds; None (reported) outside the years 1 to 9999."""
    seconds, fraction = divmod(value, 1_000_000_000)
    try:
        text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    except OverflowError:
        PROBLEMS.report("moment_out_of_range", "a moment outside the years 1 to 9999 was left out")
        return None
    return f"{text}.{fraction:09d}".rstrip("0").rstrip(".") + "Z"
