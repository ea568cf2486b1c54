"""What typer says in English, said in French: the help of a command, and what is wrong with a command line.

typer has no place for another language; both are replaced here, once, for every command.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from typer.core import TyperCommand, TyperGroup

from reglo.cli.output import wrapped

_NAMES = {  # of an argument, as the help shows it
    "rules": "RÈGLES",
    "offers": "OFFRES",
    "folder": "DOSSIER",
    "folders": "DOSSIER…",
    "files": "FICHIER…",
    "file": "FICHIER",
    "pli": "PLI",
    "receipt": "REÇU",
    "url": "URL",
    "old": "ANCIEN",
    "new": "NOUVEAU",
}
_VALUES = {
    "str": "TEXTE",
    "path": "FICHIER",
    "int": "N",
    "int range": "N",
    "float": "N",
    "bool": "",
}
_MESSAGES: tuple[tuple[str, str], ...] = (
    (r"No such command '(.*?)'\..*", "La commande « {0} » n'existe pas."),
    (r"Missing command\.", "Il manque la commande."),
    (r"Missing argument '(.*)'\.", "Il manque l'argument {0}."),
    (r"Missing option '([^']*)'.*", "Il manque l'option {0}."),
    (r"No such option: (\S+).*", "L'option {0} n'existe pas."),
    (r"Option '(.*)' requires an argument\.", "L'option {0} demande une valeur."),
    (r"Option '(.*)' does not take a value\.", "L'option {0} ne prend pas de valeur."),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)", "De trop sur la ligne : {0}."),
    (
        r"Invalid value for '(.*)': .*'(.*)' does not match the formats? .*",
        "La valeur « {1} » de {0} n'est pas une date. Écrivez par exemple 21/11/2026.",
    ),
    (
        r"Invalid value for '(.*)': .*'(.*)' is not one of (.*)\.",
        "La valeur « {1} » de {0} n'est pas admise. Sont admis : {2}.",
    ),
    (r"Invalid value for '(.*)': .*less than or equal to (\S+)", "La valeur de {0} est au plus {1}."),
    (r"Invalid value for '(.*)': .*greater than or equal to (\S+)", "La valeur de {0} est au moins {1}."),
    (r"Invalid value for '(.*)': .*valid integer.*", "La valeur de {0} n'est pas un nombre entier."),
    (r"Invalid value for '(.*)': .*valid number.*", "La valeur de {0} n'est pas un nombre."),
    (r"Invalid value for '(.*)': (.*)", "La valeur de {0} n'est pas admise ({1})."),
)


def french_error(message: str, commands: Sequence[str]) -> str:
    """The French of a usage error; the nearest command is proposed.

    >>> french_error("No such command 'juge'.", ["judge", "check"])
    "La commande « juge » n'existe pas. Vouliez-vous « judge » ?"
    """
    for pattern, french in _MESSAGES:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            said = french.format(*(_NAMES.get(part, part) for part in found.groups()))
            if "command" in pattern and found.groups():
                near = get_close_matches(found.group(1), commands, 1, 0.5)
                said += (
                    f" Vouliez-vous « {near[0]} » ?" if near else f" Les commandes : {', '.join(commands)}."
                )
            hints = re.findall(r"--[\w-]+", message.partition("(")[2])
            return said + (f" Vouliez-vous {' ou '.join(hints)} ?" if hints and "option" in pattern else "")
    return message


def report(error: Any, commands: Sequence[str]) -> None:
    """Print a usage error on standard error: what is wrong, then how to learn more.

    ``commands``: those of ``reglo``; of ``reglo keys`` and the like, its own are proposed.
    """
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "reglo"
    if context is not None and isinstance(context.command, TyperGroup):
        commands = context.command.list_commands(context)
    print(french_error(error.format_message(), commands), file=sys.stderr)
    print(f"Aide : {path} --help", file=sys.stderr)


@cache
def install() -> None:
    """Have every command print its help in French; once, for each time would wrap the time before."""
    TyperCommand.format_help = _command_help  # type: ignore[method-assign]
    TyperGroup.format_help = _group_help  # type: ignore[method-assign]
    for kind in (TyperCommand, TyperGroup):
        kind.get_help_option = _with_french_help(kind.get_help_option)  # type: ignore[method-assign]


def _with_french_help(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_help_option(self: Any, ctx: Any) -> Any:
        option = original(self, ctx)
        if option is not None:
            option.help = "Montrer cette aide."
        return option

    return get_help_option


def _command_help(self: Any, ctx: Any, formatter: Any) -> None:
    parameters = [each for each in self.get_params(ctx) if not getattr(each, "hidden", False)]
    arguments = [each for each in parameters if each.param_type_name == "argument"]
    options = [each for each in parameters if each.param_type_name != "argument"]
    usage = " ".join(_named(each) if each.required else f"[{_named(each)}]" for each in arguments)
    print(f"Usage : {ctx.command_path} {usage} [OPTIONS]".replace("  ", " "))
    _paragraphs(self.help)
    _table("Arguments", [(_named(each), each.help or "") for each in arguments])
    _table("Options", [(_option(each, ctx), _described(each)) for each in options])


def _group_help(self: Any, ctx: Any, formatter: Any) -> None:
    print(f"Usage : {ctx.command_path} COMMANDE …")
    _paragraphs(self.help)
    commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
    _table("Commandes", [(name, _first_line(command.help)) for name, command in commands])
    _table("Options", [("--help", "Montrer cette aide.")])


def _named(argument: Any) -> str:
    return str(argument.metavar or _NAMES.get(argument.name, argument.name.upper()))


def _option(option: Any, ctx: Any) -> str:
    if getattr(option, "is_flag", False):
        value = ""
    else:
        typed = option.metavar or option.display_type(ctx)
        inner = re.sub(r"^<|>$", "", re.sub(r"list\[(.*)\]", r"\1", typed))
        value = "JJ/MM/AAAA" if "%Y" in inner else _VALUES.get(inner.lower(), inner)
    return " ".join(part for part in (", ".join(option.opts), value) if part)


def _described(option: Any) -> str:
    """The option's help, its default and whether it is compulsory."""
    text = option.help or ""
    if option.required:
        return f"{text} Obligatoire."
    default = option.default
    if default in (None, False, "", (), []) or callable(default) or getattr(option, "is_flag", False):
        return text
    value = getattr(default, "value", default)
    return f"{text} (défaut : {value:g})" if isinstance(value, float) else f"{text} (défaut : {value})"


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n")[0]


def _width() -> int:
    return min(shutil.get_terminal_size().columns, 100)


def _paragraphs(text: str | None) -> None:
    for paragraph in (text or "").strip().split("\n\n"):
        print()
        print("\n".join(wrapped(" ".join(paragraph.split()), _width())))


def _table(title: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    print(f"\n{title} :")
    left = min(max(len(name) for name, _ in rows), 24)
    for name, text in rows:
        lines = wrapped(text, max(_width() - left - 4, 20)) or [""]
        if len(name) > left:
            print(f"  {name}")
            name = ""
        for line in lines:
            print(f"  {name:{left}}  {line}".rstrip())
            name = ""
