"""Every minute: publishes the articles whose time has come."""

from __future__ import annotations

from typing import Any

from broadsheet import clock, publishing
from broadsheet.observability import logger


def handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:  # noqa: ARG001  a tick says nothing
    published = publishing.publish_due(clock.now())
    if published:
        logger().info("published", extra={"articles": published})
    return {"published": published}
