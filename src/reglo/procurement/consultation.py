"""A consultation as its published rules state it: the root of the rules file.

Everything here is frozen data. ``rules_file.load`` builds it, the other modules of the centre
compute from it, and nothing else holds a rule. Each object may name the article of the RC it
comes from (``source``) and the buyer's own sentence (``text``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from reglo.procurement.award import Award, Judged, PriceRules, these_lots
from reglo.procurement.contract import Contract
from reglo.procurement.requirements import (
    Capacity,
    Grouping,
    Piece,
    Review,
    Sanction,
    Sourced,
    Submission,
)
from reglo.procurement.values import Instant, Money, Period

# --- Who and what -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Sourced):
    """The notice that opened the consultation (avis d'appel à la concurrence, BT-02, BT-701, BT-757)."""

    number: str = ""  # number of the announcement, "25-142768"
    identifier: str = ""
    version: str = ""
    form: str = ""  # "Mise en concurrence"
    type: str = ""
    languages: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()  # of publication
    url: str = ""
    sent_to_publication_on: date | None = None


class BuyerKind(StrEnum):
    """Which thresholds apply (CCP annexe 2)."""

    STATE = "state"  # the State and its bodies (central authorities)
    LOCAL = "local"  # every other contracting authority
    UTILITY = "utility"  # entité adjudicatrice


@dataclass(frozen=True, slots=True, kw_only=True)
class Address(Sourced):
    """A postal or delivery address, with its opening hours when it receives deposits by hand."""

    use: str  # "siège", "envoi postal", "remise sur place", "entrée des véhicules"…
    lines: tuple[str, ...]
    postcode: str = ""
    town: str = ""
    hours: tuple[str, ...] = ()  # "lundi-vendredi 09:00-12:30", holidays excluded
    nuts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Sourced):
    """A person, service or site to turn to, and for what."""

    role: str  # "visites", "questions", "support du profil d'acheteur", "greffe"…
    name: str
    phones: tuple[str, ...] = ()
    email: str = ""
    url: str = ""
    registration: str = ""  # SIRET of an organisation named in the notice (BT-501)


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer(Sourced):
    """The contracting authority (acheteur, pouvoir adjudicateur)."""

    name: str
    kind: BuyerKind
    siret: str = ""
    legal_type: str = ""  # forme juridique as the notice states it (BT-11)
    main_activity: str = ""  # activité principale (BT-10)
    represented_by: str = ""
    territory: str = ""  # whose public holidays count: "alsace-moselle", "974"…; "": those of the metropole
    profile_url: str = ""  # profil d'acheteur
    services: tuple[Contact, ...] = ()  # maître d'ouvrage, conducteur d'opération, contrôleur…
    addresses: tuple[Address, ...] = ()


class ContractNature(StrEnum):
    WORKS = "works"
    SUPPLIES = "supplies"
    SERVICES = "services"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Sourced):
    """A place of performance."""

    name: str
    lines: tuple[str, ...] = ()
    postcode: str = ""
    town: str = ""
    nuts: str = ""
    department: str = ""


# --- Procedure --------------------------------------------------------------------------------


