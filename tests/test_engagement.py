"""engagement.yml: what is wrong in it is told with its key, its line and the nearest valid key."""

from pathlib import Path

import pytest

from salesopt_kit.engagement import Bound, open_engagement
from salesopt_kit.errors import InputError, InputErrors, SalesOptError
from salesopt_kit.locale import language

GOOD = """\
client: Acme
slug: acme
locale: en
currency: USD
timezone: UTC
stages:
  - {id: lead, name: Lead, values: [New]}
  - {id: won, name: Won, kind: won}
sources:
  opportunities:
    file: exports/deals.csv
targets:
  cycle_days: {at_most: 35}
pilot:
  treated: [A]
  controls: [B]
  baseline: [2024-01-01, 2024-02-29]
  period: [2024-03-01, 2024-04-30]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "engagement.yml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("currency:", "curency:", ["line 4", "key curency", "Did you mean currency?"]),
        ("kind: won", "knd: won", ["line 8", "stages.1.knd", "Did you mean kind?"]),
        ("file: exports", "fil: exports", ["line 11", "opportunities.fil", "Did you mean file"]),
        ("at_most: 35", "atmost: 35", ["line 13", "targets.cycle_days.atmost", "Did you mean at_most?"]),
        ("at_most: 35", "at_most: soon", ["line 13", "found 'soon'", "expected a number"]),
        ("slug: acme", "slug: Acme Ltd", ["line 2", "key slug", "found 'Acme Ltd'"]),
        ("timezone: UTC", "timezone: Asia/Shangai", ["line 5", "did you mean Asia/Shanghai?"]),
        ("[2024-03-01, 2024-04-30]", "[2024-04-30, 2024-03-01]", ["line 18", "first day before the last"]),
        ("controls: [B]", "controls: [A]", ["nobody to be both treated and control", "A"]),
        ("name: Won", "name: New", ["each name in one stage only, but New"]),
        ("name: Won", "name: won, values: [NEW]", ["line 6", "each name in one stage only, but NEW"]),
        ("at_most: 35", "at_most: .nan", ["line 13", "a finite number"]),
        ("values: [New]", "values: [5]", ["line 7", "stages.0.values.0", 'Put it in quotes: "5"']),
        ("2024-02-29]", "2024-02-29, 2024-03-01]", ["line 17", "[2024-01-01, 2024-02-29, 2024-03-01]", "at most 2"]),
        ("file: exports/deals.csv", "table: crm.deals", ["line 10", "cannot be read yet, export it as Parquet or CSV"]),
        ("deals.csv", "deals.csv\n    delimiter: '||'", ["line 12", "a single character"]),
        ("deals.csv", "deals.csv\n    dates: yyyy-mm-dd", ["line 12", "such as %d-%m-%Y"]),
        ("deals.csv", "deals.csv\n    values: {status: {0: open}}", ["line 12", "status.0", 'Put it in quotes: "0"']),
        ("locale: en", "locale: fr", ["line 3", "key locale", "'zh-CN' or 'en'"]),
        ("client: Acme\n", "", ["key client", "found 'nothing'", "Add the key client"]),
    ],
)
def test_a_wrong_key_or_value_is_told_with_its_line_and_the_remedy(
    tmp_path: Path, wrong: str, right: str, said: list[str]
) -> None:
    with pytest.raises(SalesOptError) as told:
        open_engagement(written(tmp_path, GOOD.replace(wrong, right, 1)))
    for words in said:
        assert words in str(told.value)


def test_all_wrong_keys_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = GOOD.replace("currency:", "curency:").replace("kind: won", "knd: won").replace("file:", "fil:")
    with pytest.raises(InputErrors) as told:
        open_engagement(written(tmp_path, text))
    assert [str(error).split(",")[1].strip() for error in told.value.errors][:2] == ["line 4", "line 8"]
    assert "at least 2 valid items" not in str(told.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"client: [Acme\nslug: acme\n", "line"),
        (b"just text", "keys and values"),
        ("client: 华信".encode("gb18030"), "Save the file as UTF-8"),
        (b"client: A\nclient: B\n", "line 2"),
        (b"", "keys and values"),
        (b"client: A\n\tslug: a\n", "(?s)line 2.*Indent with spaces"),
        ("client： A\nslug： a\nlocale: en\n".encode(), "(?s)line 3.*full-width"),
        (b'client: A\nslug: "a\nlocale: en\n', "(?s)line 2.*Close the quotation mark"),
        (b"client: A\nclient: B\n", "(?s)line 2.*Write each key once"),
        (b"client: A\nslug: a\x07\n", "line 2"),
        (b"client: A\nslug: M\xfcller\n", "(?s)line 2.*UTF-8"),
        (b"a: " + b"[" * 5000 + b"]" * 5000, "valid YAML"),
        (b"window_months: " + b"9" * 5000, "valid YAML"),
    ],
)
def test_a_file_that_is_no_yaml_is_told_so(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "engagement.yml").write_bytes(content)
    with pytest.raises(InputError, match=said):
        open_engagement(tmp_path)


def test_a_folder_without_the_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="salesopt init"):
        open_engagement(tmp_path)


def test_options_override_the_file_and_switch_the_language(tmp_path: Path) -> None:
    engagement = open_engagement(
        written(tmp_path, GOOD), locale="zh-CN", as_of="2024-05-01", exports=tmp_path / "other"
    )
    assert (engagement.config.locale, language()) == ("zh-CN", "zh-CN")
    assert str(engagement.config.as_of) == "2024-05-01"
    assert engagement.source_path("exports/deals.csv") == tmp_path / "other" / "deals.csv"


def test_a_file_of_another_program_with_mark_and_line_ends_of_its_own_is_read(tmp_path: Path) -> None:
    (tmp_path / "engagement.yml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert open_engagement(tmp_path).config.client == "Acme"


def test_a_tab_is_a_delimiter(tmp_path: Path) -> None:
    text = GOOD.replace("deals.csv", 'deals.csv\n    delimiter: "\\t"', 1)
    assert open_engagement(written(tmp_path, text)).config.sources["opportunities"].delimiter == "\t"


@pytest.mark.parametrize("name", ["../other/deals.csv", "exports/../../deals.csv", "/etc/passwd"])
def test_a_source_outside_the_engagement_folder_is_refused(tmp_path: Path, name: str) -> None:
    engagement = open_engagement(written(tmp_path, GOOD))
    with pytest.raises(InputError, match="inside the engagement folder"):
        engagement.source_path(name)


@pytest.mark.parametrize(("value", "met"), [(35.0, True), (35.01, False), (0.0, True)])
def test_a_bound_holds_up_to_and_with_its_figure(value: float, met: bool) -> None:
    assert Bound(at_most=35).is_met(value) is met
