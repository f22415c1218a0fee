"""Oracle: texts made of three themes that share no word."""

from salesopt_kit.text.suggest import FEWEST_TEXTS, suggested_topics

THEMES = {
    "parking": ["parking garage full", "garage parking closed", "parking garage far away"],
    "coffee": ["coffee machine cold", "machine coffee bitter", "cold coffee machine again"],
    "培训": ["培训讲师缺席", "讲师培训无聊", "培训讲师迟到"],
}


def texts() -> list[str]:
    return [theme[n % 3] for n in range(9) for theme in THEMES.values()]


def test_each_theme_becomes_one_topic_with_its_count_and_examples() -> None:
    given = texts()
    found = suggested_topics(given)
    by_theme = {theme: [one for one in found if theme in one.words] for theme in THEMES}
    assert all(by_theme.values())
    assert sum(one.n for one in found) <= len(given)
    for theme, topics in by_theme.items():
        assert sum(one.n for one in topics) == 9
        assert all(given[place] in THEMES[theme] for one in topics for place in one.examples)


def test_the_same_texts_give_the_same_topics() -> None:
    assert suggested_topics(texts()) == suggested_topics(texts())


def test_few_texts_or_no_common_word_suggest_nothing() -> None:
    assert suggested_topics(["parking full"] * (FEWEST_TEXTS - 1)) == ()
    assert suggested_topics([f"word{n}x" for n in range(40)]) == ()
    assert suggested_topics(["", " ", "。"] * 20) == ()
