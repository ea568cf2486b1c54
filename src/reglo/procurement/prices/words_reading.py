"""Amounts read from French words: « trois cent mille euros et dix centimes » (PX-03).

The words are added up leniently, then the result is spelled again (``words``) and must give the same
words. What does not is refused, with the amounts it could mean; a misspelt word is never accepted,
only reported with the nearest reading, for a person to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from reglo.procurement.folding import without_accents
from reglo.procurement.prices.words import LIMIT, TENS, UNITS, Spelling, joined, number_words
from reglo.procurement.values import TaxBasis, format_number, parse_number


@dataclass(frozen=True, slots=True)
class WordsReading:
    """What a text in words says.

    ``amount`` in euros when the text can only be read one way, otherwise None: then ``readings`` are
    the amounts it could mean (none, one or several) and ``reason`` says why, in French.
    """

    text: str
    amount: Decimal | None = None
    basis: TaxBasis | None = None
    readings: tuple[Decimal, ...] = ()
    reason: str = ""


class _Unclear(Exception):
    """The words were read as far as possible: the amounts they could mean, and the reason."""

    def __init__(self, reason: str, *readings: Decimal) -> None:
        super().__init__(reason)
        self.reason, self.readings = reason, readings


_VALUES = {word: value for value, word in enumerate(UNITS)} | {
    "zero": 0,
    **{word: tens * 10 for tens, word in TENS.items()},
    "septante": 70,
    "huitante": 80,
    "octante": 80,
    "nonante": 90,
}
del _VALUES["zéro"]
_MULTIPLES = {"cent": 100, "mille": 1_000, "million": 10**6, "milliard": 10**9}
_SAME = {
    "cents": "cent", "vingts": "vingt", "mil": "mille", "millions": "million", "milliards": "milliard",
    "euros": "euro", "eur": "euro", "€": "euro", "centimes": "centime", "ct": "centime", "cts": "centime",
}  # fmt: skip
_JOINTS = {"et", "virgule", "moins", "euro", "centime", "d", "de"}
_KNOWN = {*_VALUES, *_MULTIPLES, *_SAME, *_JOINTS}
_CORRECTABLE = sorted(_KNOWN - {"€", "eur", "ct", "cts", "d", "de", "mil", "moins"})
_LEAD = {"la", "le", "somme", "de", "soit", "montant", "prix", "total", "arrete", "a", "en", "lettres"}
_TAIL = {"le", "la", "l", "par", "pour", "au", "chaque", "net", "nets", "/"}
_OTHER_CURRENCIES = {"franc", "francs", "dollar", "dollars", "livre", "livres", "chf", "usd", "gbp", "yen"}
_BASES = (
    (r"\bh\.?\s?t\b\.?|\bhors[\s-]+taxes?\b", TaxBasis.HT),
    (r"\bt\.?\s?t\.?\s?c\b\.?|\btoutes?[\s-]+taxes?[\s-]+comprises?\b", TaxBasis.TTC),
)
MAX_LENGTH = 600  # characters; the longest amount takes under 200


def parse_words(text: str) -> WordsReading:
    """Read an amount in words. Never raises, never guesses.

    >>> parse_words("Trois cent mille euros et dix centimes TTC").amount
    Decimal('300000.10')
    >>> reading = parse_words("quatre-vinght euros")
    >>> reading.amount, reading.readings
    (None, (Decimal('80.00'),))
    >>> parse_words("douze euros cinq").readings
    (Decimal('12.05'), Decimal('12.50'))
    """
    if len(text) > MAX_LENGTH:
        return WordsReading(text[:MAX_LENGTH], reason=f"Le texte dépasse {MAX_LENGTH} caractères.")
    plain, bases = _take_basis(_plain(text))
    basis = bases[0] if len(bases) == 1 else None
    plain, bracketed = _take_bracketed(plain)
    tokens = _tokens(plain)
    try:
        if not tokens:
            raise _Unclear("Aucun montant n'est écrit.")
        amount = _read(tokens)
        if bracketed and amount not in bracketed:
            shown = " ou ".join(format_number(figure) for figure in bracketed)
            reason = f"Les chiffres entre parenthèses donnent {shown}, les lettres {format_number(amount)}."
            raise _Unclear(reason, amount, *bracketed)
        if len(bases) > 1:
            raise _Unclear("Le montant est dit à la fois HT et TTC.", amount)
        if abs(amount) >= LIMIT:
            raise _Unclear("Le montant dépasse mille milliards d'euros.")
    except _Unclear as unclear:
        readings = tuple(dict.fromkeys(_in_cents(reading) for reading in unclear.readings))
        return WordsReading(text, None, basis, readings, unclear.reason)
    return WordsReading(text, _in_cents(amount), basis)


def _in_cents(amount: Decimal) -> Decimal:
    """The same amount with two decimals, or more when it has more."""
    if abs(amount) < LIMIT and amount == round(amount, 2):
        return amount.quantize(Decimal("0.01"))
    return amount


def _plain(text: str) -> str:
    """Lower case, no accents, plain spaces, hyphens and apostrophes."""
    bare = without_accents(text.casefold().replace("œ", "oe"))
    bare = re.sub(r"[‐-―−]", "-", bare)  # hyphens and dashes; NFKD has turned U+2011 into U+2010
    return re.sub(r"\s+", " ", re.sub(r"[’ʼ`´]", "'", bare)).strip()


def _take_basis(plain: str) -> tuple[str, list[TaxBasis]]:
    found = []
    for pattern, basis in _BASES:
        plain, times = re.subn(pattern, " ", plain)
        found += [basis] if times else []
    return plain, found


def _take_bracketed(plain: str) -> tuple[str, list[Decimal]]:
    """Take out "(300 000,10 €)", the same amount in figures beside the words: what it can mean."""
    found = re.search(r"\(\s*(?:soit\s)?\s*(\d[\d .,]*?)\s*(?:€|eur|euros?)?\s*\)", plain)
    if not found or not re.search(r"[a-z]", plain.replace(found.group(0), "")):
        return plain, []
    try:
        return plain.replace(found.group(0), " "), [_figures([found.group(1)])]
    except _Unclear as unclear:
        return plain.replace(found.group(0), " "), list(unclear.readings)


def _tokens(plain: str) -> list[str]:
    """Words and figures, without what introduces the amount or closes the sentence."""
    figures = r"\d+/100|\d(?:[\d .,]*\d)?"
    tokens = re.findall(rf"{figures}|[^\W\d_]+|€|/|[^\s\w'\-.,:;()\"«»]", plain)
    while tokens and tokens[0] in _LEAD:
        tokens.pop(0)
    while tokens and tokens[-1] in (".", "-", "*", "=", "#"):
        tokens.pop()
    for index, token in enumerate(tokens):
        seen = {_SAME.get(word, word) for word in tokens[:index]}
        if token in _TAIL and seen & {"euro", "centime"}:
            return tokens[:index]  # "douze euros le mètre carré"
    return tokens


def _read(tokens: list[str]) -> Decimal:
    currency = next((token for token in tokens if token in _OTHER_CURRENCIES), None)
    if currency:
        raise _Unclear(f"Le montant est en « {currency} », non en euros.")
    unknown = [token for token in tokens if token not in _KNOWN and not token[0].isdigit()]
    if not unknown:
        return _amount([_SAME.get(token, token) for token in tokens], tokens)
    if len(unknown) > 4:
        raise _Unclear("Ce n'est pas un montant en toutes lettres : " + _quoted(unknown[:4]) + "…")
    nearest = [
        [[token]] if token in _KNOWN or token[0].isdigit() else _corrections(token) for token in tokens
    ]
    readings = []
    for choice in product(*nearest):
        words = [word for part in choice for word in part]
        try:
            readings.append(_amount([_SAME.get(word, word) for word in words], words))
        except _Unclear as unclear:
            readings += unclear.readings
        if len(readings) > 6:
            break
    plural = "ne sont pas des mots" if len(unknown) > 1 else "n'est pas un mot"
    raise _Unclear(f"{_quoted(unknown)} {plural} d'un montant en lettres.", *sorted(set(readings))[:6])


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"« {word} »" for word in words)


def _corrections(word: str) -> list[list[str]]:
    """Known words near a misspelt one: words written together, or those at the smallest distance."""
    apart = _split(word)
    if apart:
        return [apart]
    limit = 1 if len(word) <= 5 else 2  # « néant » is not « cent »
    distances = [(_distance(word, known, limit), known) for known in _CORRECTABLE]
    smallest = min(distances)[0]
    if smallest > limit:
        return []
    return [[known] for distance, known in distances if distance == smallest][:4]


def _split(word: str) -> list[str] | None:
    """Known words written without a space ("vingtdeux"), or None."""
    ways: list[list[str] | None] = [[]] + [None] * len(word)
    for stop in range(1, len(word) + 1):
        for start in range(max(0, stop - 10), stop):
            before = ways[start]
            if before is not None and word[start:stop] in _CORRECTABLE:
                ways[stop] = [*before, word[start:stop]]
                break
    return ways[-1]


def _distance(one: str, other: str, limit: int) -> int:
    """Edits between two words (insert, delete, replace, swap two neighbours), or limit + 1."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i] + [0] * len(other)
        for j, b in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], last[j - 2] + 1)
    return min(row[-1], limit + 1)


