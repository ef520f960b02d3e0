"""Settings as options of a command, made from the registry so that nothing is described twice."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated

import typer

from spanledger_server.settings import Setting, Settings, load, registry

API = (
    "api_address",
    "api_requests_per_second",
    "api_query_seconds",
    "api_query_rows",
    "api_query_memory_bytes",
    "identity_issuer",
    "identity_audience",
    "identity_tenant_claim",
    "identity_roles_claim",
)
"""The settings of whatever serves the API."""


def with_settings(*chosen: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Give a command the options of the chosen settings and hand it the loaded `Settings` as first argument.

    The command's own parameters follow. A secret has no option; it is listed in the help of its own accord.
    """
    options = {setting.name: setting for setting in registry() if setting.name in chosen and setting.option}

    def decorate(command: Callable[..., object]) -> Callable[..., object]:
        @functools.wraps(command)
        def run(**given: object) -> object:
            values = {name: given.pop(name) for name in options}
            return command(load(values), **given)

        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
        parameters = [*own, *(_parameter(setting) for setting in options.values())]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        del run.__wrapped__  # typer would follow it back to the command that lacks these options
        return run

    return decorate


def _parameter(setting: Setting) -> inspect.Parameter:
    # Read as text: the registry is the one place that judges a value, wherever it comes from.
    option = typer.Option(
        setting.option,
        metavar=setting.shape,
        show_default=False,
        help=f"{setting.description} [env: {setting.env}; default: {setting.default}]",
    )
    return inspect.Parameter(
        setting.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, option]
    )


def secrets() -> list[Setting]:
    """The settings that only the environment can give."""
    return [setting for setting in registry() if setting.option is None]


__all__ = ["API", "Settings", "secrets", "with_settings"]
