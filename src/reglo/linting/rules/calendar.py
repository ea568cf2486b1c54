"""Terms and their units: what the calendar finds, under the ids people know; and the code's own duties."""

from __future__ import annotations

from reglo.linting.fault import Fault, recorded_only
from reglo.procurement.findings import Severity

# findings of the calendar that the linter's list names otherwise
SAME_AS = {"CAL-01": "L-16", "CAL-02": "L-16", "CAL-03": "L-16", "CAL-04": "L-16", "CAL-07": "L-17"}


@recorded_only
class LittleTimeToAnswer(Fault):
    rule, code = "L-16", "LINT-16"
    default_severity = Severity.TO_CHECK
    title = "Trop peu de temps entre questions et réponses"
    cause = "Les délais des questions, des réponses et des modifications se contredisent."
    why = "Une question posée à temps doit pouvoir recevoir sa réponse assez tôt pour servir à l'offre."
    mend = "Laissez deux jours ouvrés au moins entre la dernière question et la dernière réponse."
    source = "CCP R.2132-6 ; DM-04"


@recorded_only
class UnitOfDays(Fault):
    rule, code = "L-17", "LINT-17"
    default_severity = Severity.TO_CHECK
    title = "Unité des jours absente ou mêlée"
    cause = "Un délai ne dit pas s'il se compte en jours calendaires, ouvrés ou ouvrables."
    why = "Trois jours ouvrés et trois jours calendaires ne finissent pas le même jour."
    mend = "Écrivez l'unité de chaque délai, et n'en gardez qu'une."
    source = "TC-06 à TC-08"