def _amount(tokens: list[str], written: Sequence[str]) -> Decimal:
    """Euros and centimes out of known words. ``written``: the same words before plurals were dropped."""
    if tokens[0] == "moins":
        return -_amount(tokens[1:], written[1:]) if len(tokens) > 1 else _fail(written)
    if tokens.count("euro") > 1 or tokens.count("centime") > 1:
        raise _Unclear(f"{_quoted([' '.join(written)])} contient plusieurs montants.")
    if "euro" in tokens:
        at = tokens.index("euro")
        whole, rest = tokens[:at], tokens[at + 1 :]
        while whole and whole[-1] in ("d", "de"):
            whole.pop()
        if not whole:
            raise _Unclear("Le nombre d'euros manque.")
        return _decimal(whole) + _centimes(rest, written, euros=whole)
    if tokens[-1] == "centime":
        return _only_centimes(tokens[:-1])
    return _decimal(tokens)


def _fail(written: Sequence[str]) -> Decimal:
    raise _Unclear(f"« {' '.join(written)} » n'est pas un nombre.")


def _centimes(tokens: list[str], written: Sequence[str], *, euros: list[str]) -> Decimal:
    """What follows the word "euros"."""
    rest = tokens[1:] if tokens[:1] == ["et"] else tokens
    if not rest:
        return Decimal(0) if not tokens else _fail(written)
    # The centime is also named « cent » : only where an unit must stand, after the euros.
    named = rest[-1] == "centime" or (len(rest) > 1 and written[-1] in ("cent", "cents"))
    number = rest[:-1] if named else rest
    if len(number) == 1 and number[0].endswith("/100"):
        number, named = [number[0].removesuffix("/100")], True
    if not number:
        raise _Unclear("Le nombre de centimes manque.")
    count = _integer(number)
    if count > 99:
        total = _decimal(euros) + Decimal(count) / 100
        raise _Unclear(f"{count} centimes dépassent un euro.", total)
    value = Decimal(count) / 100
    if not named and 0 < count < 10 and number[0] != "zero":
        whole = _decimal(euros)
        raise _Unclear(
            f"Après « euros », « {' '.join(number)} » peut être {count} centimes ou {count} dixièmes.",
            whole + value,
            whole + value * 10,
        )
    return value


