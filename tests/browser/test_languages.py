"""A mail's link is the same for everybody, and leads to the reader's own language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from local.accounts import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from .paper import Paper
    from .reader import Reader

    Meeting = Callable[..., Reader]

LONG = "siete garzas grises antes de comer"
SPEAKS = "Object.defineProperty(navigator, 'languages', {{get: () => {}}})"


def test_a_spanish_readers_links_lead_to_the_spanish_forms(meeting: Meeting, paper: Paper) -> None:
    reader = meeting(locale="es-MX")
    page = reader.page
    reader.go("/es/register")
    page.get_by_label("Nombre").fill("Inés Calderón")
    page.get_by_label("Correo").fill("ines-es@readers.example")
    page.get_by_label("Contraseña").fill(LONG)
    reader.press("Crear una cuenta")
    expect(page.get_by_role("heading", name="Mira tu correo")).to_be_visible()

    page.goto(paper.link("ines-es@readers.example", "verify"))
    expect(page).to_have_url(f"{paper.origin}/es/verify")
    reader.press("Confirmar")
    expect(page.get_by_text("Tu dirección está confirmada.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Mira tu correo")).to_be_hidden()
    expect(page).to_have_url(f"{paper.origin}/es/register")

    reader.go("/es/reset")
    page.get_by_label("Correo").fill("ines-es@readers.example")
    reader.press("Enviar el enlace")
    page.goto(paper.link("ines-es@readers.example", "reset"))
    expect(page).to_have_url(f"{paper.origin}/es/reset")
    page.get_by_label("Contraseña nueva").fill(f"{LONG} otra vez")
    reader.press("Guardar la contraseña")
    expect(page.get_by_text("Se han cerrado todas tus sesiones.")).to_be_visible()


@pytest.mark.parametrize(
    ("speaks", "path"),
    [
        ("['es-419', 'en']", "/es/verify"),
        ("['fr', 'ES']", "/es/verify"),
        ("['en-GB', 'es']", "/verify"),
        ("['fr', 'de-CH']", "/verify"),
        ("[]", "/verify"),
    ],
)
def test_the_first_language_that_the_site_has_is_taken(reader: Reader, speaks: str, path: str) -> None:
    reader.page.add_init_script(SPEAKS.format(speaks))
    reader.go("/verify?from=mail#token=x")
    expect(reader.page.locator("main [type=submit]")).to_be_enabled()
    expect(reader.page).to_have_url(f"{reader.paper.origin}{path}?from=mail")
    expect(reader.page.locator("html")).to_have_attribute("lang", "es" if path.startswith("/es") else "en")


def test_whoever_asked_for_a_mail_in_a_language_goes_on_in_it(meeting: Meeting, paper: Paper) -> None:
    """Also with a browser that speaks another one. Nothing of it is kept when the link is opened."""
    email, reader = paper.member("Rosa Vega"), meeting(locale="en-GB")
    page = reader.page
    reader.go("/es/reset")
    page.get_by_label("Correo").fill(email)
    reader.press("Enviar el enlace")
    expect(page.get_by_role("heading", name="Mira tu correo")).to_be_visible()
    page.goto(paper.link(email, "reset"))
    expect(page).to_have_url(f"{paper.origin}/es/reset")
    expect(page.get_by_label("Contraseña nueva")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage)") == []


def test_whoever_switches_the_language_of_a_mails_page_stays_there(meeting: Meeting, paper: Paper) -> None:
    email, reader = paper.member("Otto Brand"), meeting(locale="es-ES")
    page = reader.page
    paper.call("POST", "/v1/password/forgot", {"email": email})
    page.goto(paper.link(email, "reset"))
    expect(page).to_have_url(f"{paper.origin}/es/reset")
    expect(page.get_by_role("button", name="Guardar la contraseña")).to_be_enabled()
    page.get_by_role("navigation", name="Idioma", exact=True).get_by_role("link", name="English").click()
    expect(page).to_have_url(f"{paper.origin}/reset")
    page.get_by_label("New password").fill(f"{PASSWORD} again")
    reader.press("Save the password")
    expect(page.get_by_role("heading", name="Your password has been changed")).to_be_visible()


def test_a_form_without_a_link_stays_in_its_language(meeting: Meeting) -> None:
    reader = meeting(locale="es-MX")
    for path in ("/verify", "/reset", "/login"):
        reader.go(path)
        expect(reader.page.locator("main [type=submit][disabled]")).to_have_count(0)
        expect(reader.page).to_have_url(re.compile(f"{path}$"))


def test_an_article_without_a_translation_says_where_the_switcher_leads(reader: Reader, paper: Paper) -> None:
    reader.read(paper.publish("A page that is in English alone"))
    link = reader.page.get_by_role("navigation", name="Language", exact=True).get_by_role(
        "link", name="Español: portada"
    )
    expect(link).to_have_attribute("title", "portada")
    link.click()
    expect(reader.page).to_have_url(f"{paper.origin}/es")
