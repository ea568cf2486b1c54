"""The competences asked of a team, when a list gives them."""

from __future__ import annotations

import re

from reglo.reading.rc.lists import items
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import sentence_case
from reglo.reading.text.model import fold


@rule("CAP-09", "les compétences exigées de l'équipe : la liste qu'annonce « les compétences suivantes »")
def team(r: Reading) -> None:
    if any(each.path.startswith("capacity.competences[") for each in r.found):
        return
    listed = [
        item
        for item in items(r, 0, len(r.flow.text))
        if re.search(
            r"competences?\b[^.]{0,60}:$|competences (?:exigees|requises|demandees|suivantes|minimales)",
            item.intro,
        )
        and not re.search(r"critere|note|sous-critere|memoire|piece|dossier", item.intro)
        and not item.cells
    ]
    if (
        len(listed) < 1
        or len(listed) > 15
        or any(re.search(r"\d+ ?(?:%|points)", fold(item.text)) for item in listed)
    ):
        return
    out = r.flow.first(
        r"absence (?:de l')?(?:d')?une (?:des |de ces )?competences?[^.\n]{0,60}(?:rejet|elimin|irrecev)"
    )
    for rank, item in enumerate(listed, start=1):
        value: dict[str, object] = {"id": f"K{rank}", "name": sentence_case(item.text.strip(" ;.,"))}
        if out:
            value["if_missing"] = "eliminated"
        r.add(f"capacity.competences[K{rank}]", value, (item.start, item.start + len(item.text)), 0.88)
