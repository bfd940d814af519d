"""The roll-up over counties: two Parquet files, a workbook and the province's page."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import xlsxwriter

from carecircle.batch.counties import County
from carecircle.batch.county import Receipt
from carecircle.batch.province import Province
from carecircle.delivery import put
from carecircle.outputs.pages.folder import OUTCOMES, Run, read_run
from carecircle.outputs.pages.province import Place, write_province
from carecircle.rules.comparing import read_verdicts
from carecircle.strict import clean
from carecircle.texts import Language, say

COUNTIES, CLAUSES, BOOK, PAGE = "counties.parquet", "clauses.parquet", "province.xlsx", "province.html"
_CLAUSE = (
    "rule", "title", "clause", "quote", "kind", "outcome", "state", "observed", "comparison", "unit",
    "margin", "residents_affected", "reason",
)  # fmt: skip


def write_rollup(
    province: Province, receipts: Sequence[Receipt], counties: Mapping[str, County], outs: Mapping[str, Path],
    place: Path, language: Language,
) -> None:  # fmt: skip
    """Write ``counties.parquet``, ``clauses.parquet``, ``province.xlsx`` and ``province.html``.

    ``counties.parquet`` (GeoParquet, WGS 84) has a row for each county, ``clauses.parquet`` one for each
    county and clause. A county that could not be done has its row and its message.
    """
    runs = {code: read_run(out) for code, out in outs.items()}
    by_county = county_frame(receipts, counties, runs, language)
    by_clause = clause_frame(outs, {r.county: r.name for r in receipts})
    _parquet(by_county, place / COUNTIES)
    _parquet(by_clause, place / CLAUSES)
    _workbook(by_county, by_clause, place / BOOK, language)
    places = [
        Place(r.county, r.name, counties[r.county].shape if r.county in counties else None,
              runs.get(r.county), r.fault)
        for r in receipts
    ]  # fmt: skip
    write_province(place / PAGE, province.title or province.name, places, by_clause, language)


def county_frame(
    receipts: Sequence[Receipt], counties: Mapping[str, County], runs: Mapping[str, Run], language: Language
) -> gpd.GeoDataFrame:
    """A row for each county, in WGS 84.

    ``county, name, done, fault, plan, residents, left_out, share_left_out, run``, and the clauses by outcome.
    """
    rows: list[dict[str, Any]] = []
    for receipt in receipts:
        run = runs.get(receipt.county)
        rows.append({
            "county": receipt.county, "name": receipt.name, "done": receipt.done,
            "fault": None if receipt.fault is None else receipt.fault[language],
            "plan": None if run is None else run.plan,
            "residents": None if run is None else run.inside,
            "left_out": None if run is None else run.left_out,
            "share_left_out": None if run is None else run.share_left_out,
            **{o.lower(): None if run is None else run.outcomes[o] for o in OUTCOMES},
            "run": None if run is None else run.fingerprint,
        })  # fmt: skip
    frame = pd.DataFrame(rows)
    for column in ("residents", "left_out", "share_left_out"):
        frame[column] = frame[column].astype("float64")
    for column in (o.lower() for o in OUTCOMES):
        frame[column] = frame[column].astype("Int64")
    shapes = [counties[r.county].shape if r.county in counties else None for r in receipts]
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=4326), crs=4326)


def clause_frame(outs: Mapping[str, Path], names: Mapping[str, str]) -> pd.DataFrame:
    """A row for each county and clause: what verdicts.json says of it."""
    rows = []
    for code, out in sorted(outs.items()):
        document = read_verdicts(out)
        plan = document.get("plan")
        plan = plan.get("id") if isinstance(plan, dict) else plan
        for verdict in document["verdicts"]:
            target = verdict["target"]
            band = target if isinstance(target, list) else [target, target]
            rows.append({
                "county": code, "name": names[code], "plan": plan,
                **{key: verdict.get(key) for key in _CLAUSE},
                "target_low": band[0], "target_high": band[-1],
                "missing_inputs": "; ".join(verdict.get("missing_inputs", ())),
            })  # fmt: skip
    columns = ["county", "name", "plan", *_CLAUSE, "target_low", "target_high", "missing_inputs"]
    frame = pd.DataFrame(rows, columns=columns)
    for column in ("observed", "margin", "residents_affected", "target_low", "target_high"):
        frame[column] = pd.to_numeric(frame[column], errors="coerce").astype("float64")
    return frame


def _parquet(frame: pd.DataFrame, path: Path) -> None:
    raw = io.BytesIO()
    frame.to_parquet(raw, index=False)
    put(path, raw.getbuffer())


def _workbook(by_county: gpd.GeoDataFrame, by_clause: pd.DataFrame, path: Path, language: Language) -> None:
    raw = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(raw, plain) as book:
        missing = by_clause[by_clause["outcome"] == "NOT_ASSESSED"]
        sheets = {
            "sheet_counties": by_county.drop(columns="geometry"), "sheet_clauses": by_clause,
            "sheet_missing": missing[["county", "name", "rule", "title", "missing_inputs", "reason"]],
        }  # fmt: skip
        head = book.add_format({"bold": True, "text_wrap": True})
        for key, frame in sheets.items():
            sheet = book.add_worksheet(say(f"batch.{key}", language))
            for at, column in enumerate(frame.columns):
                sheet.write_string(0, at, say(f"batch.column_{column}", language), head)
                for row, value in enumerate(frame[column].tolist(), 1):
                    if value is None or value is pd.NA or value != value:
                        continue
                    if isinstance(value, str):
                        sheet.write_string(row, at, clean(value)[:32_000])
                    else:
                        sheet.write(row, at, value)
            sheet.freeze_panes(1, 2)
            if len(frame):
                sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
    put(path, raw.getbuffer())