class ProcedureType(StrEnum):
    """How the contract is awarded; the steps and periods of each are data in ``law/``."""

    OPEN = "open"  # appel d'offres ouvert
    RESTRICTED = "restricted"  # appel d'offres restreint
    NEGOTIATED = "negotiated"  # procédure avec négociation
    DIALOGUE = "dialogue"  # dialogue compétitif
    ADAPTED = "adapted"  # MAPA


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiation(Sourced):
    """Whether, with whom and how the buyer negotiates (NG-01 to NG-09)."""

    allowed: bool
    with_best: int | None = None  # the n best after a first ranking; None: with all
    award_without: bool = False  # right reserved to award on initial bids
    award_without_in_notice: bool | None = None  # NG-02: the notice must say it too; None: not known
    rounds: int | None = None  # None: not limited
    channels: tuple[str, ...] = ()  # "par écrit", "réunion"…
    excluded: tuple[str, ...] = ()  # what cannot be negotiated: "critères", "exigences minimales"
    hearings: bool = False  # auditions that are not a negotiation


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlist(Sourced):
    """Selection of candidates before bids (CA-09); counts None when the RC states none (L-18)."""

    criteria: tuple[str, ...]
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure(Sourced):
    """The procedure, its legal basis and its variants."""

    type: ProcedureType
    legal_basis: tuple[str, ...]  # articles as cited: "R.2161-2", …
    directive: str = ""
    electronic: bool | None = None  # None: not said; the law then has it electronic (R.2132-7)
    prior_notice: bool = False  # avis de préinformation used to shorten periods
    urgency: bool = False
    documents_off_profile: bool = False  # R.2132-5: adds five days (DM-03)
    public_opening: bool | None = None
    variants_allowed: bool | None = None  # None: not said; R.2151-8 then decides
    variants_required: bool | None = None
    optional_supplies_asked: bool | None = None  # PSE; None: not said
    optional_supplies: tuple[str, ...] = ()  # those asked, when named
    reserved_participation: bool = False
    gpa_covered: bool | None = None  # accord sur les marchés publics (AMP)
    suitable_for_sme: bool | None = None
    eu_funds: bool = False
    dynamic_purchasing_system: bool = False  # système d'acquisition dynamique
    negotiation: Negotiation | None = None
    shortlist: Shortlist | None = None
    fine_tuning: str = ""  # mise au point (NG-08): its article when reserved
    abandonment: str = ""  # sans suite: the grounds the RC gives


# --- Lots -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot(Sourced):
    """A lot (BT-137). A consultation without allotment has one, id "1"."""

    id: str
    name: str
    description: str = ""
    cpv: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    duration: Period | None = None  # overrides the contract's
    form: str = ""  # overrides the contract's
    minimum: Money | None = None  # overrides the framework's; zero: the RC says there is none
    maximum: Money | None = None  # overrides the framework's (BT-271, R.2162-4)
    estimated_value: Money | None = None  # BT-27, first period
    estimated_total: Money | None = None  # renewals and options included (R.2121-1)
    identifiers: dict[str, str] = field(default_factory=dict)  # technical and internal ones (BT-137, BT-22)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment(Sourced):
    """Lots: how many one bidder may bid for and win, or why there are none (L.2113-10, -11)."""

    divided: bool
    reason: str = ""  # of non-allotment
    max_lots_bid: int | None = None
    max_lots_awarded: int | None = None
    separate_contracts: bool | None = None


# --- Calendar ---------------------------------------------------------------------------------


