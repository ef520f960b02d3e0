"""`90d` or a date, as the moment that a command looks back to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import typer


def moment_of(since: str) -> datetime:
    """`90d` as that long ago, a date or moment as itself (UTC where it does not say). Raises BadParameter."""
    from spanledger_correlator.definition.durations import DurationError, parse_duration  # noqa: PLC0415

    try:
        moment = datetime.fromisoformat(since)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        return datetime.now(UTC) - timedelta(seconds=parse_duration(since) / 1e9)
    except DurationError as error:
        raise typer.BadParameter(
            f"`{since}` is neither a duration nor a date; write 90d, or 2026-07-01.", param_hint="--since"
        ) from error
