"""Rules that need no computation, kept in the words of the document, with who they bind and to what."""

from __future__ import annotations

import re
from functools import cache

from reglo.reading.rc.examination import sentences_of
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import articles
from reglo.reading.text.model import fold

# id, topic, effect, who is bound, what its sentence says
_CLAUSES = (
    ("pieces-non-exigees", "preuves de l'attributaire", "information", "candidats", r"n'est plus tenu de produire|ne sont pas tenus de (?:produire|fournir)[^.]{0,60}(?:documents|pieces|certificats)"),
    ("mode-d-emploi-de-la-signature", "signature", "obligation", "candidats", r"mode d'emploi[^.]{0,90}(?:verification|signature)|autre outil de signature"),
    ("certificat-equivalent", "signature", "faculté", "candidats", r"certificat[^.]{0,60}(?:ne figurant sur aucune|de son choix)|certificat[^.]{0,90}exigences equivalentes"),
    ("habilitation-du-mandataire", "signature", "obligation", "candidats", r"(?:habilitation du mandataire|mandataire devra pouvoir produire)"),
    ("valeur-de-la-signature", "signature", "information", "candidats", r"article 1367 du code civil|meme valeur juridique qu'une signature manuscrite"),
    ("signature-du-pli", "signature", "information", "candidats", r"signature (?:electronique )?du (?:pli|zip|fichier)[^.]{0,60}(?:n'emporte pas|ne vaut pas)"),
    ("habilitation", "signature", "obligation", "candidats", r"signataires? doi(?:ven)?t etre habilite"),
    ("invitation-a-negocier", "négociation", "faculté", "acheteur", r"phases?[^.]{0,30} de negociations?|invitation a negocier|convocation[^.]{0,60}negociation"),
    ("engagement-par-la-negociation", "négociation", "obligation", "candidats", r"s'engage sur les reponses[^.]{0,60}negociation"),
    ("auditions", "auditions", "faculté", "acheteur", r"seances?[^.]{0,20}audition|possibilite d'auditionner"),
    ("mise-au-point", "mise au point", "obligation", "titulaire", r"contractualisees? lors de la mise au point|meme valeur contractuelle"),
    ("ccap-intangible", "documents du marché", "obligation", "candidats", r"ne peuvent pas apporter de complement|acceptent sans reserve|ne peuvent (?:apporter|modifier)[^.]{0,40}(?:ccap|cctp|cahier)"),
    ("modifications-sans-reclamation", "modifications du dossier", "obligation", "candidats", r"sans pouvoir elever aucune reclamation|dossier (?:de consultation )?modifie sans"),
    ("report-de-la-limite", "modifications du dossier", "information", "candidats", r"date limite[^.]{0,60}est reportee[^.]{0,90}applicable"),
    ("questions-ecrites", "questions", "obligation", "candidats", r"questions devront etre posees par ecrit|aucune question[^.]{0,30}(?:visite|orale)"),
    ("reponses-a-tous", "questions", "obligation", "acheteur", r"reponse (?:sera )?(?:alors )?(?:sera )?adressee,? a toutes? les entreprises|reponses?[^.]{0,60}a tous les candidats"),
    ("identification-au-retrait", "retrait du dossier", "information", "candidats", r"ne pourra porter aucune reclamation|invite a renseigner le nom de l'organisme"),
    ("adresse-electronique", "retrait du dossier", "obligation", "candidats", r"adresse (?:mail|electronique) valide|fournir une adresse mail"),
    ("exemplaires-de-l-acheteur", "contenu du pli", "information", "candidats", r"seuls les documents detenus[^.]{0,60}font foi"),
    ("documents-non-remis", "contenu du pli", "information", "candidats", r"ne sont pas a remettre dans l'offre"),
    ("nomenclature", "contenu du pli", "obligation", "candidats", r"nomenclatures?[^.]{0,90}(?:respect|numerotation)|numerotation et un nom correspondant|arborescence"),
    ("dossier-unique", "contenu du pli", "obligation", "candidats", r"(?:remettre|deposer) un dossier unique"),
    ("verification-avant-attribution", "candidature", "obligation", "acheteur", r"verification des conditions de participation"),
    ("seuls-les-renseignements-exiges", "candidature", "obligation", "acheteur", r"a partir des seuls renseignements et documents exiges"),
    ("capacites-du-groupement", "candidature", "information", "candidats", r"n'est pas exige que chaque (?:membre|candidat)"),
    ("preuve-libre", "candidature", "faculté", "candidats", r"preuve (?:de la|des) capacites?[^.]{0,60}par tout moyen"),
    ("capacites-d-autres", "candidature", "faculté", "candidats", r"(?:avoir recours aux|prise en compte des) capacites d'autres operateurs"),
    ("precisions-sur-l-offre", "précisions sur l'offre", "faculté", "acheteur", r"demander aux candidats de preciser ou de completer"),
    ("boite-aux-lettres", "précisions sur l'offre", "obligation", "candidats", r"s'assurer qu'il est en mesure de recevoir"),
    ("antivirus", "fichiers", "obligation", "candidats", r"(?:traiter|soumettre)[^.]{0,80}anti-?virus|prealablement[^.]{0,30}anti-?virus"),
    ("virus", "fichiers infectés", "irrégularité", "candidats", r"archivage de securite"),
    ("rematerialisation", "signature du marché", "obligation", "titulaire", r"rematerialisation"),
    ("prerequis-de-la-plateforme", "dépôt", "obligation", "candidats", r"pris connaissance des pre-?requis|accepter l'horodatage"),
    ("essai-du-depot", "dépôt", "information", "candidats", r"tester leur configuration|delai suffisant pour remettre leur pli|consultation[- ](?:de )?test"),
    ("duree-du-transfert", "dépôt", "information", "candidats", r"duree du telechargement est fonction"),
    ("identification-des-lots", "dépôt", "obligation", "candidats", r"identification du ou des lots"),
    ("ordre-de-service", "début des prestations", "information", "titulaire", r"ne vaut pas ordre de commencer"),
    ("identite-des-intervenants", "accès au site", "obligation", "titulaire", r"identites? des personnes susceptibles d'intervenir|identifier clairement toutes les personnes"),
    ("acces-refuse", "accès au site", "faculté", "acheteur", r"interdire l'acces"),
    ("affermissement", "tranches", "information", "titulaire", r"sous reserve d'affermissement|decision d'affermissement"),
    ("delais-d-execution", "délais", "information", "titulaire", r"delai d'execution[^.]{0,60}figure\w* (?:a|dans|au)"),
    ("confidentialite", "confidentialité", "obligation", "candidats", r"ne pourront en aucun cas etre transmis|(?:detruits?|detruire)[^.]{0,60}(?:candidats|titulaire)|caractere confidentiel"),
    ("donnees-personnelles", "données personnelles", "obligation", "titulaire", r"protection des donnees (?:personnelles|a caractere personnel)[^.]{0,200}|minimalisation"),
    ("facturation", "facturation", "obligation", "titulaire", r"deposer ses factures|facture[^.]{0,90}(?:rejeter|chorus)"),
    ("avance", "avance", "faculté", "titulaire", r"(?:renoncer au|beneficier? d[eu]) (?:benefice de )?l'avance"),
    ("regularisation-exclue", "régularisation", "information", "candidats", r"regularis[^.]{0,300}\b(?:a l'exception|sauf|hors|hormis)\b[^.]{0,40}anormalement basses?"),
    ("fin-de-la-mission", "durée", "information", "titulaire", r"\b(?:mission|marche|contrat|prestations?)\b[^.]{0,40} (?:s'acheve|prend(?:ra)? fin|se termine)"),
    ("acte-d-engagement-par-lot", "lots", "obligation", "candidats", r"\bactes d'engagement distincts|un acte d'engagement (?:distinct |separe )?(?:par|pour chaque) lot"),
    ("pages-en-trop", "contenu du pli", "information", "candidats", r"n'analyser\w* pas[^.]{0,20} pages|\bpages[^.]{0,60} ne (?:seront|sont) pas (?:lues|analysees|examinees)"),
    ("creation-recente", "candidature", "faculté", "candidats", r"creation recente\b.{40}"),
    ("sous-traitants", "sous-traitance", "obligation", "candidats", r"indiquer tous les sous-traitants"),
    ("resultats", "résultats", "obligation", "acheteur", r"candidats (?:seront|sont) (?:avises|informes) des resultats"),
    ("renvoi-rc", "renseignements", "information", "candidats", r"se reporter au reglement de (?:la )?consultation"),
    ("extrait-boamp", "valeur de l'extrait", "information", "candidats", r"ne constituent pas le format officiel"),
    ("clause-sociale", "exécution", "obligation", "titulaire", r"clause (?:sociale|d'insertion)|heures d'insertion|\bheures? [^.]{0,60}(?:insertion|eloignees? de l'emploi)"),
    ("clause-environnementale", "exécution", "obligation", "titulaire", r"clause environnementale|schema (?:d'organisation )?(?:de gestion )?des dechets"),
    ("primes", "indemnités", "information", "candidats", r"(?:aucune|pas d['e]) ?(?:prime|indemnite)[^.]{0,60}(?:offre|candidat|soumissionnaire|remise)|prime de \d"),
    ("avance-accordee", "avance", "information", "titulaire", r"\bavance\b[^.]{0,40}\b(?:accordee|versee|\d{1,2} ?%)"),
    ("retenue-de-garantie", "garanties", "obligation", "titulaire", r"\bretenue de garantie\b"),
    ("rendez-vous-de-visite", "visite", "obligation", "candidats", r"rendez-vous.{0,250}(?:au plus tard|avant le)|(?:au plus tard|avant le)[^.]{0,80}rendez-vous"),
    ("echantillons", "échantillons", "obligation", "candidats", r"echantillons?[^.]{0,60}(?:remis|depos|fourni|adresse)"),
)  # fmt: skip


