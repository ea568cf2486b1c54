"""Formulas on one line, in French, as an RC prints them for who cannot see the mathematics set."""

from __future__ import annotations

import re

_WORDS = {
    "lowest": "plus_bas",
    "highest": "plus_haut",
    "best": "meilleur",
    "mean": "moyenne",
    "median": "médiane",
    "sum": "somme",
    "min": "minimum",
    "max": "maximum",
    "round": "arrondi",
    "if": "si",
    "table": "barème",
}
_BACK = {french: english for english, french in _WORDS.items()}
_CALL = re.compile(r"\w+(?=\s*\()")
_WORD = re.compile(r"\w+")
LEGEND = {
    "plus_bas": "plus_bas(x) : la plus basse valeur de x parmi les offres jugées du lot",
    "plus_haut": "plus_haut(x) : la plus haute valeur de x parmi les offres jugées du lot",
    "meilleur": "meilleur(x) : la meilleure valeur de x parmi les offres jugées du lot",
    "moyenne": "moyenne(x) : la moyenne de x sur les offres jugées du lot",
    "médiane": "médiane(x) : la médiane de x sur les offres jugées du lot",
    "minimum": "minimum(a ; b) : le plus petit des deux",
    "maximum": "maximum(a ; b) : le plus grand des deux",
    "arrondi": "arrondi(x ; n) : x arrondi à n décimales",
    "si": "si(condition ; a ; b) : a quand la condition est remplie, b sinon",
    "barème": "barème(x ; 10 : 5 ; sinon : 0) : 5 jusqu'à 10 compris, 0 au-delà",
    "évaluation": "évaluation : ce que vaut le niveau donné sur la grille",
}

MAXIMUM = "N : le maximum de points du critère"
IN_FORMULAS = "Dans ces formules :"


def linear(formula: str) -> str:
    """A formula of the rules file on one French line.

    >>> linear("N * max(0, 2 - prix / lowest(prix)) * 0.5")
    'N × maximum(0 ; 2 − prix / plus_bas(prix)) × 0,5'
    """
    text = _CALL.sub(lambda found: _WORDS.get(found[0], found[0]), formula)
    text = re.sub(r"\belse\b", "sinon", text)
    text = re.sub(r"\blevel\b", "évaluation", text)
    text = re.sub(r"\s*,\s*", " ; ", text)
    text = re.sub(r"(?<=\d)\.(?=\d)", ",", text)
    return text.replace("**", "^").replace("*", "×").replace("-", "−")


def from_linear(text: str) -> str:
    """The formula of the rules file from its French line.

    >>> from_linear("N × maximum(0 ; 2 − prix / plus_bas(prix)) × 0,5")
    'N * max(0, 2 - prix / lowest(prix)) * 0.5'
    """
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    text = re.sub(r" ?; ?", ", ", text)
    text = text.replace(" :", ":")
    text = _CALL.sub(lambda found: _BACK.get(found[0], found[0]), text)
    text = re.sub(r"\bsinon\b", "else", text)
    text = re.sub(r"\bévaluation\b", "level", text)
    return text.replace("×", "*").replace("−", "-")


def legend_of(formulas: list[str]) -> list[str]:
    """What the words of some linear formulas mean, each once.

    >>> legend_of(["N × plus_bas(prix) / prix"])
    ['N : le maximum de points du critère', 'plus_bas(x) : la plus basse valeur de x parmi les offres jugées du lot']
    """
    used = {word for formula in formulas for word in _WORD.findall(formula)}
    return [MAXIMUM, *(meaning for word, meaning in LEGEND.items() if word in used)]


def is_legend(text: str) -> bool:
    """Whether a line of an RC only says what the words of its formulas mean."""
    return text == IN_FORMULAS or text.rstrip(" ;.") in (MAXIMUM, *LEGEND.values())
