"""The page at `/`, for people: one file, which asks for nothing but its own server."""

import dataclasses
import json
from pathlib import Path

from aiohttp import web

from nst_tf.errors import InputError
from nst_tf.one_pass.settings import FAST
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.samples import sample
from nst_tf.settings import controls

__all__ = ["OPEN_ROUTES", "add_page", "page_text"]

# What needs no token: it holds nothing secret, and the page itself asks for the token.
OPEN_ROUTES = ("page", "sample")
HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}
PAINTERS = {"fast-stylize": FAST, "stylize": PRESETS}


def page_text() -> str:
    """The page, with the controls of the models that paint."""
    known = {name: list(map(dataclasses.asdict, controls(presets))) for name, presets in PAINTERS.items()}
    text = json.dumps(known, default=lambda kind: kind.__name__).replace("<", r"\u003c")
    return Path(__file__).with_name("index.html").read_text("utf-8").replace("__CONTROLS__", text)


def add_page(application: web.Application) -> None:
    """Adds the page, at `/`, and the bundled images that it offers, at `/samples/NAME.jpg`."""
    application.router.add_get("/", _page, name="page")
    application.router.add_get("/samples/{name}.jpg", _sample, name="sample")


async def _page(request: web.Request) -> web.Response:
    return web.Response(text=page_text(), content_type="text/html", charset="utf-8", headers=HEADERS)


async def _sample(request: web.Request) -> web.FileResponse:
    try:
        return web.FileResponse(sample(request.match_info["name"]), headers=HEADERS)
    except InputError as error:
        raise web.HTTPNotFound(text=str(error)) from error