@cache
def _patterns() -> tuple[tuple[str, str, str, str, re.Pattern[str]], ...]:
    return tuple(
        (id, topic, effect, bound, re.compile(words)) for id, topic, effect, bound, words in _CLAUSES
    )


@rule("CLA-01", "les règles sans calcul : retrait, dépôt, signature, accès, confidentialité, exécution…")
def clauses(r: Reading) -> None:
    found: dict[str, tuple[dict[str, object], tuple[int, int]]] = {}
    titles = {section.start for section in r.sections}
    for start, end in sentences_of(r):
        folded = " ".join(r.flow.folded[start:end].split())
        title = r.flow.index_at(start) in titles and len(folded) < 130 and not folded.endswith(".")
        if len(folded) < 30 or title:  # a title rules nothing
            continue
        for id, topic, effect, bound, words in _patterns():
            if words.search(folded):
                said = " ".join(r.flow.text[start:end].split()).strip(" -✓•*")
                alike = [
                    value for name, (value, _) in found.items() if name.rpartition("-")[0] == id or name == id
                ]
                if len(alike) > 2 or any(fold(str(value["rule"])) == fold(said[:500]) for value in alike):
                    break
                id = f"{id}-{len(alike) + 1}" if alike else id
                value: dict[str, object] = {
                    "id": id,
                    "topic": topic,
                    "rule": said[:500],
                    "effect": effect,
                    "bound": bound,
                }
                if cited := articles(r.flow.text[start:end]):
                    value["legal_basis"] = list(cited)
                found[id] = (value, (start, end))
                break
    for id, (value, place) in found.items():
        r.add(f"clauses[{id}]", value, place, 0.88)
