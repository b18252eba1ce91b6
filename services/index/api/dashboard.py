"""The dashboard's files, as the set-up built them; the pages themselves ask for what is below /v1."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Response
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, PlainTextResponse

DIST = Path(__file__).parents[2] / "dashboard" / "dist"
NOT_BUILT = (
    "The dashboard is not built here. Run `python3 -m tools.setup dashboard` in the repository's folder, "
    "then load this page again. What the index answers is there all the same: /openapi.json describes it.\n"
)
# No script, style or request but of and to this server: whatever the chain tells stays text.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
FOR_EVER, ASK_EACH_TIME = "public, max-age=31536000, immutable", "no-cache"
AssetName = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9_-]{1,100}\.(js|css)$")]


def dashboard_pages(dist: Path) -> APIRouter:
    """The pages; the folder may be built while the index runs."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def start() -> Response:
        page = dist / "index.html"
        return _file(page, ASK_EACH_TIME) if page.is_file() else PlainTextResponse(NOT_BUILT, 404)

    @router.get("/icon.svg")
    def icon() -> Response:
        return _file(dist / "icon.svg", ASK_EACH_TIME)

    @router.get("/assets/{name}")
    def asset(name: AssetName) -> Response:
        return _file(dist / "assets" / name, FOR_EVER)  # its name tells what is in it

    return router


def _file(path: Path, cached: str) -> Response:
    if not path.is_file():
        raise HTTPException(404, "There is none.")
    return FileResponse(path, headers=HEADERS | {"Cache-Control": cached})
