"""A bid as the judgement receives it: who, for which lot, figures and appreciations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from reglo.procurement.findings import NOWHERE, Place
from reglo.procurement.requirements import GroupForm


class Standing(StrEnum):
    """Where a bid stands before the judgement (§5.1). A person decides it, with a reason."""

    ADMITTED = "admitted"  # regular, acceptable, appropriate
    LATE = "late"  # hors délai, kept sealed
    EXCLUDED = "excluded"  # candidacy inadmissible or excluded
    IRREGULAR = "irregular"
    UNACCEPTABLE = "unacceptable"
    INAPPROPRIATE = "inappropriate"
    ABNORMALLY_LOW = "abnormally_low"  # rejected after justifications
    WITHDRAWN = "withdrawn"


STANDING_FR = {
    Standing.ADMITTED: "admise",
    Standing.LATE: "hors délai",
    Standing.EXCLUDED: "candidature écartée",
    Standing.IRREGULAR: "irrégulière",
    Standing.UNACCEPTABLE: "inacceptable",
    Standing.INAPPROPRIATE: "inappropriée",
    Standing.ABNORMALLY_LOW: "anormalement basse",
    Standing.WITHDRAWN: "retirée",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """An economic operator. ``siren``: nine digits, "" when unknown (foreign, or not given)."""

    name: str
    siren: str = ""
    role: str = ""  # "mandataire", "membre", "sous-traitant"; "" alone
    represented_by: str = ""  # the person who acts for it (R.2142-4), when known


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The buyer's appreciation on one criterion: a level of the scale or a mark on it, and why."""

    level: str = ""  # label of the scale, or ""
    mark: Decimal | None = None  # a mark between levels, when the scale has a step
    reason: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """One bid for one lot (BT-3201)."""

    id: str
    bidder: str
    lot: str
    operators: tuple[Operator, ...] = ()
    form: GroupForm | None = None
    received_at: datetime | None = None
    standing: Standing = Standing.ADMITTED
    reason: str = ""  # of a standing other than admitted
    unread: str = ""  # why nobody can say yet where it stands: kept apart, to process
    inputs: Mapping[str, Decimal] = field(default_factory=dict)  # Input.id -> figure
    unit_prices: Mapping[str, Decimal] = field(default_factory=dict)  # PriceLine.ref -> euros
    assessments: Mapping[str, Assessment] = field(default_factory=dict)  # AwardCriterion.id ->
    one_of_several: bool = False  # its bidder has others for the lot: a variant, an earlier deposit
    place: Place = field(default=NOWHERE, compare=False)  # where it was typed

    @property
    def name(self) -> str:
        """How tables name it: its bidder, and its own id when that would name several bids of the lot.

        >>> Bid(id="v1", bidder="Alice SARL", lot="1", one_of_several=True).name
        'Alice SARL (v1)'
        """
        return f"{self.bidder} ({self.id})" if self.one_of_several else self.bidder
