"""What a bidder must send and be: pieces, capacities, groupings, the way of sending."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from reglo.procurement.values import Money, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A rule with the article of the RC it comes from and, in the buyer's own file, its sentence."""

    source: str = ""
    text: str = ""
    legal_basis: tuple[str, ...] = ()  # articles of the law the RC cites for this rule, as it writes them


# --- Pieces -----------------------------------------------------------------------------------


class Folder(StrEnum):
    """The part of the bid a piece belongs to."""

    CANDIDACY = "candidacy"  # sous-dossier « candidature »
    BID = "bid"  # sous-dossier « offre »


class OwedBy(StrEnum):
    """Who must produce the piece."""

    BIDDER = "bidder"  # once for the candidate, alone or grouped
    EACH_MEMBER = "each_member"  # each member of a grouping, or the single candidate
    MANDATARY = "mandatary"
    EACH_SUBCONTRACTOR = "each_subcontractor"
    EACH_NAMED_PERSON = "each_named_person"  # people named in the bid


class Sanction(StrEnum):
    """What the RC attaches to a breach; a person decides (V14)."""

    NONE = "none"
    INCOMPLETE = "incomplete"  # candidacy to complete (R.2144-2), inadmissible if it stays so
    IRREGULAR = "irregular"  # irregular bid (R.2152-1), may be cured (R.2152-2)
    ELIMINATED = "eliminated"
    NOT_READ = "not_read"  # what exceeds is not analysed


class Requirement(StrEnum):
    """Where the rule is written decides its force (CE 501774)."""

    CONTENT = "content"  # content of the bid: a breach is an irregularity
    JUDGING = "judging"  # only judging: a lower mark


class SignatureDue(StrEnum):
    NONE = "none"
    ANY = "any"  # by hand then scanned, or electronic
    ELECTRONIC = "electronic"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLimit(Sourced):
    """A page limit and what happens beyond it (§5.1)."""

    pages: int
    read_up_to: int | None = None  # pages after this one are not analysed; None: no such rule
    beyond: Sanction = Sanction.NONE
    excluding: tuple[str, ...] = ()  # "annexes", "sommaire", "page de garde", "CV"…
    layout: str = ""  # "A4, interligne simple, corps 10", "recto"; "" when the RC defines none
    pages_per_sheet: int | None = None  # "1 feuille = 2 pages"
    section: str = ""  # the chapter limited, when not the whole piece


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecePart(Sourced):
    """An item inside a piece (the DC4 of the subcontracting file, the CV annexed to a memoir)."""

    name: str
    code: str = ""
    when: tuple[str, ...] = ()
    max_age: Period | None = None  # "de moins de 3 mois"
    signature: SignatureDue = SignatureDue.NONE
    owed_by: OwedBy | None = None  # None: as the piece
    optional: bool = False
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece(Sourced):
    """A document a bidder must produce.

    ``when`` lists facts that must all hold ("groupement", "redressement judiciaire", "non groupement");
    empty: always due. ``versions`` lists the file types of which each must be present
    (((".xlsx", ".ods"), (".pdf",)): a spreadsheet and a PDF).
    """

    code: str
    name: str
    folder: Folder
    owed_by: OwedBy = OwedBy.BIDDER
    also_owed_by: tuple[OwedBy, ...] = ()  # who owes it too: operators relied upon (S2 4.4, CA-05)
    per_lot: bool = False  # one for each lot bid for
    when: tuple[str, ...] = ()
    optional: bool = False
    template: str = ""  # code of the DCE document to complete, or "DC1", "libre"
    own_template_only: bool = False  # another form makes the bid irregular
    formats: tuple[str, ...] = ()  # file suffixes; empty: as submission.formats
    versions: tuple[tuple[str, ...], ...] = ()
    signature: SignatureDue = SignatureDue.NONE
    dated: bool = False
    page_limits: tuple[PageLimit, ...] = ()
    every_cell_filled: bool = False  # price sheet: every line, even zero
    parts: tuple[PiecePart, ...] = ()
    instead_of: tuple[str, ...] = ()  # pieces this one replaces when given (DUME; equivalents)
    max_references: int | None = None
    where: Requirement = Requirement.CONTENT
    if_missing: Sanction = Sanction.NONE
    curable: bool = True
    at_award: bool = False  # due from the intended awardee only (R.2144-4)


