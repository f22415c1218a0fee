"""The language of the terminal's messages: as asked for, else the engagement's, else the system's."""

import locale
import os

from salesopt_kit.locale import LANGUAGES, use_language

VARIABLE = "SALESOPT_LANG"


def asked_for(arguments: list[str]) -> str:
    """Return the language that `--lang` or SALESOPT_LANG names, "" for none; `zh`, `zh_CN` and the like are zh-CN."""
    for place, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return normal(argument.partition("=")[2])
        if argument == "--lang" and place + 1 < len(arguments):
            return normal(arguments[place + 1])
    return normal(os.environ.get(VARIABLE, ""))


def normal(name: str) -> str:
    """Return the language of the kit that a name such as zh_CN.UTF-8 means, "" for any other."""
    start = name.replace("_", "-").lower()
    return next((language for language in LANGUAGES if start[:2] == language[:2]), "")


def of_system() -> str:
    """Return the system's language where it is Chinese, else English."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    named = next((name for name in names if name), "") or locale.getlocale()[0] or ""
    return "zh-CN" if named.lower().startswith(("zh", "chinese")) else "en"


def speak(language: str) -> None:
    """Show everything from now on in `language`; "" leaves it as it is."""
    if language:
        use_language(language)
