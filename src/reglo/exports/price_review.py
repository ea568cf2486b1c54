"""A price review as stable JSON: amounts as exact decimal strings, never floats."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from reglo.procurement.prices.prices import PriceReview
from reglo.procurement.prices.sheets import RecomputedSheet
from reglo.procurement.prices.totals import SheetTotals
from reglo.procurement.values import Money, decimal_places


def as_dict(review: PriceReview) -> dict[str, Any]:
    """The whole review (documented in ``docs/prices.md``)."""
    return {
        "basis": review.basis.value,
        "judged_amount": _money(review.judged_amount),
        "judged_from": review.judged_from.value if review.judged_from else None,
        "if_confirmed": _money(review.if_confirmed),
        "figures": [
            {"source": one.source.value, "amount": _money(one.amount), "where": one.where}
            for one in review.figures
        ],
        "sheets": [_sheet(sheet, total) for sheet, total in zip(review.sheets, review.totals, strict=True)],
        "quotes": [
            {
                "id": quote.quote.id,
                "name": quote.quote.name,
                "lines": [
                    {
                        "item": one.line.item,
                        "quantity": _number(one.line.quantity),
                        "unit_price": _number(one.unit_price),
                        "amount": _number(one.amount),
                    }
                    for one in quote.lines
                ],
                "total": _number(quote.total),
            }
            for quote in review.quotes
        ],
        "inputs": _numbers(review.inputs),
        "unit_prices": _numbers(review.unit_prices),
        "corrections": [
            {
                "what": one.what,
                "before": _number(one.before),
                "after": _number(one.after),
                "rule": one.rule,
                "article": one.article,
                "effect": one.effect.value,
                "place": str(one.place) or None,
            }
            for one in review.corrections
        ],
        "confirmations": [
            {"subject": one.subject, "text": one.text, "amount": _money(one.amount)}
            for one in review.confirmations
        ],
        "aligned": [
            {"ref": one.ref, "name": one.name, "before": _number(one.before), "after": _number(one.after)}
            for one in review.aligned
        ],
        "findings": [finding.as_dict() for finding in review.findings],
    }


def _sheet(sheet: RecomputedSheet, totals: SheetTotals) -> dict[str, Any]:
    return {
        "id": sheet.sheet.rules.id,
        "kind": sheet.sheet.rules.kind.value,
        "read_in": sheet.sheet.name,
        "basis": totals.basis.value,
        "lines": [
            {
                "ref": one.line.ref,
                "name": one.line.name,
                "quantity": _number(one.quantity),
                "written_unit_price": _number(one.line.unit_price),
                "words": one.line.words or None,
                "unit_price": _number(one.price),
                "written_amount": _number(one.line.amount),
                "amount": _number(one.amount),
                "place": str(one.line.place) or None,
            }
            for one in sheet.lines
        ],
        "written_total": _number(totals.written),
        "recomputed_total": _number(totals.recomputed),
        "tax_rate": _number(totals.rate),
    }


def _money(money: Money | None) -> dict[str, str | None] | None:
    return {"amount": _number(money.amount), "basis": money.basis.value} if money else None


def _numbers(values: Mapping[str, Decimal]) -> dict[str, str | None]:
    return {name: _number(values[name]) for name in sorted(values)}


def _number(value: Decimal | Fraction | None) -> str | None:
    """The exact value in as few digits as it takes: sums and products of decimals always end."""
    if value is None:
        return None
    exact = Fraction(value)
    places = decimal_places(exact)
    if places is None:
        return f"{exact.numerator}/{exact.denominator}"
    digits = f"{abs(exact.numerator) * 10**places // exact.denominator:0{places + 1}d}"
    sign = "-" if exact < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
