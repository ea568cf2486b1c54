"""What changed between two versions of the rules, as a change notice says it, and what it obliges to do.

Every field is compared; those that matter have their French name, the others are shown by their path.
R.2151-4: an important change postpones the deadline; V12: it is announced to all who have the documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from reglo.procurement.award import LotAward
from reglo.procurement.change_words import IDENTIFIERS, NO_RULE, important, label_of, said_keys, shown
from reglo.procurement.consultation import Consultation, ProcedureType, TermAbout
from reglo.procurement.deadlines import calendar_of
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.key_words import KEYS_FR
from reglo.procurement.law import procedure_on
from reglo.procurement.rules_file.nodes import join
from reglo.procurement.rules_file.shape import is_group
from reglo.procurement.sentences.slots import normal

_UNSAID = (*NO_RULE, "open_points", "justify", "reglo")
_IN_THE_NOTICE = (
    *("title", "nature", "cpv", "places", "estimated_", "lots", "procedure", "award", "capacity"),
    *("contract.duration", "contract.renewal", "contract.tranches", "contract.framework"),
    *("calendar.submission_deadline", "calendar.candidacy_deadline", "calendar.opening_at"),
    "calendar.bid_validity",
)
_TWO_PHASES = (ProcedureType.RESTRICTED, ProcedureType.NEGOTIATED, ProcedureType.DIALOGUE)
_FIRST_DATE = date(2019, 4, 1)


class Importance(StrEnum):
    MINOR = "minor"
    IMPORTANT = "important"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, in words: "au lieu de « … », lire « … »"."""

    path: str
    sentence: str
    importance: Importance
    article: str = ""

    @property
    def line(self) -> str:
        """The sentence and its article, as a list prints them."""
        return self.sentence + (f" ({self.article})" if self.article else "")


