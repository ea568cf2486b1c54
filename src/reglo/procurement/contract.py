"""What will be signed: form, duration, renewals, tranches, framework, payment. Part of the rules file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from reglo.procurement.requirements import Sourced
from reglo.procurement.values import Money, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Tranche(Sourced):
    """A firm or optional tranche (R.2113-4 to -6)."""

    id: str
    name: str
    optional: bool
    duration: Period | None = None
    elements: tuple[str, ...] = ()  # "DIA", "AVP"…
    compensation: bool | None = None  # waiting or withdrawal compensation; None: not stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal(Sourced):
    """Reconductions (R.2112-4); count None when another document states it."""

    count: int | None
    duration: Period | None = None
    tacit: bool | None = None
    stated_in: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework(Sourced):
    """Accord-cadre terms (R.2162-2 to -14); a maximum is compulsory (R.2162-4)."""

    holders: int | None = None
    orders: str = ""  # "bons de commande", "marchés subséquents", "mixte"
    minimum: Money | None = None  # zero: the RC says there is none; None: not said
    maximum: Money | None = None
    maximum_per: str = ""  # "total" or "période" when stated
    stated_in: str = ""  # the document that states what the RC does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Sourced):
    """What will be signed: form, duration, renewals, tranches, framework, payment."""

    form: str  # "ordinaire", "accord-cadre", "composite"
    duration: Period | None = None
    duration_indicative: bool = False  # announced as a forecast (S2 2.3, S4 2.1.3)
    duration_from: str = ""  # "notification", "ordre de service"…
    starts_on: date | None = None
    maximum_duration: Period | None = None
    renewal: Renewal | None = None
    tranches: tuple[Tranche, ...] = ()
    completion_guarantee: Period | None = None  # garantie de parfait achèvement, within the contract (S4)
    framework: Framework | None = None
    parts: tuple[str, ...] = ()  # of a composite contract
    similar_services: str = ""  # R.2122-7 when announced
    similar_services_within: Period | None = None
    similar_services_amount: Money | None = None
    general_conditions: str = ""  # CCAG
    financing: str = ""
    payment_within: Period | None = None
    electronic_invoicing: str = ""
    electronic_ordering: bool | None = None
    electronic_payment: bool | None = None
    one_holder_form: tuple[str, ...] = ()
    invoicing_codes: dict[str, str] = field(default_factory=dict)  # "service exécutant Chorus Pro": …
    advance: str = ""  # avance: where and how it is stated or given up
    sheltered_employment: str = ""  # BT-736: "oui", "non", "pas encore connu"
