"""Oracles: the handbook's own examples, texts coded by hand, and the mistakes a person makes in topics.yml."""

from pathlib import Path

import pytest

from salesopt_kit.engagement import Stage
from salesopt_kit.errors import InputError, InputErrors
from salesopt_kit.locale import use_language
from salesopt_kit.terms import VoiceGroup
from salesopt_kit.text.segment import readings
from salesopt_kit.text.topics import Topic, Topics, group_of, matches, read_topics

OWN = """\
topics:
  - id: late_quotation
    label: {zh-CN: 报价太晚}
    terms: {zh-CN: [没给价]}
    issue_type: cost
  - id: parking
    label: {en: Parking, zh-CN: 停车}
    terms: {en: [car park], zh-CN: [停车]}
    stages: [talks]
    issue_type: experience
drop: [attitude]
groups: {front_line: [地推]}
"""

CALM = [
    "报价收到了，谢谢，方案我们内部再讨论。",
    "合同已经签好寄出，请查收。",
    "设备运行正常，下个月想再订两台。",
    "客户经理小王非常热情，回复很快。",
    "审批很快就下来了，感谢配合。",
    "发货速度很快，包装完好。",
    "请把产品手册发我一份。",
    "我们想了解一下新产品的功能。",
    "Thank you for the quick quote.",
    "The delivery arrived on time and everything works.",
    "Our account manager called us back within an hour.",
    "The contract was explained clearly, thanks.",
    "Approval came the same day.",
    "Please update our delivery address.",
    "We are happy with the price and the service.",
]


@pytest.fixture
def shipped(tmp_path: Path) -> Topics:
    return read_topics(tmp_path)


def ids(text: str, topics: Topics) -> list[str]:
    return [match.topic for match in matches([text], topics.topics)[0]]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("报价不及时", "late_quotation"),
        ("合同条款解释不清", "contract_terms_unclear"),
        ("Late quotation again!", "late_quotation"),
        ("Contract terms were poorly explained", "contract_terms_unclear"),
        ("客户信息重复录入", "double_entry"),
        ("线索分配不清", "lead_assignment"),
        ("ＬＡＴＥ　ＱＵＯＴＥＳ", "late_quotation"),
    ],
)
def test_the_handbook_s_complaints_have_their_topics(shipped: Topics, text: str, topic: str) -> None:
    assert topic in ids(text, shipped)


def test_a_text_may_have_several_topics_in_two_languages(shipped: Topics) -> None:
    assert ids("报价不及时, and the wrong invoice too", shipped) == ["late_quotation", "invoice"]


@pytest.mark.parametrize("text", ["", "   ", "。。。", "今天天气不错", "The weather is fine today", "123"])
def test_what_fits_no_topic_has_none(shipped: Topics, text: str) -> None:
    assert ids(text, shipped) == []


def test_three_points_stay_inside_a_sentence(shipped: Topics) -> None:
    assert ids("要了报价，等了五天", shipped) == ["late_quotation"]
    assert ids("谢谢报价。今天见", shipped) == []


def test_a_text_alike_is_matched_by_likeness_and_says_so(shipped: Topics) -> None:
    (match,) = matches(["Somebody should explain the liability clause"], shipped.topics)[0]
    assert (match.topic, match.by) == ("contract_terms_unclear", "similar")
    assert 0.6 <= match.score < 1
    assert matches(["Somebody should explain the liability clause"], shipped.topics, 0.99) == [()]


def test_every_shipped_topic_is_found_by_each_of_its_terms(shipped: Topics) -> None:
    for topic in shipped.topics:
        assert set(topic.label) == set(topic.terms) == {"en", "zh-CN"}
        phrases = [said for term in topic.all_terms for said in (readings(term)[0], readings(term)[-1])]
        found = matches([said.replace("...", " x ") for said in phrases], shipped.topics)
        assert [
            said for said, hits in zip(phrases, found, strict=True) if topic.id not in {hit.topic for hit in hits}
        ] == []


