"""What must hold over all tables whatever happened: read whole, and every item accounted for.

The one idea: the states say what must be there. What they call for must be there exactly, and nothing else may be, but
the texts of a deleted article, which a delete that was cut short leaves behind (`drafts.delete`).
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from broadsheet import desk, keys, listings, packing, public, settings, site, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from broadsheet.desk import Revision, State
    from broadsheet.table import Item

NAMED = ("headline", "section", "language", "words")
ELSEWHERE = {"front", "prepared", "alternates", "pins", "pinned", "picks"}
PUBLIC_ACTIONS = {"publish", "correct", "withdraw"}

PINS = ("more_about", "you_may_also_like", "banned")
NONE: dict[str, list[str]] = {name: [] for name in PINS}

Place = tuple[str, str]


def check() -> World:
    """Asserts that everything holds."""
    world = World.read()
    wrong = list(world.wrong())
    assert not wrong, "\n".join(wrong)
    return world


def scan(name: str) -> dict[Place, Item]:
    items: dict[Place, Item] = {}
    request: dict[str, Any] = {"TableName": name, "ConsistentRead": True}
    while True:
        page = table.client().scan(**request)
        items |= {(item["pk"], item["sk"]): item for item in map(table.to_item, page["Items"])}
        if "LastEvaluatedKey" not in page:
            return items
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def place(key: Any) -> Place:
    return key["pk"], key["sk"]


def id_of(where: Place) -> str:
    return keys.id_of(where[0])


@dataclass
class World:
    desk: dict[Place, Item]
    site: dict[Place, Item]
    sessions: dict[Place, Item]
    accounts: dict[Place, Item]

    @classmethod
    def read(cls) -> World:
        names = settings.get()
        return cls(*(scan(name) for name in (names.desk, names.site, names.sessions, names.accounts)))

    # ------------------------------------------------------------ what there is

    @property
    def states(self) -> dict[str, State]:
        return {item["id"]: desk.state_of(item) for item in self._of("state")}

    def revisions(self, article_id: str) -> dict[int, Revision]:
        wanted = [item for (pk, _), item in self.desk.items() if pk == keys.desk(article_id)]
        return {item["n"]: desk.revision_of(item) for item in wanted if item["entity"] == "revision"}

    def audit(self, article_id: str, *actions: str) -> list[Item]:
        rows = [row for row in self._of("audit") if row.get("article") == article_id]
        return sorted((row for row in rows if not actions or row["action"] in actions), key=lambda row: row["version"])

    def _of(self, entity: str) -> list[Item]:
        return [item for item in self.desk.values() if item["entity"] == entity]

    # ------------------------------------------------------------ what must be there

    def wrong(self) -> Iterator[str]:
        wanted_desk: dict[Place, Item | None] = {}
        wanted_site: dict[Place, Item | None] = {}
        for state in self.states.values():
            texts = self.revisions(state.id)
            yield from self._wrong_state(state, texts)
            if sorted(texts) == list(range(1, state.revision + 1)):
                wanted_desk |= self._on_the_desk(state)
                wanted_site |= self._before_readers(state, texts)
        yield from _differences("desk", wanted_desk, self._accountable_desk())
        yield from _differences("site", wanted_site, self._accountable_site())
        yield from self._wrong_groups()
        yield from self._wrong_alternates()
        yield from self._wrong_pins()
        yield from self._wrong_leftovers()
        yield from self._wrong_accounts()
        yield from self._wrong_claims()

    def _wrong_state(self, state: State, texts: dict[int, Revision]) -> Iterator[str]:
        if sorted(texts) != list(range(1, state.revision + 1)):
            yield f"{state.id} is at revision {state.revision} and has {sorted(texts)}"
            return
        newest = texts[state.revision].content
        for name in NAMED:
            if getattr(state, name) != newest[name]:
                yield f"{state.id}: {name} of the state is not its newest text's"
        had = state.status in {"published", "withdrawn"}
        if had != bool(state.published_at) or had != bool(state.live):
            yield f"{state.id} is {state.status} with published_at {state.published_at}, live {state.live}"
        if (state.status == "scheduled") != bool(state.publish_at):
            yield f"{state.id} is {state.status} with publish_at {state.publish_at}"
        rows = Counter(row["version"] for row in self.audit(state.id))
        if any(count > 1 for count in rows.values()) or any(version > state.version for version in rows):
            yield f"{state.id} at version {state.version} was audited at {sorted(rows.elements())}"

    def _on_the_desk(self, state: State) -> dict[Place, Item | None]:
        wanted: dict[Place, Item | None] = {place(keys.reserved(state.key)): None}
        for listing in keys.desk_listings_of(state.status, state.section, state.owner):
            wanted[place(keys.desk_entry(listing, state.id))] = None
        if state.publish_at:
            wanted[place(keys.due(state.publish_at, state.id))] = None
        return wanted

    def _before_readers(self, state: State, texts: dict[int, Revision]) -> dict[Place, Item | None]:
        """The items of the site that a state calls for, whole; None where only the place counts."""
        if state.live is None:
            return {}
        told = self.audit(state.id, *PUBLIC_ACTIONS)
        as_told = replace(state, version=told[-1]["version"] if told else 0)
        beside = (keys.public_item(state.key, name) for name in (keys.DISCUSSION, keys.LISTS))
        wanted: dict[Place, Item | None] = {place(key): None for key in beside}
        article = place(keys.public_item(state.key, keys.ARTICLE))
        if state.status == "withdrawn":
            return {**wanted, article: public.withdrawn_item(as_told, state.live)}
        content = texts[state.live.revision].content
        wanted[article] = public.article_item(as_told, state.live, content)
        card = public.dumps(public.card(state, state.live, content))
        for listing in state.live.listings():
            key = keys.entry(listing, str(state.published_at), state.id)
            wanted[place(key)] = {**key, "entity": "entry", "v": 1, "json": card}
        its_card = {**keys.card(state.key), "entity": "card", "v": 1, "json": card, "group": state.group}
        wanted[place(keys.card(state.key))] = its_card
        return wanted

    def _accountable_desk(self) -> dict[Place, Item]:
        return {where: item for where, item in self.desk.items() if item["entity"] in {"key", "desk entry", "due"}}

    def _accountable_site(self) -> dict[Place, Item]:
        """All but what is prepared, and what has a check of its own."""
        return {where: item for where, item in self.site.items() if item["entity"] not in ELSEWHERE}

    # ------------------------------------------------------------ translations

    def _groups(self) -> dict[str, dict[str, Item]]:
        """Members by group and article."""
        rows: dict[str, dict[str, Item]] = {}
        for row in self._of("member"):
            rows.setdefault(row["pk"].partition("#")[2], {})[row["article"]] = row
        return rows

    def _wrong_groups(self) -> Iterator[str]:
        states, groups = self.states, self._groups()
        yield from (f"group {group} has no head" for group in groups if place(keys.group(group)) not in self.desk)
        for group, members in groups.items():
            for article, row in members.items():
                if article not in states or _told(row) != _member(states[article]) or states[article].group != group:
                    yield f"group {group} has {row}, which is not how {article} stands"
            languages = Counter(row["language"] for row in members.values())
            yield from (f"group {group} has {n} in {language}" for language, n in languages.items() if n > 1)
        for state in states.values():
            members = groups.get(state.group, {})
            if state.id not in members and (members or state.group != state.id):
                yield f"{state.id} is no member of its group {state.group}"

    def _wrong_alternates(self) -> Iterator[str]:
        groups = self._groups()
        alternates = {where: item for where, item in self.site.items() if item["entity"] == "alternates"}
        for state in self.states.values():
            item = alternates.pop(place(keys.public_item(state.key, keys.ALTERNATES)), None)
            rows = sorted(groups.get(state.group, {}).items())
            live = [row["live"] for other, row in rows if row["live"] and "told" not in row and other != state.id]
            told = json.loads(item["json"]) if item else []
            if state.status == "published" and told != live:
                yield f"{state.id} tells of {told}, its group of {live}"
        yield from (f"alternates of nothing: {where}" for where in alternates)

    # ------------------------------------------------------------ pins and picks

    def _wrong_pins(self) -> Iterator[str]:
        """What builders need of the pins is what the states have, and each pin has its way back."""
        states = self.states
        by_key = {state.key: state for state in states.values()}
        wanted = dict[Place, dict[str, list[str]]]()
        for state in states.values():
            if any(state.pins.values()):
                named = {name: [states[one].key for one in ids if one in states] for name, ids in state.pins.items()}
                wanted[place(keys.pins(state.key))] = named
        found = {where: item for where, item in self.site.items() if item["entity"] == "pins"}
        for where in wanted.keys() | found.keys():
            told = (
                {name: [key for key in found[where][name] if key in by_key] for name in PINS}
                if where in found
                else NONE
            )
            if told != wanted.get(where, NONE):
                yield f"{where} tells of {told}, its state of {wanted.get(where)}"
        ways = {
            place(keys.pinned_within(key, id_of(where)))
            for where in wanted
            for name in PINS[:2]
            for key in wanted[where][name]
        }
        back = {where for where, item in self.site.items() if item["entity"] == "pinned" and id_of(where) in by_key}
        if ways != back:
            yield f"pins lead back by {back}, not by {ways}"
        yield from self._wrong_picks()

    def _wrong_picks(self) -> Iterator[str]:
        desk, site_ = (store.get(place(keys.picks())) for store in (self.desk, self.site))
        shown = [{"key": one["key"], "until": one["until"]} for one in desk["items"]] if desk else None
        if shown != (site_["items"] if site_ else None) or (desk and site_ and desk["version"] != site_["version"]):
            yield f"picks are {desk} on the desk and {site_} before builders"
        rows = [row["version"] for row in self._of("audit") if row["action"] == "pick"]
        if sorted(rows) != list(range(1, (desk["version"] if desk else 0) + 1)):
            yield f"picks at version {desk and desk['version']} were audited at {sorted(rows)}"

    # ------------------------------------------------------------ the rest

    def _wrong_leftovers(self) -> Iterator[str]:
        states = self.states
        for item in self._of("revision"):
            article = item["pk"].partition("#")[2]
            if article not in states and not self.audit(article, "delete"):
                yield f"a text of {article}, which is nowhere and was never deleted"

    def _wrong_accounts(self) -> Iterator[str]:
        accounts = {item["id"]: item["email"] for item in self.accounts.values() if item["entity"] == "account"}
        pointers = {item["account"]: place(item)[0] for item in self.accounts.values() if item["entity"] == "email"}
        if pointers != {account: f"EMAIL#{address}" for account, address in accounts.items()}:
            yield f"accounts {accounts} and addresses {pointers}"

    def _wrong_claims(self) -> Iterator[str]:
        for item in self.sessions.values():
            made = item.get("result")
            if made and made not in self.states and not self.audit(made, "delete"):
                yield f"a claim of {made}, which never was"


def _told(row: Item) -> Item:
    """Without the note that its readers wait for the group's next publication."""
    return {name: value for name, value in row.items() if name != "told"}


