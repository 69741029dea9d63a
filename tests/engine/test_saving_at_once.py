"""Editors who save the same article at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.instances import request
from tests.engine.sabotage import falls_without

if TYPE_CHECKING:
    from tests.engine.instances import Instances
    from tests.stage import Stage


@falls_without("state", "state and text")
@pytest.mark.parametrize("editors", [2, 8])
def test_of_editors_saving_at_once_one_wins_and_nothing_is_lost(
    stage: Stage, instances: Instances, editors: int
) -> None:
    draft, token = stage.draft(), stage.token("editor")
    path = f"/v1/newsroom/articles/{draft['id']}"
    patches = [{"headline": f"Written by editor {n}"} for n in range(editors)]
    runs = [request(stage.template, "PATCH", path, patch, token=token, version=1) for patch in patches]
    outcomes = instances.run(*runs, meet=True)
    won = [outcome for outcome in outcomes if outcome.status == 200]
    assert len(won) == 1
    for outcome in outcomes:
        if outcome not in won:
            assert (outcome.status, outcome.json["code"], outcome.json.get("version")) == (412, "version_conflict", 2)
            assert outcome.answer["headers"]["ETag"] == '"2"'
    now = stage.call("GET", path, token=token)
    assert (now.json["headline"], now.etag) == (won[0].json["headline"], '"2"')
    saved = stage.call("GET", f"{path}/revisions", token=token).json["items"]
    assert [one["headline"] for one in saved] == [won[0].json["headline"], draft["headline"]]