@dataclass(frozen=True, slots=True)
class MovedDate:
    """A date of the calendar before and after; None when it is not there."""

    title: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that changed, and what follows."""

    reference: str
    title: str
    buyer: str
    changes: tuple[Change, ...]
    moved: tuple[MovedDate, ...]
    told: tuple[str, ...]  # who must be told, and how
    findings: tuple[Finding, ...]

    @property
    def important(self) -> bool:
        return any(change.importance is Importance.IMPORTANT for change in self.changes)

    @property
    def sections(self) -> tuple[tuple[str, tuple[Change, ...]], ...]:
        """The changes under their titles: the deadlines first, which every reader looks for."""
        deadlines = tuple(change for change in self.changes if change.path.endswith("_deadline"))
        others = [change for change in self.changes if change not in deadlines]
        named = (
            ("Dates limites", deadlines),
            (
                "Modifications importantes",
                tuple(it for it in others if it.importance is Importance.IMPORTANT),
            ),
            ("Modifications de détail", tuple(it for it in others if it.importance is Importance.MINOR)),
        )
        return tuple((title, listed) for title, listed in named if listed)

    @property
    def blocked(self) -> bool:
        return any(finding.weight is Severity.BLOCKING for finding in self.findings)

    def as_dict(self) -> dict[str, object]:
        """The stable JSON form."""
        return {
            "reference": self.reference,
            "changes": [
                {
                    "path": change.path,
                    "sentence": change.sentence,
                    "importance": change.importance.value,
                    "article": change.article or None,
                }
                for change in self.changes
            ],
            "dates": [
                {
                    "title": moved.title,
                    "before": moved.before.isoformat() if moved.before else None,
                    "after": moved.after.isoformat() if moved.after else None,
                }
                for moved in self.moved
            ],
            "told": list(self.told),
            "findings": [finding.as_dict() for finding in self.findings],
        }


class DeadlineMustMove(Finding):
    code = "DIFF-01"
    cause = "Des modifications importantes ({changes}) sont apportées et la date limite reste le {deadline}."
    mend = "Reportez la date limite d'un délai proportionné, pour tous les candidats."
    source = "CCP R.2151-4 2°"


class DeadlineShortened(Finding):
    code = "DIFF-02"
    cause = "La date limite passe du {before} au {after}, plus tôt que celle annoncée."
    mend = "Gardez la date annoncée, ou une date plus tardive."
    source = "CCP R.2151-1, R.2151-4 ; égalité de traitement (L.3)"


class ChangeTooLate(Finding):
    code = "DIFF-03"
    default_severity = Severity.TO_CHECK
    cause = "Le règlement permet de modifier le dossier jusqu'au {limit} ; la modification part le {day}."
    mend = "Reportez la date limite : les délais se comptent depuis la nouvelle date."


class AnotherConsultation(Finding):
    code = "DIFF-04"
    default_severity = Severity.TO_CHECK
    cause = "Les deux fichiers n'ont pas la même référence : « {before} » et « {after} »."
    mend = "Vérifiez que ce sont deux versions de la même consultation."


class ChangeAfterDeadline(Finding):
    code = "DIFF-05"
    cause = "La modification part le {day}, après la date limite du {deadline} : les offres sont remises."
    mend = "Rien ne se modifie plus ; déclarez au besoin la procédure sans suite, et recommencez."
    source = "CCP R.2151-4, R.2185-1 ; égalité de traitement (L.3)"


class InformationTooLate(Finding):
    code = "DIFF-06"
    cause = (
        "La modification part le {day}, après le {limit}, dernier jour des renseignements complémentaires, "
        "et la date limite ne bouge pas."
    )
    mend = "Reportez la date limite d'un délai proportionné, pour tous les candidats."
    source = "CCP R.2132-6, R.2151-4 1°"


# what a new date may break: minimal periods, days off, order and room
_OF_NEW_DATES = (
    "DELAI-01",
    "CAL-01",
    "CAL-02",
    "CAL-03",
    "CAL-04",
    "CAL-10",
    "CAL-11",
    "CAL-12",
    "CAL-13",
    "CAL-19",
)
DEADLINES = ("submission_deadline", "candidacy_deadline")


def changes_between(old: Consultation, new: Consultation, sent: date | None = None) -> Changes:
    """What changed from ``old`` to ``new``; ``sent``: the day the change is announced, when known.

    Raises Refused for dates no calendar holds.
    """
    found = tuple(_compared(old, new, "", ""))
    return Changes(
        reference=new.reference,
        title=new.title,
        buyer=new.buyer.name,
        changes=found,
        moved=tuple(_moved(old, new)),
        told=tuple(_told(new, found)),
        findings=tuple(_findings(old, new, found, sent)),
    )


# --- Comparing ----------------------------------------------------------------------------------


def _compared(old: Any, new: Any, path: str, called: str) -> Iterator[Change]:
    """The differences of two groups of one type, in the model's order; ``called``: the path by names."""
    for field in fields(old):
        if field.name in _UNSAID:
            continue
        before, after = getattr(old, field.name), getattr(new, field.name)
        below, named = join(path, field.name), join(called, field.name)
        if before == after or _alike(before, after):
            continue
        if is_group(type(before)) and is_group(type(after)):
            yield from _compared(before, after, below, named)
        elif _groups(before) and _groups(after) and (before or after):
            yield from _lists(before, after, below, named)
        else:
            key = f"{type(new).__name__}.{field.name}"
            yield _changed(below, named, key, before, after, getattr(new, "source", ""))


def _groups(value: object) -> bool:
    """Whether it is a list of groups, which may be empty."""
    return isinstance(value, tuple) and all(is_group(type(item)) for item in value)


