"""What a calendar can be found wrong in: one class per cause, DELAI- for periods, CAL- for clashes."""

from __future__ import annotations

from reglo.procurement.findings import Finding, Severity

# --- Periods of the law ---------------------------------------------------------------------------


class DeadlineTooShort(Finding):
    """The minimum period to receive candidacies or bids is not kept."""

    code = "DELAI-01"
    cause = (
        "{start_named} part le {sent} ; la limite du {deadline} ({step}) laisse moins de {days} jours pleins."
    )
    mend = "Choisissez le {earliest} à 0 h ou plus tard, ou un envoi le {latest} au plus tard."


class NoDayToSpare(Finding):
    """Lawful, but any delay in sending makes it unlawful."""

    code = "DELAI-02"
    default_severity = Severity.TO_CHECK
    cause = "La limite du {deadline} ({step}) tombe le premier jour licite : aucun jour de marge."
    mend = "Un envoi après le {latest} obligerait à reporter la limite ; gardez la preuve de la date d'envoi."


class AgreementNeeded(Finding):
    """Shorter than the ordinary period, admissible only if the date was agreed or its agreement sought."""

    code = "DELAI-03"
    default_severity = Severity.TO_CHECK
    cause = (
        "La limite du {deadline} ({step}) laisse moins de {days} jours après l'envoi du {sent}, "
        "mais au moins {floor}."
    )
    mend = (
        "Gardez la preuve que la date a été proposée à tous les candidats retenus ; sinon, choisissez "
        "le {earliest} ou plus tard."
    )


class DeadlineToExtend(Finding):
    """An answer came after the date that obliges to extend."""

    code = "DELAI-04"
    cause = (
        "Un renseignement est envoyé le {answered} ; il devait l'être le {due} au plus tard pour la "
        "limite du {deadline}."
    )
    mend = (
        "S'il était nécessaire à l'offre et demandé en temps utile, reportez la limite au {earliest} au plus "
        "tôt, pour tous les candidats."
    )
    source = "CCP R.2151-4 1°, R.2132-6"


class SignatureTooEarly(Finding):
    """The contract is signed within the standstill period."""

    code = "DELAI-05"
    cause = (
        "Les lettres sont parties le {sent} et le marché est signé le {signed}, avant la fin du délai "
        "de suspension de {days} jours, le {end}."
    )
    mend = "Signez le {free} ou plus tard."
    source = "CCP R.2182-1"


class SignatureOnTheLastDay(Finding):
    """The very last day of the standstill: opinions differ on whether it is free."""

    code = "DELAI-06"
    default_severity = Severity.TO_CHECK
    cause = "Le marché est signé le {signed}, le jour même où le délai de suspension de {days} jours finit."
    mend = "Attendez le {free} : ce jour-là, le délai est révolu sans discussion."
    source = "CCP R.2182-1"


class PriorNoticeOutOfWindow(Finding):
    """The prior notice cannot shorten the period: it left too early or too late."""

    code = "DELAI-07"
    cause = (
        "L'avis de préinformation est parti le {prior} ; pour réduire le délai d'un avis envoyé le "
        "{sent}, il devait partir entre le {first} et le {last}."
    )
    mend = "Appliquez le délai sans préinformation, ou envoyez l'avis de marché à une autre date."
    source = "CCP R.2161-3 1°, R.2161-8 1°, R.2161-15 1°"


class NoMinimumFigure(Finding):
    """The code gives no figure: the buyer sets a period that fits."""

    code = "DELAI-08"
    default_severity = Severity.INFORMATION
    cause = "Aucun délai minimal chiffré pour cette étape ({step}){length}."
    mend = "Fixez un délai adapté à la complexité du marché et au temps de préparation des offres{visit}."
    source = "CCP R.2143-1, R.2151-1 ; CE 5 août 2009, n° 307117"


class ImportantChange(Finding):
    """An important change of the documents obliges to extend."""

    code = "DELAI-09"
    cause = "Une modification importante du dossier est envoyée le {changed}, avant la limite du {deadline}."
    mend = (
        "Reportez la limite d'une durée proportionnée à la modification et recalculez le calendrier "
        "(--event submission_deadline=…)."
    )
    source = "CCP R.2151-4 2°"


# DELAI-10 is in ``law``: it is raised where figures are read.


class UrgencyToJustify(Finding):
    """The shorter period rests on urgency, which the buyer must be able to show."""

    code = "DELAI-11"
    default_severity = Severity.TO_CHECK
    cause = "Le délai de {days} jours ({step}) est celui de l'urgence."
    mend = "Écrivez au dossier pourquoi l'urgence rend le délai ordinaire impossible à respecter."


