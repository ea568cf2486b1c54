"""Questions to the bidder and proposals on its prices, drafted for a person to review and send.

PX-01: a question never opens the bid again; PX-02: only what results with evidence from a purely material
error is rectified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reglo.procurement.award import PriceRules, PriceSheetKind
from reglo.procurement.prices.sheets import Correction, RecomputedSheet, cents
from reglo.procurement.prices.words_reading import WordsReading
from reglo.procurement.values import Money, format_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A question to the bidder, drafted for the buyer to review and send (PX-01: it changes nothing else).

    ``amount``: the only amount the answer may confirm, when there is one (CE 16 January 2012 n° 353629).
    """

    subject: str
    text: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedLine:
    """A line of the breakdown brought into line with the lump sum: a proposal to the intended awardee."""

    ref: str
    name: str
    before: Decimal
    after: Decimal


def align(lines: Sequence[tuple[str, str, Decimal]], total: Decimal) -> tuple[AlignedLine, ...]:
    """Bring amounts to ``total``, each in proportion, to the centime, nothing lost (largest remainders).

    lines: (ref, name, amount) with a sum other than zero; total in centimes at most.

    >>> [str(line.after) for line in align([("1", "A", Decimal(1)), ("2", "B", Decimal(2))], Decimal(10))]
    ['3.33', '6.67']
    """
    whole = sum((Fraction(amount) for _, _, amount in lines), Fraction(0))
    target = int(total * 100)
    shares = [Fraction(amount) / whole * target for _, _, amount in lines]
    given = [int(share // 1) for share in shares]
    by_remainder = sorted(range(len(lines)), key=lambda index: (given[index] - shares[index], index))
    for index in by_remainder[: target - sum(given)]:
        given[index] += 1
    return tuple(
        AlignedLine(ref=ref, name=name, before=amount, after=Decimal(part).scaleb(-2))
        for (ref, name, amount), part in zip(lines, given, strict=True)
    )


def material_factor(before: Decimal, after: Decimal) -> str:
    """What makes an error look purely material: a shifted decimal mark, two digits swapped; "" otherwise.

    >>> material_factor(Decimal(22), Decimal(220))
    'un facteur 10 exactement'
    """
    if before > 0 and after > 0 and before != after:
        ratio = max(Fraction(before), Fraction(after)) / min(Fraction(before), Fraction(after))
        if ratio in (10, 100, 1000):
            return f"un facteur {ratio} exactement"
        one, other = f"{cents(before)}", f"{cents(after)}"
        if len(one) == len(other):
            places = [index for index, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
            first = places[0] if places else 0  # they may differ by less than a centime
            if places == [first, first + 1] and one[first : first + 2] == other[first : first + 2][::-1]:
                return "deux chiffres intervertis"
    return ""


# --- Drafted questions ------------------------------------------------------------------------


def ask_about_words(reading: WordsReading) -> Confirmation:
    """The amount in words of the acte d'engagement cannot be read surely."""
    return Confirmation(
        subject="Montant en lettres de l'acte d'engagement",
        text=(
            f"Le montant en lettres de votre acte d'engagement est écrit « {reading.text} ». "
            f"{reading.reason} Nous vous remercions de préciser ce montant, sans modifier votre offre."
        ),
    )


def ask_about_lines(sheets: Sequence[RecomputedSheet]) -> list[Confirmation]:
    """One question per sheet for all unit prices at zero or whose words are not clear."""
    asked = []
    for sheet in sheets:
        doubtful = []
        for line in sheet.lines:
            label = f"{line.line.ref} « {line.line.name} »"
            if line.price == 0 and sheet.sheet.rules.kind is not PriceSheetKind.DPGF:
                doubtful.append(f"{label} : prix nul")
            elif line.reading is not None and line.reading.amount is None:
                doubtful.append(f"{label} : « {line.reading.text} »")
        if doubtful:
            asked.append(
                Confirmation(
                    subject="Précisions sur des prix unitaires",
                    text=(
                        "Nous vous remercions de préciser la teneur des prix suivants, sans les modifier : "
                        f"{' ; '.join(doubtful)}."
                    ),
                )
            )
    return asked


def ask_to_confirm(
    errors: Sequence[Correction], judged: Money | None, corrected: Money, rules: PriceRules
) -> Confirmation:
    """Confirm the bid with its arithmetic errors corrected (S2 8.4)."""
    listed = [
        f"{one.what} : {format_number(one.before, 2)} écrit, {format_number(one.after, 2)} recalculé"
        for one in errors
    ] or [f"le montant de l'offre est {judged}, les lignes font {corrected}"]
    return Confirmation(
        subject="Confirmation de l'offre rectifiée",
        text=(
            "L'examen de votre offre relève des erreurs de multiplication, d'addition ou de report : "
            f"{' ; '.join(listed)}. En application du règlement de la consultation ({_article(rules)}), "
            f"nous vous invitons à confirmer votre offre rectifiée à {corrected}. Cette demande "
            f"n'autorise aucune autre modification. En cas de refus, l'offre est {_refusal(rules)}."
        ),
        amount=corrected,
    )


def ask_to_align(judged: Money, lines: Money, rules: PriceRules) -> Confirmation:
    """Bring the breakdown into line with the lump sum, once the bid is about to be retained (S4 7.1.2)."""
    return Confirmation(
        subject="Mise en harmonie de la décomposition, si l'offre est sur le point d'être retenue",
        text=(
            f"Votre prix forfaitaire est {judged} ; les lignes de votre décomposition font {lines}. En "
            f"application du règlement de la consultation ({_article(rules)}), nous vous invitons à "
            "rectifier la décomposition pour la mettre en harmonie avec le prix forfaitaire, qui ne change "
            f"pas. En cas de refus, l'offre est {_refusal(rules)}."
        ),
        amount=judged,
    )


def _article(rules: PriceRules) -> str:
    return rules.source or "règles de prix"


def _refusal(rules: PriceRules) -> str:
    return rules.refusal or "écartée"