# --- Capacity ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover(Sourced):
    """A minimum yearly turnover (CA-02), as an amount or a multiple of the contract's value."""

    minimum: Money | None = None
    times_contract: Decimal | None = None
    strictly_more: bool = False
    justification: str = ""  # R.2142-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Competence(Sourced):
    id: str
    name: str
    proofs: tuple[str, ...] = ()
    if_missing: Sanction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class References(Sourced):
    """References required (CA-04)."""

    minimum: int | None = None
    maximum: int | None = None
    per: str = ""  # "compétence", "candidat"
    max_age: Period | None = None
    of: str = ""  # kind of operations
    preferred: str = ""
    statuses: tuple[str, ...] = ()  # "réalisé", "en travaux", "en étude"
    excluded: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()  # in order: "choix du candidat", "les plus récentes", "tirage au sort"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity(Sourced):
    """Conditions of participation (CA-01 to CA-08)."""

    turnover: Turnover | None = None
    competences: tuple[Competence, ...] = ()
    references: tuple[References, ...] = ()
    qualifications: tuple[str, ...] = ()
    aptitude: str = ""
    insurance: str = ""
    years: int | None = None  # of turnover and staff figures
    assessed: str = ""  # "globale" (CA-08), of a grouping
    equivalents_accepted: bool | None = None  # CA-07, recently created companies
    reliance_proof: str = ""  # proof that others' capacities are available (CA-05)
    if_insufficient: Sanction | None = None


# --- Groupings --------------------------------------------------------------------------------


class GroupForm(StrEnum):
    JOINT = "conjoint"
    JOINT_LIABLE_LEADER = "conjoint, mandataire solidaire"
    SEVERAL = "solidaire"


class ExclusivitySanction(StrEnum):
    """What follows when one operator appears in several bids."""

    ALL_ELIMINATED = "all_eliminated"  # S2, S3: every bid concerned
    BEST_RANKED_KEPT = "best_ranked_kept"  # S4: depends on the ranking


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusivity(Sourced):
    """Ban on several bids by one operator (GR-04), by lot or for the whole contract."""

    single_and_member: bool | None = None  # whether it is banned; None: not said, hence not banned
    member_of_several: bool | None = None
    scope: str = ""  # "contract" or "lot"; "": not said, the whole contract
    sanction: ExclusivitySanction | None = None
    subcontractors_count: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping(Sourced):
    """Rules on groupings of operators (GR-01 to GR-06)."""

    forms_allowed: tuple[GroupForm, ...] = ()  # to bid; empty: any (GR-02)
    form_after_award: tuple[GroupForm, ...] = ()  # admissible after award; empty: any
    form_reason: str = ""
    preferred: GroupForm | None = None
    leader_liable: bool | None = None
    leader: str = ""  # duties or freedom of the mandataire
    exclusivity: Exclusivity | None = None
    composition_changes: str = ""  # article and conditions
    subcontractors_declared: str = ""


# --- Sending ----------------------------------------------------------------------------------


class SuccessiveDeposits(StrEnum):
    """What is opened when one bidder deposits several times (§2.4)."""

    LAST_ONLY = "last_only"
    LAST_THEN_EARLIER_DOCUMENTS = "last_then_earlier_documents"  # S3: a missing document may be taken
    LAST_PER_LOT = "last_per_lot"
    UNSTATED = "unstated"


