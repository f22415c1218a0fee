"""The records that the kit offers to copy are records that it reads."""

from pathlib import Path

import handbook_example as handbook
import pytest

from salesopt_kit.engagement import open_engagement
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import LANGUAGES, use_language
from salesopt_kit.records import Records, load_records, needed
from salesopt_kit.records.examples import EXAMPLES, Kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_remedies_offer_can_be_copied_into_the_files_as_it_stands(tmp_path: Path, language: str) -> None:
    use_language(language)
    offered = {}
    for kind in EXAMPLES:
        with pytest.raises(MissingDataError) as told:
            needed(Records(), kind)
        assert f"records/{kind}.yml" in told.value.remedy
        offered[kind] = told.value.remedy.partition("\n")[2]
    records = load_records(open_engagement(handbook.written(tmp_path, **offered)))
    assert all(len(getattr(records, kind)) == 1 for kind in EXAMPLES)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_nothing_is_asked_for_that_is_there(tmp_path: Path, kind: Kind) -> None:
    offered = dict(EXAMPLES)
    records = load_records(open_engagement(handbook.written(tmp_path, **offered)))
    needed(records, kind)
