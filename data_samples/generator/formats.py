"""Canonical tables become export files: the client's headings, spellings of dates and money, and encodings."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from generator.xlsx import write_xlsx

Frames = dict[str, pd.DataFrame]
Format = Callable[[pd.Series], pd.Series]


@dataclass(frozen=True)
class Sheet:
    """One export file: its table, name, the canonical column behind each heading, and how columns are written.

    A heading whose column is None is written blank, as exports have columns that nobody fills.
    """

    table: str
    file: str
    columns: dict[str, str]
    formats: dict[str, Format]
    encoding: str = "utf-8"


def write(sheet: Sheet, frames: Frames, folder: Path) -> None:
    """Write one export file into `folder`."""
    frame = frames[sheet.table]
    plain = pd.DataFrame(
        {heading: sheet.formats.get(heading, as_text)(frame[column]) for heading, column in sheet.columns.items()}
    )
    path = folder / sheet.file
    if path.suffix == ".xlsx":
        write_xlsx(path, [list(plain.columns), *plain.itertuples(index=False)])
    elif path.suffix == ".parquet":
        plain.to_parquet(path, index=False)
    else:
        path.write_bytes(plain.to_csv(index=False, lineterminator="\r\n").encode(sheet.encoding))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; of a Parquet file's rows, since its bytes change with the writer."""
    if path.suffix == ".parquet":
        return hashlib.sha256(pd.read_parquet(path).to_csv(index=False).encode()).hexdigest()
    return hashlib.sha256(path.read_bytes()).hexdigest()


def as_text(values: pd.Series) -> pd.Series:
    """Return texts, blanks empty; whole numbers without a decimal point."""
    if pd.api.types.is_float_dtype(values):
        return values.map(lambda value: "" if np.isnan(value) else f"{value:.12g}").astype(str)
    return values.astype(object).where(values.notna(), "").astype(str)


def as_number(values: pd.Series) -> pd.Series:
    """Return the values as they are, for files that know numbers."""
    return values


def as_date(values: pd.Series) -> pd.Series:
    """Return dates such as 2024-03-05."""
    return _strftime(values, "%Y-%m-%d")


def as_time(values: pd.Series) -> pd.Series:
    """Return times such as 2024-03-05 14:32:10."""
    return _strftime(values, "%Y-%m-%d %H:%M:%S")


def as_slashed_date(values: pd.Series) -> pd.Series:
    """Return dates such as 2024/3/5."""
    return _each(values, lambda at: f"{at.year}/{at.month}/{at.day}")


def as_slashed_time(values: pd.Series) -> pd.Series:
    """Return times such as 2024/3/5 9:07:30."""
    return _each(values, lambda at: f"{at.year}/{at.month}/{at.day} {at.hour}:{at.minute:02}:{at.second:02}")


def as_american_date(values: pd.Series) -> pd.Series:
    """Return dates such as 3/5/2024, the month first."""
    return _each(values, lambda at: f"{at.month}/{at.day}/{at.year}")


def as_dollars(values: pd.Series) -> pd.Series:
    """Return amounts such as $22,700.00."""
    return values.map(lambda value: "" if np.isnan(value) else f"${value:,.2f}").astype(str)


def as_yuan(values: pd.Series) -> pd.Series:
    """Return amounts such as ¥22,700."""
    return values.map(lambda value: "" if np.isnan(value) else f"¥{value:,.0f}").astype(str)


def in_utc(zone: str) -> Format:
    """Return the format of times such as 2024-03-05T14:32:10.000Z for local times of `zone`."""

    def formatted(values: pd.Series) -> pd.Series:
        utc = pd.to_datetime(values).dt.tz_localize(zone).dt.tz_convert("UTC")
        return _strftime(utc, "%Y-%m-%dT%H:%M:%S.000Z")

    return formatted


def _strftime(values: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(values).dt.strftime(form).fillna("").astype(str)


def _each(values: pd.Series, form: Callable[[pd.Timestamp], str]) -> pd.Series:
    times = pd.to_datetime(values)
    return pd.Series(["" if pd.isna(at) else form(at) for at in times], index=values.index, dtype=object)