class VirusPolicy(StrEnum):
    """In the order the RC applies them (§2.6)."""

    QUARANTINE = "quarantine"
    ATTEMPT_REPAIR = "attempt_repair"
    BACKUP_COPY_FIRST = "backup_copy_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupCopyRules(Sourced):
    """Copie de sauvegarde (CS-01 to CS-06)."""

    allowed: bool | None = None
    media: tuple[str, ...] = ()  # "papier", "support physique électronique", "électronique"
    electronic: bool | None = None  # allowed, refused, or not stated (L-19)
    signed: bool = False
    sealed: bool | None = None
    mentions: tuple[str, ...] = ()
    opened_if: tuple[str, ...] = ()  # "virus", "incomplete", "late", "unreadable"
    transmission_begun: bool | None = None  # begun before the deadline (CS-03 b)
    unopened: str = ""  # "détruite", …
    infected: str = ""  # "écartée"
    delivery: tuple[str, ...] = ()  # ways of delivery accepted
    addresses: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRules(Sourced):
    """Electronic or handwritten signature (SG-01 to SG-06)."""

    required: SignatureDue | None = None
    formats: tuple[str, ...] = ()  # "XAdES", "CAdES", "PAdES"; empty: any of annex 12
    level: str = ""  # "avancée, certificat qualifié", "RGS ***"
    on_each_document: bool = False
    verification_instructions: bool | None = None  # owed when another tool is used (SG-03)
    resigned_at_award: bool = False  # hand-signed documents
    cited_texts: tuple[str, ...] = ()
    leader_power: bool = False  # acte d'habilitation du mandataire


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission(Sourced):
    """How plis are sent, accepted formats, languages, deposits, viruses, backup copy, signature."""

    url: str = ""
    reference: str = ""
    electronic_only: bool | None = None  # None: not said; the law has it so (R.2132-7)
    other_channel: Sanction = Sanction.NONE
    receipt: bool | None = None
    late: Sanction | None = None  # None: not said; the law eliminates (R.2143-2, R.2151-5)
    late_informed: bool | None = None
    successive_deposits: SuccessiveDeposits = SuccessiveDeposits.UNSTATED
    one_pli_for_all_lots: bool | None = None
    separate_lots_allowed: bool | None = None
    formats: tuple[str, ...] = ()  # suffixes accepted, ".pdf"
    other_formats: str = ""  # condition under which another format is accepted
    discouraged: tuple[str, ...] = ()  # ".exe", "macros"
    open_document_required: bool | None = None  # S4: .odt and .ods compulsory
    naming: str = ""  # piece codes and folder tree to respect
    maximum_size: str = ""  # announced limit, "" when none (CE 506640)
    languages: tuple[str, ...] = ()
    translation: str = ""  # "simple", "certifiée par traducteur assermenté"
    currency: str = ""  # "EUR"
    espd_accepted: bool | None = None  # DUME
    catalogue: bool | None = None
    virus: tuple[VirusPolicy, ...] = ()
    virus_trace: bool | None = None
    backup_copy: BackupCopyRules | None = None
    signature: SignatureRules | None = None
    paper_after_award: bool = False  # rematerialisation of the acte d'engagement
    costs_borne_by_bidder: bool | None = None


# --- Review -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Elimination(Sourced):
    """A ground of elimination the RC announces."""

    id: str
    ground: str
    after_demand: bool = False  # only after a demand to complete stayed unanswered
    stage: str = "candidature"  # or "offre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Sourced):
    """Order and faculties of the examination (§4.3, §4.4, §5.1, §5.3)."""

    bids_first: bool | None = None  # right reserved to read bids before candidacies (R.2161-4)
    candidacy_completion: bool | None = None
    completion_by_others: bool = False  # S2: other candidates may complete too
    regularisation: bool | None = None
    clarifications: bool = False
    hearings: bool = False
    channel: str = ""  # "courriel", "profil d'acheteur"
    low_bids_detected: bool = False
    low_bid_formulas: tuple[str, ...] = ()  # OAB-1 … OAB-4; the RC usually gives none
    low_bid_estimate_share: str = ""  # k of OAB-4
    eliminations: tuple[Elimination, ...] = ()
    award_evidence_by_buyer: bool = False  # certificates fetched by the buyer (R.2143-13)
    award_evidence: tuple[str, ...] = ()
    foreign_evidence: str = ""