def _only_centimes(tokens: list[str]) -> Decimal:
    """Centimes without the word "euros": up to 99, otherwise where do the euros stop?"""
    if not tokens:
        raise _Unclear("Le nombre de centimes manque.")
    readings = []
    try:
        count = _integer(tokens)
        if count < 100:
            return Decimal(count) / 100
        readings.append(Decimal(count) / 100)
    except _Unclear as unclear:
        if len(tokens) < 2:
            raise unclear
    for cut in range(1, len(tokens)):
        after = tokens[cut + 1 :] if tokens[cut] == "et" else tokens[cut:]
        try:
            whole, part = _integer(tokens[:cut]), _integer(after) if after else 100
        except _Unclear:
            continue
        if part < 100:
            readings.append(whole + Decimal(part) / 100)
    raise _Unclear("Le mot « euros » manque : on ne sait où finissent les euros.", *readings)


def _decimal(tokens: list[str]) -> Decimal:
    """A number, with "virgule" or figures."""
    if "virgule" in tokens:
        at = tokens.index("virgule")
        whole, part = tokens[:at], tokens[at + 1 :]
        zeros = 0
        while part and part[0] == "zero":
            zeros, part = zeros + 1, part[1:]
        if not whole or (not part and not zeros):
            raise _Unclear("Il manque un nombre avant ou après « virgule ».")
        digits = "0" * zeros + (str(_integer(part)) if part else "")
        return Decimal(f"{_integer(whole)}.{digits}")
    if tokens[0][0].isdigit():
        return _figures(tokens)
    return Decimal(_integer(tokens))


