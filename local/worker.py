"""One Lambda instance: `python -m local.worker <FunctionLogicalId> <template> <parameters as JSON>`.

Loads the function, stands the guard before its DynamoDB calls, then answers one invocation at a time: requests come on
standard input, answers leave on what was standard output, and whatever the function prints goes to standard error. It
ends when its parent does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from . import frames, tether
from .guard import Guard
from .template import ROOT, Template

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from .template import Function

    Handler = Callable[[Any, Any], Any]

MAX_ANSWER = 6 * 1024 * 1024


@dataclass(frozen=True)
class Context:
    """Lambda's context object."""

    function_name: str
    memory_limit_in_mb: str
    invoked_function_arn: str
    aws_request_id: str
    deadline: float
    function_version: str = "$LATEST"
    log_group_name: str = "local"
    log_stream_name: str = "local"
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.time()) * 1000))


def main(name: str, path: str, parameters: str) -> int:
    answers = _take_standard_output()
    tether.to_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    template = Template.load(Path(path), json.loads(parameters))
    function = template.functions[name]
    try:
        handler = _load(function, template)
    except Exception as error:
        _send(answers, frames.pack({"error": _described(error, "")}))
        return 1
    _send(answers, frames.pack({"ready": True}))
    while (message := frames.read(sys.stdin.buffer)) is not None:
        _send(answers, _answer(handler, function, message))
    return 0


def _take_standard_output() -> BinaryIO:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    return answers


def _send(answers: BinaryIO, message: bytes) -> None:
    answers.write(message)
    answers.flush()


def _load(function: Function, template: Template) -> Handler:
    """The handler, from its source: a compiled file of the same second and size would hide an edit."""
    guard = Guard(template)
    guard.everywhere()
    guard.become(function.name)
    os.chdir(function.folder)
    sys.path[:] = [str(function.folder), *(entry for entry in sys.path if entry not in {"", str(ROOT)})]
    module_name, _, attribute = function.handler.rpartition(".")
    source = function.folder / f"{module_name}.py"
    module = ModuleType(module_name)
    module.__file__ = str(source)
    sys.modules[module_name] = module
    exec(compile(source.read_bytes(), source, "exec"), module.__dict__)  # noqa: S102  that is what a worker is for
    handler: Handler = getattr(module, attribute)
    return handler


def _answer(handler: Handler, function: Function, message: dict[str, Any]) -> bytes:
    context = Context(
        function_name=function.name,
        memory_limit_in_mb=str(function.memory),
        invoked_function_arn=function.arn,
        aws_request_id=message["id"],
        deadline=message["deadline"],
    )
    try:
        answer = frames.pack({"payload": handler(message["event"], context)})
        if len(answer) > MAX_ANSWER:
            raise ValueError(f"the answer is larger than {MAX_ANSWER} bytes")  # noqa: TRY301
    except Exception as error:
        described = _described(error, message["id"])
        print(f"[ERROR] {described['errorType']}: {described['errorMessage']}\n{''.join(described['stackTrace'])}")
        return frames.pack({"error": described})
    return answer


def _described(error: Exception, request_id: str) -> dict[str, Any]:
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