def _member(state: State) -> Item:
    live = state.live if state.status == "published" else None
    return {
        **keys.member(state.group, state.id),
        "entity": "member",
        "v": 1,
        "article": state.id,
        "key": state.key,
        "language": state.language,
        "live": {"language": live.language, "slug": live.slug} if live else None,
    }


def _differences(name: str, wanted: dict[Place, Item | None], found: dict[Place, Item]) -> Iterator[str]:
    for where in wanted.keys() - found.keys():
        yield f"{name}: {where} is missing"
    for where in found.keys() - wanted.keys():
        yield f"{name}: {where} belongs to nothing"
    for where in wanted.keys() & found.keys():
        if wanted[where] is not None and _parsed(wanted[where]) != _parsed(found[where]):
            yield f"{name}: {where} is {found[where]}, not {wanted[where]}"


def _parsed(item: Item | None) -> Any:
    """DynamoDB keeps no order of keys, so neither does the JSON made of what it kept."""
    return {**item, "json": json.loads(packing.text_of(item))} if item and "json" in item else item


# ---------------------------------------------------------------- the front


def check_front(languages: tuple[str | None, ...] = (None, "en", "es")) -> None:
    """Each prepared front shows what the listings hold."""
    for language in languages:
        item = table.get(settings.get().site, keys.front(language), consistent=True)
        latest = json.loads(listings.cards(listings.newest(keys.listing(language=language or ""), 12)))
        assert item or not latest, f"there is no front for {language}"
        told = json.loads(packing.text_of(item)) if item else {"latest": [], "sections": []}
        assert told["latest"] == latest, f"latest of the front for {language}"
        assert not item or [one["slug"] for one in told["sections"]] == list(site.get().sections)
        for section in told["sections"]:
            newest = listings.newest(keys.listing("section", section["slug"], language or ""), 6)
            assert section["items"] == json.loads(listings.cards(newest)), f"{section['slug']} of the front"