def _figures(tokens: list[str]) -> Decimal:
    """Figures, alone or before mille, million, milliard."""
    try:
        number = parse_number(tokens[0])
    except ValueError as error:
        plain = tokens[0].replace(" ", "")
        marks = re.findall(r"[.,]", plain)
        whole, part = re.split(r"[.,]", plain)[0], re.split(r"[.,]", plain)[-1]
        if len(marks) == 1:  # "659,764"
            raise _Unclear(str(error), Decimal(whole + part), Decimal(f"{whole}.{part}")) from error
        if len(set(marks)) == 2 and marks.count(marks[-1]) == 1:  # "1.234,56"
            digits = re.sub(r"\D", "", plain)
            reading = [Decimal(f"{digits[: -len(part)]}.{part}")]
        else:
            reading = []
        raise _Unclear(str(error), *reading) from error
    factor = 1
    for token in tokens[1:]:
        if token not in ("mille", "million", "milliard") or factor > 1:
            raise _Unclear(f"Des chiffres et des lettres se mêlent : « {' '.join(tokens)} ».")
        factor = _MULTIPLES[token]
    return number * factor


def _integer(tokens: list[str]) -> int:
    """A whole number out of words, exactly as ``number_words`` would spell it, plurals aside."""
    if len(tokens) == 1 and tokens[0].isdigit():
        return int(tokens[0])
    shown = " ".join(tokens)
    if not tokens or any(
        token not in _VALUES and token not in _MULTIPLES and token != "et" for token in tokens
    ):
        raise _Unclear(f"« {shown} » n'est pas un nombre en lettres.")
    value = _added_up(tokens)
    if value >= LIMIT:
        raise _Unclear(f"« {shown} » dépasse les montants que Réglo écrit en lettres.")
    for spelling in _spellings(tokens):
        if [_SAME.get(word, word) for word in map(_plain, number_words(value, spelling))] == tokens:
            return value
    correct = [_SAME.get(word, word) for word in map(_plain, number_words(value, next(_spellings(tokens))))]
    small = {"et", "un"}
    if [word for word in tokens if word not in small] == [word for word in correct if word not in small]:
        spelled = joined(number_words(value))
        reason = f"« {shown} » ne s'écrit pas ainsi : {format_number(value)} s'écrit « {spelled} »."
        raise _Unclear(reason, Decimal(value))
    raise _Unclear(f"« {shown} » n'est pas un nombre correct.")


def _added_up(tokens: Sequence[str]) -> int:
    """The value the words would have if their order were right."""
    total = thousands = current = 0
    before = ""
    for token in tokens:
        if token in ("million", "milliard"):
            total += (thousands + current or 1) * _MULTIPLES[token]
            thousands = current = 0
        elif token == "mille":
            thousands += (current or 1) * 1_000
            current = 0
        elif token == "cent":
            current = min(current or 1, LIMIT) * 100
        elif token == "vingt" and before == "quatre":
            current += 76
        elif token != "et":
            current += _VALUES[token]
        before = token
    return min(total + thousands + current, LIMIT)


def _spellings(tokens: Sequence[str]) -> Iterator[Spelling]:
    """The spellings that these words may follow."""
    seventy = "septante" if "septante" in tokens else ""
    eighty = next((word for word in ("huitante", "octante") if word in tokens), "")
    ninety = "nonante" if "nonante" in tokens else ""
    yield Spelling(seventy, eighty, ninety)
    yield Spelling(seventy, eighty, ninety, teen_hundreds=True)