def _alike(before: object, after: object) -> bool:
    """Whether two texts read the same: the curved apostrophe is the straight one, blanks are one space.

    >>> _alike("l’offre", "l'offre"), _alike(("a  b",), ("a b",)), _alike("a", "b")
    (True, True, False)
    """
    if isinstance(before, str) and isinstance(after, str):
        return normal(before) == normal(after)
    if before is None and is_group(type(after)):
        return not said_keys(after)
    if after is None and is_group(type(before)):
        return not said_keys(before)
    if isinstance(before, tuple) and isinstance(after, tuple):
        return len(before) == len(after) and all(map(_alike, before, after))
    return before == after


def _lists(before: tuple[Any, ...], after: tuple[Any, ...], path: str, called: str) -> Iterator[Change]:
    """Two lists of groups: the same by their name, added, removed."""
    old, new = _by_name(before), _by_name(after)
    for name, item in old.items():
        if name not in new:
            sentence = f"{label_of(called)} « {_called(item, name)} » : à supprimer."
            yield _said(path, sentence, item, None)
    for name, item in new.items():
        if name not in old:
            sentence = f"{label_of(called)} « {_called(item, name)} » : à ajouter{_details(item)}."
            yield _said(path, sentence, None, item)
        elif old[name] != item:
            yield from _compared(old[name], item, f"{path}[{name}]", f"{called}[{_called(item, name)}]")


def _by_name(items: tuple[Any, ...]) -> Mapping[str, Any]:
    """Groups by what names them, or by their rank; a name met twice has its rank too."""
    named: dict[str, Any] = {}
    for rank, item in enumerate(items, 1):
        name = next((str(getattr(item, key)) for key in IDENTIFIERS if getattr(item, key, "")), str(rank))
        name = item.title if isinstance(item, LotAward) else name
        named[name if name not in named else f"{name} ({rank})"] = item
    return named


def _called(item: Any, name: str) -> str:
    """What a candidate calls it: the name of a criterion, the code of a piece; an id means nothing to one."""
    if not hasattr(item, "id"):
        return name
    said = next((getattr(item, key) for key in ("name", "topic", "about") if getattr(item, key, "")), name)
    return shown(said).translate({ord("["): "(", ord("]"): ")"})


def _details(item: Any) -> str:
    if isinstance(item, LotAward):
        weights = [f"{one.name} : {shown(one.share or one.weight)}" for one in item.criteria or ()]
        return f" ({', '.join(weights or [KEYS_FR[key] for key in item.given])})"
    said = next((str(getattr(item, key)) for key in ("rule", "ground", "name") if getattr(item, key, "")), "")
    named = next((getattr(item, key) for key in IDENTIFIERS if getattr(item, key, "")), "")
    return f" ({said})" if said and said not in (named, _called(item, "")) else ""


def _changed(path: str, called: str, key: str, before: object, after: object, article: str) -> Change:
    """A value that changed, in the words of a notice."""
    label, was, now = label_of(called), shown(before, key), shown(after, key)
    if before in (None, "", ()):
        sentence = f"{label} : ajouter « {now} »."
    elif after in (None, "", ()):
        sentence = f"{label} : supprimer « {was} »."
    else:
        sentence = f"{label} : au lieu de « {was} », lire « {now} »."
    return Change(path, _tied(sentence), _importance(path, before, after), _one_article(article))


def _one_article(source: str) -> str:
    """The article of a change; none when the group was read from several, any of which may say it."""
    return source if source.count(",") + source.count(";") < 2 else ""


def _tied(sentence: str) -> str:
    """Quotation marks that no line end parts from their words."""
    return sentence.replace("« ", "«\u00a0").replace(" »", "\u00a0»")


def _said(path: str, sentence: str, before: object, after: object) -> Change:
    article = getattr(after or before, "source", "")
    return Change(path, _tied(sentence), _importance(path, before, after), article)


def _importance(path: str, before: object, after: object) -> Importance:
    return Importance.IMPORTANT if important(path, before, after) else Importance.MINOR


# --- What follows -------------------------------------------------------------------------------