class VisitNeedsTime(Finding):
    """A compulsory visit, with no day more than the minimum."""

    code = "DELAI-12"
    default_severity = Severity.TO_CHECK
    cause = "Une visite est obligatoire et la limite du {deadline} ne laisse que le délai minimal."
    mend = "Assurez-vous que chacun peut visiter puis préparer son offre, ou allongez le délai."
    source = "CCP R.2151-3"


# --- Clashes between dates ------------------------------------------------------------------------


class QuestionsAfterAnswers(Finding):
    """Candidates may still ask when the buyer can no longer answer."""

    code = "CAL-01"
    default_severity = Severity.TO_CHECK
    cause = (
        "Les questions sont admises jusqu'au {questions}, mais les réponses s'arrêtent le {answers} ({what})."
    )
    mend = "Avancez la limite des questions d'au moins deux jours ouvrés avant le {answers}."


class LittleTimeToAnswer(Finding):
    """Fewer than two working days between the last question and the last answer."""

    code = "CAL-02"
    default_severity = Severity.TO_CHECK
    cause = (
        "Entre la dernière question ({questions}) et la limite du {answers} ({what}), il reste {count} jour "
        "ouvré, il en faut 2."
    )
    mend = "Avancez la limite des questions ou reculez l'autre."


class VisitAfterQuestions(Finding):
    """One may visit when one may no longer ask."""

    code = "CAL-03"
    default_severity = Severity.TO_CHECK
    cause = "Une visite peut encore avoir lieu le {visit} alors que les questions se ferment le {questions}."
    mend = (
        "Avancez la visite ou reculez la limite des questions : on doit pouvoir questionner après avoir vu."
    )
    source = "R.2151-3 ; égalité de traitement"


class AnswersTooLate(Finding):
    """The rules let the buyer answer later than the code does."""

    code = "CAL-04"
    cause = (
        "Le règlement admet des réponses jusqu'au {answers} ; dans une procédure formalisée elles sont dues "
        "le {due} au plus tard."
    )
    mend = "Écrivez un terme qui tombe le {due} ou avant."
    source = "CCP R.2132-6"


class ChangesTooLate(Finding):
    """The rules let the buyer change the documents later than it may inform about them."""

    code = "CAL-05"
    default_severity = Severity.TO_CHECK
    cause = (
        "Le règlement admet des modifications jusqu'au {changes}, après le {due}, dernier jour des "
        "renseignements complémentaires."
    )
    mend = "Écrivez un terme qui tombe le {due} ou avant ; au-delà, reportez la limite des offres."
    source = "CCP R.2132-6, R.2151-4"


class TermOnDayOff(Finding):
    """A term in calendar days ends when nobody works."""

    code = "CAL-06"
    default_severity = Severity.INFORMATION
    cause = "« {title} » tombe le {day} ({reason})."
    mend = "{advice}"
    source = "règlement 1182/71 art. 3(4)"


class UnitsMixed(Finding):
    """The rules count now in one unit of days, now in another."""

    code = "CAL-07"
    default_severity = Severity.INFORMATION
    cause = "Le règlement compte en unités différentes : {units}."
    mend = (
        "Dites dans chaque clause si les jours sont calendaires, ouvrés ou ouvrables ; « jours » seul est "
        "calendaire."
    )


class ZoneAsWrittenDisagrees(Finding):
    """The offset written in the rules is not the one in force in the zone on that day."""

    code = "CAL-08"
    default_severity = Severity.TO_CHECK
    cause = (
        "Le règlement écrit « {written} », mais le {day} l'heure de {zone} est UTC{actual} : pris à la "
        "lettre, {clock} serait {literal}."
    )
    mend = (
        "Écrivez « heure de Paris » (ou de votre territoire), sans décalage chiffré ; Réglo retient {clock} "
        "{zone}."
    )
    source = "heure locale de l'acheteur, à écrire dans le règlement"


class ZoneOfAnotherPlace(Finding):
    """The deadline is not told in the buyer's local time."""

    code = "CAL-09"
    default_severity = Severity.TO_CHECK
    cause = "La limite est donnée à l'{zone}, mais l'heure locale de l'acheteur est l'{local}."
    mend = "Dites dans le règlement quelle heure fait foi : {clock}, {zone}, est {local_clock}, {local}."
    source = "heure locale de l'acheteur, à écrire dans le règlement"


class OpeningBeforeDeadline(Finding):
    """Bids would be opened before they can all have come."""

    code = "CAL-10"
    cause = "L'ouverture est annoncée le {opening}, avant la limite de réception du {deadline}."
    mend = "Fixez l'ouverture après la limite de réception."
    source = "CCP R.2132-9"


