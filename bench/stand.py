"""What a measurement stands on: the real engine with its tables, in the environment of one function, and that function's handler."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local import engine
from local.template import Template, create_tables

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


@asynccontextmanager
async def standing(function: str, within: Path | None = None) -> AsyncIterator[Template]:
    """This process has the function's environment from here on. `within` is where the engine's files are made."""
    with tempfile.TemporaryDirectory(dir=within) as folder:
        async with engine.lock(Path(folder)) as held:
            database = await engine.start(Path(folder), held)
            try:
                yield _set(function, database)
            finally:
                await database.stop()


def _set(function: str, database: engine.Engine) -> Template:
    from broadsheet import settings, table

    template = Template.load()
    os.environ.update(database.environment())
    os.environ.update(template.functions[function].environment)
    table.client.cache_clear()
    settings.get.cache_clear()
    create_tables(table.client(), template)
    return template


def handler(template: Template, function: str) -> Callable[[Any, Any], Any]:
    app = template.functions[function].folder / "app.py"
    spec = importlib.util.spec_from_file_location("app", app)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(app)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[Any, Any], Any] = module.handler
    return found
