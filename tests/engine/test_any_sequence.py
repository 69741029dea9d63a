"""Any sequence of what several editors do, with right and stale versions, leaves everything as it must be.

Hypothesis makes the sequences; a model of a few lines says what each step must answer; `invariants` reads all tables
after each. `HYPOTHESIS_PROFILE=fuzz` makes many more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import hypothesis
from broadsheet import articles, clock
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.engine import invariants
from tests.engine.conftest import new_stage
from tests.engine.sabotage import falls_without
from tests.stage import article

if TYPE_CHECKING:
    import pytest

    from tests.engine.instances import Instances
    from tests.stage import Reply, Stage

LANGUAGES = ["en", "es", "fr"]
SECTIONS = ["politics", "world", "health"]
EXAMPLES, STEPS = 20, 25
numbers = st.integers(0, 9)


@dataclass
class Known:
    """What the model knows of one article."""

    id: str
    slug: str
    language: str
    group: str
    texts: list[str]
    status: str = "draft"
    version: int = 1
    public: str | None = None
    """The headline readers have, or had when it was withdrawn."""
    due: Any = None
    corrections: int = 0
    gone: bool = False


@dataclass
class Model:
    known: list[Known] = field(default_factory=list)

    def here(self) -> list[Known]:
        return [one for one in self.known if not one.gone]

    def speaks(self, language: str, group: str, besides: Known | None = None) -> bool:
        return any(o.language == language and o.group == group and o is not besides for o in self.here())


class Newsroom(RuleBasedStateMachine):
    clients: ClassVar[dict[str, Any]]
    monkeypatch: ClassVar[pytest.MonkeyPatch]

    def __init__(self) -> None:
        super().__init__()
        self.opened = new_stage(self.clients, self.monkeypatch)
        self.stage = self.opened.__enter__()
        self.model = Model()
        self.now = clock.now()
        self.patch = self.monkeypatch.context()
        self.patch.__enter__().setattr(clock, "now", lambda: self.now)
        self.tokens = [self.stage.token("editor"), self.stage.token("admin")]
        self.create(0, 0, 0)

    def teardown(self) -> None:
        self.patch.__exit__(None, None, None)
        self.opened.__exit__()

    # -------------------------------------------------------- how a step is made

    def pick(self, which: int) -> Known:
        return self.model.known[which % len(self.model.known)]

    def do(self, who: int, one: Known, method: str, path: str, given: Any, stale: int, wanted: int) -> Reply | None:
        """The answer, when it was the one that changes something."""
        version = one.version - min(stale, one.version)
        whole = f"/v1/newsroom/articles/{one.id}{path}"
        reply = self.stage.call(method, whole, given, token=self.tokens[who % 2], version=version)
        if one.gone:
            wanted = 404
        elif version != one.version:
            wanted = 412
            assert reply.json["version"] == one.version
        assert reply.status == wanted, (reply.text, one)
        return reply if wanted < 300 else None

    def moved(self, one: Known, reply: Reply | None, **changes: Any) -> None:
        if reply is None:
            return
        for name, value in changes.items():
            setattr(one, name, value)
        if reply.status != 204:
            one.version += 1
            seen = reply.json
            assert (seen["version"], seen["status"]) == (one.version, one.status)
            one.slug = seen["slug"]

    # -------------------------------------------------------- what editors do

    @rule(who=numbers, language=numbers, n=numbers)
    def create(self, who: int, language: int, n: int) -> None:
        self._made(who, LANGUAGES[language % 3], f"Headline {n}", None)

    @rule(who=numbers, which=numbers, language=numbers)
    def translate(self, who: int, which: int, language: int) -> None:
        self._made(who, LANGUAGES[language % 3], "Translated", self.pick(which))

    def _made(self, who: int, language: str, headline: str, of: Known | None) -> None:
        given = article(headline=headline, language=language, translation_of=of.id if of else None)
        reply = self.stage.call("POST", "/v1/newsroom/articles", given, token=self.tokens[who % 2])
        if of and of.gone:
            assert (reply.code, reply.fields) == ("invalid", {"translation_of": "unknown_article"})
        elif of and self.model.speaks(language, of.group):
            assert reply.code == "translation_exists"
        else:
            made = reply.json
            assert (reply.status, made["version"]) == (201, 1)
            group = of.group if of else made["id"]
            self.model.known.append(Known(made["id"], made["slug"], language, group, [headline]))

    @rule(who=numbers, which=numbers, n=numbers, section=numbers, stale=st.sampled_from([0, 0, 0, 1]))
    def save(self, who: int, which: int, n: int, section: int, stale: int) -> None:
        one = self.pick(which)
        text = f"Headline {n} of {one.version}"
        given = {"headline": text, "section": SECTIONS[section % 3]}
        reply = self.do(who, one, "PATCH", "", given, stale, 200)
        self.moved(one, reply, texts=[*one.texts, text])

    @rule(who=numbers, which=numbers, language=numbers)
    def speak_another_language(self, who: int, which: int, language: int) -> None:
        one, tag = self.pick(which), LANGUAGES[language % 3]
        if tag == one.language:
            return
        wanted = 409 if self.model.speaks(tag, one.group, besides=one) else 200
        reply = self.do(who, one, "PATCH", "", {"language": tag}, 0, wanted)
        self.moved(one, reply, language=tag, texts=[*one.texts, one.texts[-1]])

    @rule(who=numbers, which=numbers, stale=st.sampled_from([0, 0, 0, 1, 2]))
    def publish(self, who: int, which: int, stale: int) -> None:
        one = self.pick(which)
        reply = self.do(who, one, "POST", "/publish", {}, stale, 200)
        self.moved(one, reply, status="published", public=one.texts[-1], due=None)

    @rule(who=numbers, which=numbers, minutes=st.integers(1, 20), stale=st.sampled_from([0, 0, 0, 1]))
    def schedule(self, who: int, which: int, minutes: int, stale: int) -> None:
        one, at = self.pick(which), self.now + timedelta(minutes=minutes)
        wanted = 409 if one.public else 200
        reply = self.do(who, one, "POST", "/publish", {"publish_at": at.isoformat()}, stale, wanted)
        self.moved(one, reply, status="scheduled", due=at)

    @rule(minutes=st.integers(0, 12))
    def tick(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes, milliseconds=1)
        due = [one for one in self.model.here() if one.status == "scheduled" and one.due <= self.now]
        assert sorted(self.stage.tick()["published"]) == sorted(one.id for one in due)
        for one in due:
            one.status, one.public, one.due, one.version = "published", one.texts[-1], None, one.version + 1

    @rule(who=numbers, which=numbers, stale=st.sampled_from([0, 0, 0, 1]))
    def withdraw(self, who: int, which: int, stale: int) -> None:
        one = self.pick(which)
        after = {"published": "withdrawn", "scheduled": "draft"}.get(one.status)
        reply = self.do(who, one, "POST", "/unpublish", {}, stale, 200 if after else 409)
        self.moved(one, reply, status=after, due=None)

    @precondition(lambda self: any(one.status == "published" for one in self.model.known))
    @rule(who=numbers, which=numbers, with_body=st.booleans(), stale=st.sampled_from([0, 0, 1]))
    def correct(self, who: int, which: int, with_body: bool, stale: int) -> None:
        one = self.pick(which)
        body = {"format": "html", "text": f"<p>Corrected {one.version}.</p>"}
        given = {"kind": "correction", "text": "It was not so.", **({"body": body} if with_body else {})}
        unpublished = one.status == "published" and self._unpublished_changes(one)
        reply = self.do(who, one, "POST", "/corrections", given, stale, 200 if one.status == "published" else 409)
        texts = one.texts
        if with_body:
            texts = [*texts, str(one.public), one.texts[-1]] if unpublished else [*texts, one.texts[-1]]
        self.moved(one, reply, corrections=one.corrections + 1, texts=texts)

    def _unpublished_changes(self, one: Known) -> bool:
        state = invariants.World.read().states.get(one.id)
        return bool(state and state.unpublished_changes)

    @rule(who=numbers, which=numbers, n=st.integers(1, 6), stale=st.sampled_from([0, 0, 1]))
    def restore(self, who: int, which: int, n: int, stale: int) -> None:
        one = self.pick(which)
        if one.gone or n > len(one.texts):
            return
        world = invariants.World.read()
        content = world.revisions(one.id)[n].content
        taken = content["language"] != one.language
        taken = taken and self.model.speaks(content["language"], one.group, besides=one)
        # What was corrected since keeps its correction only as a text: restoring brings the old body back.
        reply = self.do(who, one, "POST", f"/revisions/{n}/restore", {}, stale, 409 if taken else 200)
        self.moved(one, reply, language=content["language"], texts=[*one.texts, one.texts[n - 1]])

    @rule(who=numbers, which=numbers, stale=st.sampled_from([0, 0, 1]))
    def delete(self, who: int, which: int, stale: int) -> None:
        one = self.pick(which)
        reply = self.do(who, one, "DELETE", "", None, stale, 204 if one.status == "draft" else 409)
        self.moved(one, reply, gone=True)

    # -------------------------------------------------------- what must hold

    @invariant()
    def everything_is_accounted_for(self) -> None:
        world = invariants.check()
        statuses = {id_: (state.status, state.version) for id_, state in world.states.items()}
        assert statuses == {one.id: (one.status, one.version) for one in self.model.here()}
        for one in self.model.here():
            saved = [text.content["headline"] for _, text in sorted(world.revisions(one.id).items())]
            assert saved == one.texts

    @invariant()
    def readers_have_what_was_published(self) -> None:
        articles.forget()
        for one in self.model.known:
            reply = self.stage.read(one.slug)
            if one.status == "published":
                assert (reply.status, reply.json["headline"]) == (200, one.public)
                assert len(reply.json["corrections"]) == one.corrections
            else:
                assert reply.status == (410 if one.status == "withdrawn" else 404)


@falls_without("relisting", "unscheduling", "telling")
def test_any_sequence_of_edits_leaves_everything_as_it_must_be(
    stage: Stage, instances: Instances, clients: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    fuzz = hypothesis.settings.default.max_examples > 100
    run_state_machine_as_test(
        type("Newsroom", (Newsroom,), {"clients": clients, "monkeypatch": monkeypatch}),
        settings=hypothesis.settings(
            max_examples=hypothesis.settings.default.max_examples if fuzz else EXAMPLES,
            stateful_step_count=STEPS * (2 if fuzz else 1),
            phases=list(hypothesis.Phase) if fuzz else [hypothesis.Phase.generate],
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