class DatesOutOfOrder(Finding):
    """Two dates are not in the order the procedure needs."""

    code = "CAL-11"
    cause = "{later_named} ({later}) n'est pas après {earlier_named} ({earlier})."
    mend = "Corrigez l'une des deux dates."
    source = "ordre de la procédure"


class DeadlineOnDayOff(Finding):
    """A deadline on a day when nobody can help nor receive by hand."""

    code = "CAL-12"
    default_severity = Severity.TO_CHECK
    cause = "{what} tombe le {day} ({reason})."
    mend = "Préférez un jour ouvré, comme le {next} : un jour chômé, personne n'aide ni ne reçoit."
    source = "règlement 1182/71 art. 3(4)"


class HourNotOnTheClock(Finding):
    """The clocks change: that hour does not exist, or exists twice."""

    code = "CAL-13"
    cause = "{what} : {clock} {cause_of} le {day} à l'heure de {zone}, car l'heure change cette nuit-là."
    mend = "Choisissez une heure ouvrée, par exemple 12:00."
    source = "heure locale de l'acheteur, à écrire dans le règlement"


class TerritoryUnknown(Finding):
    """The holidays of the territory are not known here."""

    code = "CAL-14"
    default_severity = Severity.TO_CHECK
    cause = "Les jours fériés du territoire « {territory} » ne sont pas connus de Réglo."
    mend = (
        "Écrivez « metropole », « alsace-moselle » ou un numéro de département ; seules les onze fêtes "
        "nationales sont comptées."
    )
    source = "Code du travail L.3133-1, L.3134-13, L.3422-2"


class TermBeforeSending(Finding):
    """A term that is over before anyone could know of it."""

    code = "CAL-15"
    default_severity = Severity.TO_CHECK
    cause = "« {title} » tombe le {day}, mais l'avis part le {sent}."
    mend = "Allongez le délai de réception ou raccourcissez ce terme."
    source = "égalité de traitement ; CCP R.2151-1"


class EventUnknown(Finding):
    """The name given for an event is none of this consultation's."""

    code = "CAL-16"
    cause = "L'événement « {name} » n'existe pas pour cette consultation."
    mend = "Événements admis : {known}."


class TermOutOfCalendar(Finding):
    """A term that cannot be computed: absurdly long, or in hours from a mere day."""

    code = "CAL-17"
    default_severity = Severity.TO_CHECK
    cause = "« {title} » ne se calcule pas : {reason}."
    mend = "Corrigez la durée ou l'événement dont elle part."


class FixedOffsetZone(Finding):
    """An instant in a zone that ignores summer time."""

    code = "CAL-18"
    default_severity = Severity.TO_CHECK
    cause = "{what} est donnée dans le fuseau « {zone} », qui ignore l'heure d'été."
    mend = "Écrivez le fuseau du lieu, par exemple Europe/Paris ou Indian/Reunion."
    source = "heure locale de l'acheteur, à écrire dans le règlement"


class StartAfterValidity(Finding):
    """The contract is planned to start when bids no longer bind."""

    code = "CAL-19"
    default_severity = Severity.TO_CHECK
    cause = "Le début prévu le {start} est après la fin de validité des offres, le {end}."
    mend = (
        "Allongez la validité des offres ou avancez le début : l'attribution doit tomber pendant la validité."
    )
    source = "CE 10 avril 2015, n° 386912"


class TooFewWorkingDays(Finding):
    """A forward term of two days or more that holds fewer than two working days."""

    code = "CAL-20"
    default_severity = Severity.TO_CHECK
    cause = "« {title} » court du {start} au {day} et ne contient que {count} jour ouvré."
    mend = "Laissez au moins deux jours ouvrés : pas avant le {lawful}."
    source = "règlement 1182/71 art. 3(5)"


class RemedyWindowDiffers(Finding):
    """The rules state a window of appeal that is not the law's."""

    code = "CAL-21"
    default_severity = Severity.TO_CHECK
    cause = "Le règlement donne {stated} pour le {kind} ; la loi donne {lawful}."
    mend = "Corrigez l'indication : un délai de recours mal indiqué n'est pas opposable."
    source = "CJA R.421-5"


class DateOutOfRange(Finding):
    """A date that can only be a slip of the keyboard."""

    code = "CAL-22"
    cause = "La date {day} ({what}) n'est pas vraisemblable."
    mend = "Écrivez une année entre 1900 et 2200."


class AwardAfterValidity(Finding):
    """The award comes when bids no longer bind their authors."""

    code = "CAL-23"
    default_severity = Severity.TO_CHECK
    cause = "La validité des offres finit le {end}, avant {what}, le {day}."
    mend = (
        "Demandez à tous les soumissionnaires de prolonger leur offre ; ceux qui refusent sortent, les "
        "autres continuent."
    )
    source = "CE 10 avril 2015, n° 386912"
