"""How many lots one bidder may bid for and win (CCP R.2113-1): questions, never an elimination."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from reglo.procurement.bid import Bid
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding
from reglo.procurement.folding import caseless
from reglo.procurement.judging.judgement import LotResult


class TooManyLotsWon(Finding):
    code = "RANG-03"
    cause = (
        "« {bidder} » est proposé pour {count} lots ({lots}), alors qu'un même candidat en obtient {limit} "
        "au plus."
    )
    mend = (
        "Appliquez la règle annoncée pour ce cas : elle dit quels lots il garde ; les autres vont à l'offre "
        "suivante. Si le règlement n'en donne aucune, une personne tranche, par écrit."
    )
    source = "CCP R.2113-1"


class TooManyLotsBid(Finding):
    code = "RANG-04"
    cause = (
        "« {bidder} » est classé pour {count} lots ({lots}), alors qu'un même candidat en vise {limit} "
        "au plus."
    )
    mend = "Appliquez la suite que prévoit le règlement, puis jugez de nouveau sans les offres écartées."
    source = "CCP R.2113-1"


def lot_limits(consultation: Consultation, results: Iterable[LotResult]) -> tuple[Finding, ...]:
    """Every bidder ranked, or proposed, for more lots than the RC admits, by name."""
    allotment = consultation.allotment
    if allotment is None:
        return ()
    bid: dict[str, dict[str, Bid]] = defaultdict(dict)
    won: dict[str, dict[str, Bid]] = defaultdict(dict)
    for result in results:
        for one in result.ranked:
            bid[caseless(one.bid.bidder)][result.lot.id] = one.bid
        if result.winner is not None:
            won[caseless(result.winner.bid.bidder)][result.lot.id] = result.winner.bid
    return (
        *_beyond(TooManyLotsBid, bid, allotment.max_lots_bid, allotment.source),
        *_beyond(TooManyLotsWon, won, allotment.max_lots_awarded, allotment.source),
    )


def _beyond(
    kind: type[Finding], lots: Mapping[str, Mapping[str, Bid]], limit: int | None, article: str
) -> Iterable[Finding]:
    for _, bids in sorted(lots.items()):
        if limit is not None and len(bids) > limit:
            names = {bid.bidder for bid in bids.values()}
            facts = {"bidder": min(names), "count": len(bids), "lots": ", ".join(bids), "limit": limit}
            yield kind(facts=facts, article=article)
