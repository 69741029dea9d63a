"""moto as a server, for machines without dynoxide: `python -m local.moto_engine <host> <port>`.

One request at a time: moto loses updates when several threads write the same item.
"""

from __future__ import annotations

import logging
import sys

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple


def main(host: str, port: int) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    run_simple(host, port, DomainDispatcherApplication(create_backend_app), threaded=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
