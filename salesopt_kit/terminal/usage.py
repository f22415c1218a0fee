"""Help and wrong usage in the reader's language: the words that Typer says in English only."""

import difflib
from types import MethodType
from typing import Any

from salesopt_kit.locale import _, language


def in_language(command: Any) -> Any:  # noqa: ANN401 -- the types of commands are private to typer
    """Return `command` with its help, and that of all below it, in the language in use."""
    if language() != "en":
        _name_panels()
    for below in getattr(command, "commands", {}).values():
        in_language(below)
    for text in ("help", "epilog"):
        if said := getattr(command, text, None):
            setattr(command, text, _(said))
    for parameter in command.params:
        if help_text := getattr(parameter, "help", None):
            parameter.help = _(help_text)
    command.format_usage = MethodType(_format_usage, command)
    command.get_help_option = _translated_help_option(command.get_help_option)
    return command


def wrong_usage(error: Any) -> str:  # noqa: ANN401
    """Return what is wrong with a command line and how to put it right; `error` is a usage error of Typer."""
    context: Any = getattr(error, "ctx", None)
    if error.message == "Missing command.":
        return str(context.get_help())
    help_command = f"{context.command_path if context else 'salesopt'} --help"
    return _("{wrong}\nRun `{command}` to see what can be given.").format(wrong=_wrong(error), command=help_command)


def no_such_command(name: str, known: list[str]) -> str:
    """Return what to say of a command that does not exist."""
    near = difflib.get_close_matches(name, known, 1)
    hint = _("Did you mean {near}?").format(near=near[0]) if near else ", ".join(known)
    return _("There is no command {name}. {hint}").format(name=name, hint=hint)


def _wrong(error: Any) -> str:  # noqa: ANN401
    kind = type(error).__name__
    name = str(getattr(error, "option_name", "") or _name(error))
    if kind == "NoSuchOption":
        said = _("There is no option {name}.").format(name=name)
        near = getattr(error, "possibilities", None)
        return said + " " + _("Did you mean {near}?").format(near=", ".join(sorted(near))) if near else said
    if kind == "MissingParameter":
        return _("{name} is missing.").format(name=name)
    if kind == "BadOptionUsage":
        return _("{name} needs a value behind it.").format(name=name)
    if kind == "BadParameter":
        is_number = "integer" in error.message or "greater" in error.message
        said = _("a whole number, 0 or larger") if is_number else error.message
        return _("{name}: expected {said}.").format(name=name, said=said)
    return str(error.format_message())


def _name(error: Any) -> str:  # noqa: ANN401
    if hint := getattr(error, "param_hint", None):
        return str(hint)
    parameter = getattr(error, "param", None)
    if parameter is None:
        return ""
    is_option = parameter.param_type_name == "option"
    return str(parameter.opts[0] if is_option else parameter.metavar or parameter.name)


def _format_usage(command: Any, context: Any, formatter: Any) -> None:  # noqa: ANN401
    pieces = " ".join(command.collect_usage_pieces(context))
    formatter.write_usage(context.command_path, pieces, prefix=_("Usage: "))


def _translated_help_option(original: Any) -> Any:  # noqa: ANN401
    def help_option(context: Any) -> Any:  # noqa: ANN401
        option = original(context)
        if option is not None:
            option.help = _("Show this help.")
        return option

    return help_option


def _name_panels() -> None:
    import typer.rich_utils as look  # noqa: PLC0415 -- costs time that a run in English saves

    look.OPTIONS_PANEL_TITLE = _("Options")
    look.ARGUMENTS_PANEL_TITLE = _("Arguments")
    look.COMMANDS_PANEL_TITLE = _("Commands")
    look.REQUIRED_LONG_STRING = _("[required]")
    look.DEFAULT_STRING = _("[default: {}]")
    look.ENVVAR_STRING = _("[env var: {}]")
