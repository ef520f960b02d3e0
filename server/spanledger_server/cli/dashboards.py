"""`spanledger dashboards`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.settings import Settings


class Action(StrEnum):
    """What to do with the dashboards."""

    INSTALL = "install"
    EXPORT = "export"


_KEPT = "changed in Grafana since, so it was left alone: --force overwrites it"


@with_settings("clickhouse_address")
def command(  # noqa: PLR0913 - options
    settings: Settings,
    *,
    action: Annotated[Action, typer.Argument(help="install, or export.", show_default=False)],
    folder: Annotated[
        Path | None, typer.Argument(help="Where the files go (export).", metavar="[FOLDER]", show_default=False)
    ] = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Grafana's address (install).", show_default=False)
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="TOKEN", envvar="GRAFANA_TOKEN", help="A service account's token (install).", show_default=False
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(metavar="HOST", help="Where Grafana reaches the SQL interface; its own address by default."),
    ] = None,
    key: Annotated[
        str,
        typer.Option(
            metavar="KEY", envvar="SPANLEDGER_GRAFANA_KEY", help="The key that Grafana shows there.", show_default=False
        ),
    ] = "",
    path: Annotated[
        str, typer.Option(metavar="PATH", help="Where Grafana finds the exported dashboards (export).")
    ] = "/var/lib/grafana/dashboards/spanledger",
    force: Annotated[bool, typer.Option("--force", help="Overwrite what was changed in Grafana.")] = False,
) -> None:
    """Put the dashboards into a Grafana, or into files that Grafana reads at its start.

    They read the store through its SQL interface, so Grafana needs the ClickHouse data source (the plugin
    grafana-clickhouse-datasource) and, where keys are asked for, one of its own:

    spanledger key create --tenant acme --name grafana --role finance

    spanledger dashboards install --url https://grafana.example --token TOKEN --host ledger.internal --key KEY

    Installing again brings what is new, and leaves alone what somebody has changed in Grafana since.
    """
    at = settings.clickhouse_address
    if action is Action.EXPORT:
        if folder is None:
            raise typer.BadParameter(
                "Say where the files go: `spanledger dashboards export FOLDER`.", param_hint="FOLDER"
            )
        _export(folder, host or at.host, at.port, path)
        return
    if not url:
        raise typer.BadParameter("Say where Grafana is: --url URL.", param_hint="--url")
    if not token:
        raise typer.BadParameter(
            "Give a service account's token: --token TOKEN, or GRAFANA_TOKEN.", param_hint="--token"
        )
    # What speaks to Grafana takes a while to import.
    from spanledger_dashboards.installing import Grafana, Source  # noqa: PLC0415

    with Grafana(url, token) as grafana:
        for done in grafana.install(Source(host or at.host, at.port, key), force=force):
            typer.echo(f"{done.what}: {_KEPT if done.outcome == 'kept' else done.outcome}")


def _export(folder: Path, host: str, port: int, path: str) -> None:
    from spanledger_dashboards.files import provisioning  # noqa: PLC0415 - see above

    for place, text in provisioning(host, port, path).items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")
        typer.echo(str(folder / place))
