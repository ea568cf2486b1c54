"""When plis may be opened: not before the deadline of the very rules their keys were born of.

``docs/seal.md`` §9. A rehearsal opens nothing but its own dummy pli, under a key no bid is sealed to:
it does not come here.

The opening machine holds to the rules; a holder, who has a package and nothing else, to the deadlines its
package was born with: whoever asks an honest holder for a share early is refused by its own program.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from reglo.procurement.consultation import Consultation
from reglo.procurement.deadlines.receipt import Timeliness, timeliness
from reglo.procurement.findings import Finding
from reglo.procurement.requirements import Folder
from reglo.procurement.values import Instant
from reglo.sealing.custody.findings import NoDeadline, OtherRules, ShareTooEarly, TooEarly
from reglo.sealing.opening_keys import OpeningKeys


def opening_deadline(consultation: Consultation, compartment: str) -> Instant | None:
    """The deadline a compartment stays sealed until: candidacies have their own in two-phase procedures."""
    calendar = consultation.calendar
    if compartment.partition("/")[0] == Folder.CANDIDACY and calendar.candidacy_deadline is not None:
        return calendar.candidacy_deadline
    return calendar.submission_deadline


def deadlines_of(consultation: Consultation, compartments: Iterable[str]) -> dict[str, datetime]:
    """The deadline of each compartment that has one."""
    limits = {name: opening_deadline(consultation, name) for name in compartments}
    return {name: limit.at for name, limit in limits.items() if limit is not None}


def kept_because(
    deadlines: Mapping[str, datetime], compartments: Iterable[str], *, now: datetime
) -> tuple[Finding, ...]:
    """Why a holder gives no share of these compartments at ``now`` (aware); empty when it may.

    deadlines: those of its package. Both instants are said by the holder's own clock.
    """
    findings: list[Finding] = []
    for compartment in compartments:
        limit = deadlines.get(compartment)
        if limit is None:
            findings.append(NoDeadline(facts={"compartment": compartment}))
        elif timeliness(now, limit) is Timeliness.ON_TIME:
            said = {"deadline": shown(limit.astimezone()), "now": shown(now.astimezone())}
            findings.append(ShareTooEarly(facts={"compartment": compartment, **said}))
    return tuple(findings)


def closed_because(
    keys: OpeningKeys,
    consultation: Consultation,
    rules_sha256: str,
    compartments: Iterable[str],
    *,
    now: datetime,
    in_force: str = "",
) -> tuple[Finding, ...]:
    """Why these compartments stay closed at ``now`` (aware); empty when they may be opened.

    rules_sha256: of the file ``consultation`` was read from. in_force: of the rules the keys go by since a
    rectificatif (``amendments``); empty, those they were born of. Other rules decide nothing, were their
    deadline earlier. While a bid would still be on time, nothing opens (AP-T09).
    """
    expected = in_force or keys.rules_sha256
    if expected != rules_sha256:
        return (OtherRules(facts={"given": rules_sha256, "expected": expected}),)
    findings: list[Finding] = []
    for compartment in compartments:
        limit = opening_deadline(consultation, compartment)
        if limit is None:
            findings.append(NoDeadline(facts={"compartment": compartment}))
        elif timeliness(now, limit.at, consultation.calendar.exact_hour_in_time) is Timeliness.ON_TIME:
            said = {"deadline": shown(limit.at), "now": shown(now.astimezone(limit.at.tzinfo))}
            findings.append(TooEarly(facts={"compartment": compartment, **said}))
    return tuple(findings)


def shown(at: datetime) -> str:
    """An instant, to the second, in its own zone."""
    return f"{at:%d/%m/%Y à %H:%M:%S} ({at.tzinfo})"
