"""The page at `/`, for people: one file, which asks for nothing but its own server."""

from pathlib import Path

from aiohttp import web

from nst_tf.errors import InputError
from nst_tf.samples import sample

__all__ = ["OPEN_ROUTES", "PAGE", "add_page"]

PAGE = Path(__file__).with_name("index.html")
# What needs no token: it holds nothing secret, and the page itself asks for the token.
OPEN_ROUTES = ("page", "sample")
HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}


def add_page(application: web.Application) -> None:
    """Adds the page, at `/`, and the bundled images that it offers, at `/samples/NAME.jpg`."""
    application.router.add_get("/", _page, name="page")
    application.router.add_get("/samples/{name}.jpg", _sample, name="sample")


async def _page(request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE, headers=HEADERS)


async def _sample(request: web.Request) -> web.FileResponse:
    try:
        return web.FileResponse(sample(request.match_info["name"]), headers=HEADERS)
    except InputError as error:
        raise web.HTTPNotFound(text=str(error)) from error