@pytest.mark.parametrize("text", CALM)
def test_praise_requests_and_news_have_no_topic(shipped: Topics, text: str) -> None:
    assert ids(text, shipped) == []


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("合同在你们总部，五天没有消息。", []),
        ("打了三次电话都没有消息。", ["no_answer"]),
        ("问过两次，没有任何消息。", ["no_answer"]),
        ("已经签了约，没有人联系我们安排培训。", []),
        ("没有人主动联系我们。", ["slow_follow_up"]),
    ],
)
def test_no_news_alone_is_not_yet_an_answer_refused(shipped: Topics, text: str, topics: list[str]) -> None:
    assert [id_ for id_ in ids(text, shipped) if id_ in {"no_answer", "slow_follow_up"}] == topics


def test_hyphens_and_short_forms_make_no_difference(shipped: Topics) -> None:
    for text in ("They did not follow up", "They didn’t follow-up", "they DIDN'T follow up"):
        assert [match.term for match in matches([text], shipped.topics)[0]] == ["did not follow up"]


def test_one_word_in_common_is_no_likeness() -> None:
    topic = Topic(
        id="label", label={"en": "Label"}, terms={"en": ("wrong label", "(label/sticker) error")}, issue_type="risk"
    )
    assert matches(["wrong wrong wrong", "the label, again wrong"], [topic], 0.01)[0] == ()
    assert [hit.by for hit in matches(["the label, again wrong"], [topic])[0]] == ["similar"]


def test_own_topics_replace_add_and_drop(tmp_path: Path) -> None:
    (tmp_path / "topics.yml").write_text(OWN, encoding="utf-8")
    topics = read_topics(tmp_path)
    assert ids("停车难，一直没给价", topics) == ["late_quotation", "parking"]
    assert ids("报价不及时", topics) == []
    assert "attitude" not in {topic.id for topic in topics.topics}
    assert [topic.name for topic in topics.topics if topic.id == "late_quotation"] == ["报价太晚"]
    assert group_of("地推同事", topics.groups) is VoiceGroup.FRONT_LINE


def test_labels_follow_the_language(shipped: Topics) -> None:
    use_language("zh-CN")
    assert shipped.topics[0].name == "报价不及时"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OWN.replace("issue_type: cost", "issue_type: costs"), "line 5, key topics.late_quotation.issue_type|line 5"),
        (OWN.replace("    stages:", "    stage:"), "line 9.*Did you mean stages"),
        (OWN.replace("id: parking", "id: late_quotation"), "late_quotation stands twice"),
        (OWN.replace("drop: [attitude]", "drop: [atitude]"), "key drop: found 'atitude'.*attitude"),
        ("- a\n", "Begin with `topics:`"),
        (OWN.replace("front_line", "frontline"), "line 12"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "topics.yml").write_text(text, encoding="utf-8")
    with pytest.raises((InputError, InputErrors), match=f"(?s)topics.yml.*({said})"):
        read_topics(tmp_path)


def test_the_default_stage_is_the_first_that_the_engagement_has(shipped: Topics) -> None:
    topic = next(topic for topic in shipped.topics if topic.id == "late_quotation")
    assert topic.stage_in([Stage(id="a", name="A"), Stage(id="q", name="方案制定")]) == "q"
    assert topic.stage_in([Stage(id="a", name="A")]) == ""


@pytest.mark.parametrize(
    ("words", "group"),
    [
        ("一线销售", VoiceGroup.FRONT_LINE),
        ("大客户经理", VoiceGroup.FRONT_LINE),
        ("销售经理", VoiceGroup.MANAGER),
        ("法务部", VoiceGroup.SUPPORT),
        ("市场部经理", VoiceGroup.SUPPORT),
        ("Front-line sales", VoiceGroup.FRONT_LINE),
        ("Sales managers", VoiceGroup.MANAGER),
        ("Supporting departments", VoiceGroup.SUPPORT),
        ("Customer Service", VoiceGroup.SUPPORT),
        ("董事长", VoiceGroup.OTHER),
        ("", VoiceGroup.OTHER),
    ],
)
def test_the_client_s_words_name_a_group(shipped: Topics, words: str, group: VoiceGroup) -> None:
    assert group_of(words, shipped.groups) is group