class TermAbout(StrEnum):
    """What a term of the RC limits."""

    QUESTIONS = "questions"  # the candidates' last day to ask
    ANSWERS = "answers"  # the buyer's last day to answer
    CHANGES = "changes"  # the buyer's last day for changes of detail
    VISIT_LAST = "visit_last"  # last visit
    VISIT_BOOKING = "visit_booking"  # last day to book
    VISIT_REQUEST = "visit_request"  # notice before a given visit
    SUPPLEMENT = "supplement"  # completion of a candidacy (R.2144-2)
    REGULARISATION = "regularisation"  # cure of a bid (R.2152-2)
    CLARIFICATION = "clarification"  # precisions on a bid
    AWARD_EVIDENCE = "award_evidence"  # evidence due from the intended awardee (R.2144-4)
    ACCESS_LIST = "access_list"  # names given before an intervention, …
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Sourced):
    """A period before or after an event: "8 jours ouvrés before submission_deadline".

    ``of`` names the event: ``submission_deadline``, ``candidacy_deadline``, ``visit``, ``request``,
    ``notification``, ``intervention``… Counted by TC-01 to TC-08.
    """

    id: str
    about: TermAbout
    period: Period
    at_most: bool = False  # "délai maximum": the demand may set a shorter one (S3, S4 7.1)
    side: str  # "before" or "after"
    of: str
    at: str = ""  # "12:00" when the RC gives an hour; otherwise the end of the day
    party: str = ""  # who is bound: "candidats", "acheteur"
    all_concerned: bool = True  # V11: the same demand and term to all
    moves_with_deadline: bool = True  # follows a postponed deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Sourced):
    """Site visits (R.2151-3)."""

    id: str
    lots: tuple[str, ...] = ()  # those it is for; empty: all
    compulsory: bool
    if_missed: Sanction = Sanction.NONE  # what the RC attaches to a compulsory visit not made
    at: Instant | None = None  # None: by appointment
    place: tuple[str, ...] = ()
    arrive_before: Period | None = None
    people_per_company: int | None = None
    bring: tuple[str, ...] = ()  # documents of the DCE to bring
    request_with: tuple[str, ...] = ()  # identity copies, names, wished date…
    contacts: tuple[Contact, ...] = ()
    questions_answered: bool | None = None
    pieces: tuple[str, ...] = ()  # pieces then owed in the bid
    only_one: bool = False

    @property
    def whose(self) -> str:
        """Of which lots it is, as a title ends: ", lot 2"; "" when it is for all."""
        return f", {these_lots(self.lots)}" if self.lots else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BidValidity(Sourced):
    """Délai de validité: from the last of the named deadlines that applies (§3.5)."""

    period: Period
    of: tuple[str, ...] = ()  # empty: not said, ``start`` then decides

    @property
    def start(self) -> tuple[str, ...]:
        """The deadlines it is counted from: that of the bids when the RC names none."""
        return self.of or ("submission_deadline",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar(Sourced):
    """Instants announced and terms to compute from them."""

    sent_at: Instant | None = None  # notice sent for publication; decides the law that applies
    launched_on: date | None = None  # without a notice, or when the sending instant is not known
    candidacy_deadline: Instant | None = None  # two-phase procedures
    submission_deadline: Instant | None = None  # bids (initial ones when negotiated)
    final_bids_deadline: Instant | None = None
    deadline_inclusive: bool | None = None  # S3 and S4 say "before": at the hour exactly is late
    last_byte: bool | None = None  # the instant that counts is that of the last byte received
    time_zone_as_written: str = ""  # when the RC writes it oddly ("GMT+01:00 Paris")
    opening_at: Instant | None = None
    opening_indicative: bool = False  # announced as a forecast
    works_start_on: str = ""
    visits: tuple[Visit, ...] = ()
    bid_validity: BidValidity | None = None
    terms: tuple[Term, ...] = ()

    @property
    def exact_hour_in_time(self) -> bool:
        """Whether a pli received at the hour exactly is in time: yes, unless the RC says "before"."""
        return self.deadline_inclusive is not False


# --- Documents, remedies, open points ---------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcurementDocument(Sourced):
    """A document of the DCE (BT-15)."""

    code: str
    name: str
    to_return: bool = False  # the bidder completes and returns it
    contractual: bool = False
    url: str = ""
    annex_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAccess(Sourced):
    """How the DCE is obtained (DM-01 to DM-03) and what it may be used for."""

    url: str = ""
    reference: str = ""
    identification_optional: bool | None = None
    paper: bool | None = None
    until: str = ""
    formats: tuple[str, ...] = ()
    free: bool | None = None
    confidentiality: tuple[str, ...] = ()  # duties on documents handed over (L.2132-1)
    alerts_need_identification: bool | None = None
    email_asked: bool = False  # an address, read regularly, is asked at withdrawal
    languages: tuple[str, ...] = ()  # official languages of the documents (BT-708)


class RemedyKind(StrEnum):
    PRECONTRACTUAL = "precontractual"  # référé précontractuel, CJA L.551-1
    CONTRACTUAL = "contractual"  # référé contractuel, CJA L.551-13
    CONTRACT_CHALLENGE = "contract_challenge"  # Tarn-et-Garonne
    ANNULMENT = "annulment"  # excès de pouvoir
    SUSPENSION = "suspension"  # référé suspension, CJA L.521-1
    GRACIOUS = "gracious"  # recours gracieux
    CONCILIATION = "conciliation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy(Sourced):
    """A way of appeal and its window, as computed by §7.3."""

    kind: RemedyKind
    within: Period | None = None
    of: str = ""  # "notification", "conclusion", "award_notice"…
    until: str = ""  # "signature"…
    when: str = ""  # the case in which this window applies, when one kind has several
    closed: str = ""  # to whom, or when, the way is no longer open
    effect: str = ""  # what using it does to the other terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies(Sourced):
    """The court and the ways of appeal stated."""

    court: Contact
    address: Address | None = None
    ways: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Sourced):
    """An operative rule that needs no computation, kept with its effect so that nothing is unsayable."""

    id: str
    topic: str  # "accès au site", "données personnelles", "langue"…
    rule: str  # in our words
    effect: str = "obligation"  # "obligation", "faculté", "irrégularité", "élimination", "information"
    bound: str = ""  # "candidats", "acheteur", "titulaire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One admissible reading of an open point: paths of the rules file and the values it gives them."""

    id: str
    label: str
    set: dict[str, Any] = field(default_factory=dict)  # "award.criteria[prix].formula": "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPoint(Sourced):
    """What the RC leaves open or contradicts: recorded, not guessed.

    ``rule`` is the linter's id (L-01 to L-25) or a legal rule id. ``default`` names the choice in
    force until ``decided_by`` chooses; a point without choices is a question to put to the buyer.
    """

    id: str
    question: str
    rule: str = ""
    sources: tuple[str, ...] = ()  # the articles that clash
    choices: tuple[Choice, ...] = ()
    default: str = ""
    decided_by: str = ""
    decided_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Justification(Sourced):
    """Why a finding of the linter is accepted, kept beside the rules."""

    finding: str  # L-01, INV-3…
    reason: str
    by: str = ""
    on: date | None = None


