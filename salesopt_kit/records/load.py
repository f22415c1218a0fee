"""The records of an engagement as the workbooks read them: out of the store, each with what it is linked to."""

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from salesopt_kit.engagement import Engagement
from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.records import models
from salesopt_kit.records.files import files_digest, read_files
from salesopt_kit.records.join import joined

if TYPE_CHECKING:
    from salesopt_kit.records.store import Store

FILE = "records.sqlite"


def open_store(place: Engagement | str | Path, *, who: str = "", read_only: bool = False) -> "Store":
    """Open the store of an engagement, of a folder, a file or a PostgreSQL URL; it is made where there is none.

    An engagement's records/*.yml are taken over first, unless `read_only`. `who` stands in the history.
    """
    from salesopt_kit.records.seed import take_over  # noqa: PLC0415 -- the database costs time that an import saves
    from salesopt_kit.records.store import Store  # noqa: PLC0415

    if not isinstance(place, Engagement):
        return Store(place, who=who, read_only=read_only)
    store = Store(place_of(place), who=who, read_only=read_only)
    try:
        if place.config.records:
            _stop_at_another_client(store, place, read_only=read_only)
        if not read_only:
            take_over(store, place)
    except BaseException:
        store.close()
        raise
    return store


def content_hash(engagement: Engagement) -> tuple[int, str] | None:
    """Return length and SHA-256 of all that the store holds, as JSON; None where there is no store yet."""
    from salesopt_kit.records.bundle import bundle_of  # noqa: PLC0415 -- as in open_store
    from salesopt_kit.records.store import Store  # noqa: PLC0415

    if not _is_made(engagement):
        return None
    with Store(place_of(engagement), read_only=not os.access(engagement.folder, os.W_OK)) as store:
        content = bundle_of(store).model_dump_json().encode()
    return len(content), hashlib.sha256(content).hexdigest()


def place_of(engagement: Engagement) -> str | Path:
    """Return where the records of an engagement are: a URL, or its folder."""
    return engagement.config.records or engagement.folder


def load_records(engagement: Engagement) -> models.Records:
    """Return the records of an engagement, none where nothing was entered.

    They are read from records.sqlite, which is made from records/*.yml where it is not there yet; a folder that nobody
    may write to is read as it stands. Raises InputErrors that name file, line and key (a record by its id) of every
    unknown key, wrong value, id used twice and reference to a record or target that does not exist in those files.
    """
    pilot = engagement.config.pilot
    began = pilot.period[0] if pilot else None
    ripe = pilot.period[1] + timedelta(days=pilot.follow_up_days) if pilot else None
    is_made = _is_made(engagement)
    if not is_made and not (files_digest(engagement) and any(read_files(engagement).values())):
        return models.Records()
    with _opened(engagement, is_made=is_made) as store:
        found, links = store.everything()
    records = joined([saved.record for saved in found], links, began)
    return replace(records, pilot_ripe_on=ripe, as_of=engagement.config.as_of or datetime.now(UTC).date())


def reading_store(engagement: Engagement) -> "Store":
    """Return the store to read from, made as `load_records` does; close it, or use it in a `with`."""
    return _opened(engagement, is_made=_is_made(engagement))


def _is_made(engagement: Engagement) -> bool:
    return bool(engagement.config.records) or (engagement.folder / FILE).exists()


def _opened(engagement: Engagement, *, is_made: bool) -> "Store":
    if engagement.config.records or os.access(engagement.folder, os.W_OK):
        return open_store(engagement)
    if is_made:
        return open_store(engagement, read_only=True)
    from salesopt_kit.records.seed import take_over  # noqa: PLC0415 -- as in open_store

    store = open_store(":memory:")
    take_over(store, engagement)
    return store


def _stop_at_another_client(store: "Store", engagement: Engagement, *, read_only: bool) -> None:
    """A database on a server holds one client's records; two of them would read each other's."""
    slug, there = engagement.config.slug, store.setting("slug")
    if there == "" and not read_only:
        with store.together() as writer:
            writer.set_setting("slug", slug)
    elif there != slug:
        raise InputError(
            store.where,
            there,
            expected=_("the records of {slug}").format(slug=slug),
            remedy=_("Give each client a database, or a schema by `?options=-csearch_path=NAME`, of its own."),
        )