def _moved(old: Consultation, new: Consultation) -> Iterator[MovedDate]:
    """Every date of the calendar that moves, appears or goes, in order."""
    before = {entry.id: entry for entry in calendar_of(old).entries if entry.on}
    after = {entry.id: entry for entry in calendar_of(new).entries if entry.on}
    for entry_id in dict.fromkeys([*after, *before]):
        was, now = before.get(entry_id), after.get(entry_id)
        entry = now or was
        if entry is None or (was and now and (was.on, was.at) == (now.on, now.at)):
            continue
        yield MovedDate(entry.title, was.on if was else None, now.on if now else None)


def _told(new: Consultation, changes: tuple[Change, ...]) -> Iterator[str]:
    if not changes:
        return
    yield (
        "Toutes les entreprises qui ont retiré le dossier, au même moment et dans les mêmes termes, "
        "par le profil d'acheteur."
    )
    yield (
        "Celles qui l'ont retiré sans s'identifier : la modification est publiée avec les documents, "
        "en accès libre."
    )
    if new.procedure.type in _TWO_PHASES:
        yield (
            "Si les candidatures sont déjà choisies : les seuls candidats invités à présenter une offre, "
            "tous en même temps."
        )
    law = procedure_on(new.procedure.type, new.buyer.kind, new.launch_date or _FIRST_DATE)
    announced = [change for change in changes if change.path.startswith(_IN_THE_NOTICE)]
    if announced:
        where = "au BOAMP et au JOUE" if law.formal else "dans les supports de l'avis"
        yield f"Un avis rectificatif {where} : la modification touche ce que l'avis annonce."


def _findings(
    old: Consultation, new: Consultation, changes: tuple[Change, ...], sent: date | None
) -> Iterator[Finding]:
    if old.reference != new.reference:
        yield AnotherConsultation(facts={"before": old.reference, "after": new.reference})
    grave = [change for change in changes if change.importance is Importance.IMPORTANT]
    announced = [
        (getattr(old.calendar, key), getattr(new.calendar, key)) for key in DEADLINES
    ]  # the first is the one that important changes move
    kept = [(was, now) for was, now in announced if was and now]
    for was, now in kept:
        if now.at < was.at:
            yield DeadlineShortened(facts={"before": was.french, "after": now.french})
    if grave and kept and all(now.at == was.at for was, now in kept):
        kinds = dict.fromkeys(change.sentence.partition(" :")[0] for change in grave)
        listed = ", ".join(list(kinds)[:4]) + ("…" if len(kinds) > 4 else "")
        yield DeadlineMustMove(facts={"changes": listed, "deadline": kept[0][1].french})
    if sent is not None and changes:
        yield from _sent_late(old, new, sent)
    known = {finding.code for finding in calendar_of(old).findings}
    yield from (it for it in calendar_of(new).findings if it.code not in known and it.code in _OF_NEW_DATES)


def _sent_late(old: Consultation, new: Consultation, sent: date) -> Iterator[Finding]:
    """After the deadline itself, or the last day the code or the RC gives for what is sent."""
    was, now = old.calendar.submission_deadline, new.calendar.submission_deadline
    if was and was.day < sent:
        yield ChangeAfterDeadline(facts={"deadline": was.french, "day": f"{sent:%d/%m/%Y}"})
    elif was and now and was.at == now.at:
        for entry in calendar_of(new).entries:
            if entry.id == "information" and entry.on and entry.on < sent:
                facts: dict[str, object] = {"limit": f"{entry.on:%d/%m/%Y}", "day": f"{sent:%d/%m/%Y}"}
                yield InformationTooLate(facts=facts)
    terms = {f"term:{it.id}": it for it in new.calendar.terms if it.about is TermAbout.CHANGES}
    for entry in calendar_of(new).entries:
        if entry.id in terms and entry.on and entry.on < sent:
            facts = {"limit": f"{entry.on:%d/%m/%Y}", "day": f"{sent:%d/%m/%Y}"}
            yield ChangeTooLate(facts=facts, article=entry.source)