# --- The root ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation(Sourced):
    """One consultation: the rules file, validated."""

    reglo: int  # version of the format
    reference: str
    title: str
    buyer: Buyer
    nature: ContractNature
    procedure: Procedure
    lots: tuple[Lot, ...]
    calendar: Calendar
    award: Award
    description: str = ""
    identifiers: dict[str, str] = field(default_factory=dict)  # notice number, internal id…
    notice: Notice | None = None
    cpv: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    estimated_value: Money | None = None
    estimated_total: Money | None = None
    allotment: Allotment | None = None
    contract: Contract | None = None
    procurement_documents: tuple[ProcurementDocument, ...] = ()
    document_access: DocumentAccess | None = None
    grouping: Grouping | None = None
    capacity: Capacity | None = None
    submission: Submission | None = None
    pieces: tuple[Piece, ...] = ()
    prices: PriceRules | None = None
    review: Review | None = None
    remedies: Remedies | None = None
    contacts: tuple[Contact, ...] = ()
    clauses: tuple[Clause, ...] = ()
    open_points: tuple[OpenPoint, ...] = ()
    justify: tuple[Justification, ...] = ()

    def lot(self, lot_id: str) -> Lot:
        """The lot of that id; KeyError otherwise."""
        for lot in self.lots:
            if lot.id == lot_id:
                return lot
        raise KeyError(lot_id)

    @property
    def judged(self) -> tuple[Judged, ...]:
        """The lots in groups judged alike."""
        return self.award.groups(tuple(lot.id for lot in self.lots))

    def in_lot(self, lot_id: str) -> Consultation:
        """The rules as they judge that lot, whose ``award`` is its own; KeyError when there is none."""
        self.lot(lot_id)
        return replace(self, award=self.award.of_lot(lot_id)) if self.award.for_lots else self

    @property
    def launch_date(self) -> date | None:
        """The day that decides which figures of the law apply (legal-rules §0)."""
        if self.calendar.sent_at is not None:
            return self.calendar.sent_at.day
        return self.calendar.launched_on

    @property
    def piece_codes(self) -> dict[str, Piece]:
        return {piece.code: piece for piece in self.pieces}
