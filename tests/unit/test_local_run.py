"""The smaller parts of the local run: knobs, durable files, mail, the demo's manuscripts, /docs, sam-local."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local import apidocs, durable, engine, knobs, mail, sam
from local.demo import manuscripts
from local.demo.manuscripts import ManuscriptError
from local.knobs import CannotRun
from local.sources import Sources
from local.template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping


def test_knobs_have_defaults_and_an_empty_one_counts_as_not_given() -> None:
    settings = knobs.read({"PORT": "", "SEED": ""})
    assert (settings.port, settings.seed, settings.throttles) == (8000, "demo", "on")
    assert settings.data == Path.cwd() / ".data"
    assert settings.parameters == {"Stage": "local", "SiteOrigin": "http://127.0.0.1:8000"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"PORT": "http"}, "PORT=http is no port"),
        ({"PORT": "0"}, "PORT=0 is no port"),
        ({"PORT": "70000"}, "PORT=70000 is no port"),
        ({"SEED": "big"}, "SEED=big is not known; demo or none is"),
        ({"THROTTLES": "no"}, "THROTTLES=no is not known; on or off is"),
        ({"DATA": __file__}, "is a file; it has to be a folder"),
    ],
)
def test_a_knob_that_makes_no_sense_is_one_sentence(given: Mapping[str, str], sentence: str) -> None:
    with pytest.raises(CannotRun, match=sentence):
        knobs.read(given)


@pytest.mark.parametrize("endpoint", ["https://dynamodb.eu-west-1.amazonaws.com", "https://x.api.aws"])
def test_the_local_run_stays_away_from_aws(endpoint: str) -> None:
    with pytest.raises(CannotRun, match="names AWS"):
        engine._given(endpoint)


def test_a_file_is_read_back_and_a_broken_one_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state.json"
    assert durable.read(path, {"none": 1}) == {"none": 1}
    durable.write(path, {"some": 2})
    assert durable.read(path, None) == {"some": 2}
    path.write_text('{"ha', "utf-8")
    assert durable.read(path, None) is None


def test_lines_survive_one_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    assert durable.lines(path) == []
    durable.append(path, {"n": 1})
    with path.open("a", encoding="utf-8") as file:
        file.write('{"n": 2')
    durable.append(path, {"n": 3})
    assert durable.lines(path) == [{"n": 1}, {"n": 3}]


def test_mail_is_newest_first_and_by_address(tmp_path: Path) -> None:
    for number, to in enumerate(["a@x.example", "b@x.example", "A@x.example"]):
        durable.write(
            tmp_path / "mail" / f"{number}.json",
            {"to": to, "subject": str(number), "sent_at": f"2026-01-0{number + 1}"},
        )
    assert [each["subject"] for each in mail.sent(tmp_path)] == ["2", "1", "0"]
    assert [each["subject"] for each in mail.sent(tmp_path, "a@x.example")] == ["2", "0"]


def test_a_change_of_any_file_is_a_new_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.sources.INTERVAL", 0)
    own, shared = tmp_path / "own", tmp_path / "shared"
    (own / "deep").mkdir(parents=True)
    sources = Sources(shared)
    seen = {sources.version(own)}
    for path in (own / "app.py", own / "deep" / "data.json"):
        path.write_text("1", "utf-8")
        seen.add(sources.version(own))
    shared.mkdir()
    (shared / "words.py").write_text("1", "utf-8")
    seen.add(sources.version(own))
    assert len(seen) == 4
    (own / "__pycache__").mkdir()
    (own / "__pycache__" / "app.pyc").write_text("1", "utf-8")
    assert sources.version(own) in seen


# ---------------------------------------------------------------- the demo


def manuscript(folder: Path, front: str, body: str = "Text.", name: str = "one") -> None:
    (folder / f"{name}.md").write_text(f"+++\n{front}\n+++\n{body}\n", "utf-8")


def test_a_manuscript_is_fields_and_text(tmp_path: Path) -> None:
    manuscript(
        tmp_path, 'headline = "H"\nsection = "world"\nhours_ago = 3\ncorrections = [{kind = "update", text = "T"}]'
    )
    manuscript(tmp_path, 'headline = "Later"\npublish_in_hours = 2', name="a-later")
    first, later = manuscripts.read(tmp_path)
    assert (first.name, first.body, first.given) == ("one", "Text.", {"headline": "H", "section": "world"})
    assert (first.hours_ago, first.corrections) == (3, ({"kind": "update", "text": "T"},))
    assert later.publish_in_hours == 2


@pytest.mark.parametrize(
    ("front", "body", "reason"),
    [
        ('headline = "H"\nhours_ago = 1\ncolour = 2', "Text.", "unknown colour"),
        ('headline = "H"', "Text.", "needs one of"),
        ("hours_ago = 1\ndraft = true", "Text.", "needs one of"),
        ("headline = ", "Text.", "Invalid value"),
        ("hours_ago = 1", " ", "no text"),
    ],
)
def test_a_manuscript_that_is_wrong_says_how(tmp_path: Path, front: str, body: str, reason: str) -> None:
    manuscript(tmp_path, front, body)
    with pytest.raises(ManuscriptError, match=reason):
        manuscripts.read(tmp_path)


def test_a_translation_comes_after_what_it_translates() -> None:
    names = [text.name for text in manuscripts.read()]
    for text in manuscripts.read():
        if text.translation_of:
            assert names.index(text.translation_of) < names.index(text.name)


# ---------------------------------------------------------------- /docs


DOCUMENT: dict[str, Any] = {
    "info": {"title": "Test & Co", "version": "1", "description": "Uses `code`."},
    "paths": {
        "/v1/notes/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "post": {
                "tags": ["Notes"],
                "summary": "Write <it>",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}},
                "responses": {
                    "201": {"description": "Made.", "content": {"application/json": {"example": {"id": "<1>"}}}},
                    "404": {"$ref": "#/components/responses/Problem"},
                },
            },
        }
    },
    "components": {
        "parameters": {"Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}},
        "responses": {"Problem": {"description": "Not there."}},
        "schemas": {
            "Note": {
                "type": "object",
                "required": ["text"],
                "properties": {
                    "text": {"type": "string", "maxLength": 9},
                    "kind": {"enum": ["a", "b"]},
                    "more": {
                        "type": "array",
                        "items": {"anyOf": [{"$ref": "#/components/schemas/Note"}, {"type": "null"}]},
                    },
                },
            }
        },
    },
}


def test_docs_show_operations_parameters_schemas_and_answers_without_a_script() -> None:
    page = apidocs.page(DOCUMENT)
    for shown in (
        "Test &amp; Co",
        "POST /v1/notes/{id}",
        "Write &lt;it&gt;",
        "path, required",
        "maxLength 9",
        "Not there.",
    ):
        assert shown in page
    assert 'list of <a href="#note">Note</a> or null' in page
    assert "&quot;id&quot;: &quot;&lt;1&gt;&quot;" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


# ---------------------------------------------------------------- sam-local


def test_containers_are_told_where_the_database_is() -> None:
    template = Template.load()
    told = sam.container_environment(template, {"AWS_ENDPOINT_URL_DYNAMODB": "http://172.17.0.1:9", "THROTTLES": "on"})
    assert set(told) == set(template.functions)
    assert told["ArticlesFunction"]["AWS_ENDPOINT_URL_DYNAMODB"] == "http://host.docker.internal:9"
    assert told["ArticlesFunction"]["SITE_TABLE"] == "broadsheet-local-SiteTable"
    assert told["ArticlesFunction"]["THROTTLES"] == "on"


def test_variables_that_sam_would_drop_are_declared() -> None:
    document = {"Globals": {"Function": {"Environment": {"Variables": {"STAGE": "x"}}}}, "Resources": {}}
    declared = sam.declaring(json.loads(json.dumps(document)), ["THROTTLES", "STAGE"])
    assert declared["Globals"]["Function"]["Environment"]["Variables"] == {"STAGE": "x", "THROTTLES": ""}


def test_without_docker_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRun, match="Docker is not installed"):
        sam._bridge()
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    docker.chmod(0o755)
    with pytest.raises(CannotRun, match="Docker is not reachable"):
        sam._bridge()
