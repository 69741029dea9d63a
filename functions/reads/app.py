"""What was read: a page's beacon, counted without knowing whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadsheet import clock, http, reads, throttle

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

app = http.api()
handler = http.handler(app)


@app.post("/v1/articles/<slug>/reads")
def count_read(slug: str) -> Response[str]:
    event = app.current_event
    before = reads.before(http.beacon(event, reads.MAX_BODY))
    network = throttle.prefix(http.client_address(event))
    reads.count(slug, before, network, str(event.headers.get("user-agent", "")), clock.now())
    return http.private(None, 204)
