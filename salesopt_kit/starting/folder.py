"""Write the folder of a new engagement: all of it, or nothing."""

import filecmp
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _, language, use_language
from salesopt_kit.records.examples import EXAMPLES
from salesopt_kit.starting.look import looked_into
from salesopt_kit.starting.mapping import currency_of, proposed_sources, stages_of
from salesopt_kit.starting.schema import schema_text
from salesopt_kit.starting.stages import handbook_stages
from salesopt_kit.starting.text import MARK, Draft, engagement_text
from salesopt_kit.tables.sources import KINDS
from salesopt_kit.terms import StageKind

IGNORED = "exports/\nrecords.sqlite*\n.salesopt/\n"
FEWEST_STAGES = 2


@dataclass(frozen=True, slots=True)
class Started:
    """The engagement.yml that was written, and (line, text) of each mark in it."""

    file: Path
    to_check: tuple[tuple[int, str], ...]


def start_engagement(folder: Path, *, locale: str = "en", exports: Sequence[Path] = ()) -> Started:
    """Write a ready engagement into `folder` and return what is to be checked in it.

    `exports` are copied into its exports/ unless they are there. Raises InputError where the folder already has an
    engagement.yml or an export cannot be read; nothing is written then.
    """
    _stop_at_existing(folder)
    _stop_at_namesakes(folder, exports)
    before = language()
    try:
        use_language(_known(locale))
        text = engagement_text(_draft(folder, locale, exports))
        _write(folder, text, exports)
    finally:
        use_language(before)
    lines = enumerate(text.splitlines(), 1)
    marked = tuple((line, said.partition(MARK)[2].strip()) for line, said in lines if MARK in said)
    return Started(folder / "engagement.yml", marked)


def _draft(folder: Path, locale: str, exports: Sequence[Path]) -> Draft:
    with looked_into(exports) as looks:
        sources, unknown = proposed_sources(looks)
        stages, is_ordered = stages_of(sources)
        currency = currency_of(sources)
    name = folder.resolve().name
    doubts = {
        "client": _("the client's name as pages show it"),
        "timezone": _("the time zone of the exports, an IANA name such as Asia/Shanghai"),
    }
    if not currency:
        doubts["currency"] = _("no currency sign in the amounts; an ISO 4217 code")
    if len(stages) < FEWEST_STAGES:
        stages, doubts["stages"] = handbook_stages(), _("the exports name no stages; these are a usual sales process")
    else:
        doubts["stages"] = _stage_doubt({stage.kind for stage in stages}, is_ordered=is_ordered)
    zone, usual = ("Asia/Shanghai", "CNY") if locale == "zh-CN" else ("UTC", "USD")
    return Draft(name, _slug(name), locale, currency or usual, zone, stages, sources, unknown, doubts)


def _stage_doubt(kinds: set[StageKind], *, is_ordered: bool) -> str:
    order = _("the order is that of the stage history") if is_ordered else _("the order is guessed from the names")
    missing = [kind.label for kind in (StageKind.WON, StageKind.LOST) if kind not in kinds]
    if missing:
        order += "; " + _("no stage looks {kinds}: set `kind` where one is").format(kinds=", ".join(missing))
    return order


def _write(folder: Path, text: str, exports: Sequence[Path]) -> None:
    for name in ("exports", "records"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for path in exports:
        if not (target := folder / "exports" / path.name).exists():
            shutil.copyfile(path, target)
    for kind, example in EXAMPLES.items():
        _write_new(folder / "records" / f"{kind}.yml", _record_text(_(example)))
    _write_new(folder / ".gitignore", IGNORED)
    _write_new(folder / "README.md", _readme(folder.resolve().name))
    (folder / "engagement.schema.json").write_text(schema_text(), encoding="utf-8")
    (folder / "engagement.yml").write_text(text, encoding="utf-8")


def _record_text(example: str) -> str:
    lines = [_("One entry per record; remove the # and write your own. All files of this folder are optional.")]
    return "".join(f"# {line}\n" for line in [*lines, *example.splitlines()])


def _readme(name: str) -> str:
    return _("""\
# {name}

- `engagement.yml`: what the client calls things, where the exports are, targets and pilot.
- `exports/`: CRM exports as they came (CSV, Excel, Parquet, XES); nothing is ever written here, and git ignores it.
- `records/`: what people enter, such as pain points, causes, measures and risks.

    salesopt check .   # what is wrong with the data, where, and what to do
    salesopt run .     # the six workbooks, into outputs/
""").format(name=name)


def _write_new(path: Path, text: str) -> None:
    if not path.exists():
        path.write_text(text, encoding="utf-8")


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "client"


def _known(locale: str) -> str:
    if locale not in ("en", "zh-CN"):
        raise InputError("--locale", locale, expected="zh-CN, en", remedy=_("Choose one of the two."))
    return locale


def _stop_at_namesakes(folder: Path, exports: Sequence[Path]) -> None:
    """Raise InputError where a copy would take the place of another file, or its name would be read as a pattern."""
    for path in exports:
        target = folder / "exports" / path.name
        others = [other for other in exports if other.name == path.name and other.resolve() != path.resolve()]
        is_other = target.is_file() and path.is_file() and not filecmp.cmp(path, target, shallow=False)
        if others or is_other or set("*?[") & set(path.name):
            raise InputError(
                str(path),
                path.name,
                expected=_("a file name of its own, without * ? ["),
                remedy=_("Rename the file; nothing was written."),
            )


def _stop_at_existing(folder: Path) -> None:
    if folder.is_file() or folder.name.lower().endswith(KINDS):
        raise InputError(
            str(folder),
            _("a file"),
            expected=_("the folder to make"),
            remedy=_("Name the folder first: `salesopt init DIR --from FILE`."),
        )
    if (folder / "engagement.yml").exists():
        raise InputError(
            str(folder / "engagement.yml"),
            _("a file that is there already"),
            expected=_("a folder without one"),
            remedy=_("Choose another folder, or move that file away; nothing was written."),
        )
