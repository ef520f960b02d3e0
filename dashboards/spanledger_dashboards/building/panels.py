"""How every panel looks: a title that is the question it answers, a description, and words for "nothing"."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders import barchart, common, dashboard, stat, table, timeseries
from grafana_foundation_sdk.models.common import BigValueColorMode, GraphDrawStyle, StackingMode, VizOrientation
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DynamicConfigValue,
    VariableHide,
    VariableRefresh,
    VariableSort,
)

from spanledger_dashboards.building.query import DATA_SOURCE, PLUGIN, Query, Shape, sql

NOTHING: Final = "nothing"
WIDTH: Final = 24
"""Grafana's grid has so many columns."""


def answer_table(title: str, description: str, query: str, *, width: int, height: int = 9) -> table.Panel:
    """A table."""
    return (
        table.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .with_target(Query(query, Shape.TABLE))
        .span(width)
        .height(height)
        .no_value(NOTHING)
    )


def answer_numbers(title: str, description: str, query: str, *, width: int, height: int = 5) -> stat.Panel:
    """Large numbers, one for each row of the query."""
    return (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .with_target(Query(query, Shape.TABLE))
        .reduce_options(common.ReduceDataOptions().values(True).calcs(["lastNotNull"]))
        .color_mode(BigValueColorMode.VALUE)
        .orientation(VizOrientation.VERTICAL)
        .span(width)
        .height(height)
        .no_value(NOTHING)
    )


def answer_over_time(
    title: str, description: str, query: str, *, width: int, height: int = 9, unit: str = "short", bars: bool = False
) -> timeseries.Panel:
    """Lines over time, or stacked bars."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .with_target(Query(query, Shape.TIME_SERIES))
        .unit(unit)
        .min(0)
        .span(width)
        .height(height)
        .no_value(NOTHING)
    )
    if bars:
        stacked = common.StackingConfig().mode(StackingMode.NORMAL)
        panel = panel.draw_style(GraphDrawStyle.BARS).fill_opacity(60).stacking(stacked)
    return panel


def answer_bars(title: str, description: str, query: str, *, width: int, x: str, height: int = 9) -> barchart.Panel:
    """A bar for each row of the query, by the column `x`."""
    return (
        barchart.Panel()
        .title(title)
        .description(description)
        .datasource(DATA_SOURCE)
        .with_target(Query(query, Shape.TABLE))
        .x_field(x)
        .orientation(VizOrientation.HORIZONTAL)
        .span(width)
        .height(height)
        .no_value(NOTHING)
    )


def in_unit(unit: str) -> DynamicConfigValue:
    """The unit of a table's column."""
    return DynamicConfigValue(id_val="unit", value=unit)


def leads_to(title: str, url: str) -> DynamicConfigValue:
    """A link on a table's cells; `${__data.fields.Name}` is the row's value of a column."""
    return DynamicConfigValue(id_val="links", value=[{"title": title, "url": url, "targetBlank": True}])


def data_source() -> dashboard.DatasourceVariable:
    """Which data source the whole dashboard asks."""
    return dashboard.DatasourceVariable("datasource").label("Data source").type(PLUGIN)


def pages() -> dashboard.TextBoxVariable:
    """Where the API's own pages are, for links."""
    return (
        dashboard.TextBoxVariable("spanledger")
        .label("Spanledger")
        .default_value("http://127.0.0.1:8080")
        .hide(VariableHide.DONT_HIDE)
    )


def choice(name: str, label: str, query: str, *, several: bool = True) -> dashboard.QueryVariable:
    """A choice among the values of a query."""
    text = sql(query)
    variable = (
        dashboard.QueryVariable(name)
        .label(label)
        .datasource(DATA_SOURCE)
        .query({"editorType": "sql", "rawSql": text, "refId": name})
        .definition(text)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(several)
    )
    return variable.include_all(True) if several else variable


def to_other(title: str, uid: str) -> dashboard.DashboardLink:
    """A link to another dashboard of ours, which keeps the time and the choices."""
    return (
        dashboard.DashboardLink(title).type(DashboardLinkType.LINK).url(f"/d/{uid}").keep_time(True).include_vars(True)
    )
