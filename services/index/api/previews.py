"""Pictures of frames, of jobs that everybody may see: small PNGs that an aggregator made."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel
from sqlalchemy import Connection

from .answers import NOT_FOUND, Answers, FeltPath, IdPath, felt, number, one_of
from .jobs import job_row

MOST_BYTES = 32 * 2**20
MOST_LISTED = 10_000
NAME = re.compile(r"([0-9]{4,7}|-[0-9]{3,7})\.png")  # frames before 0 have a sign and a digit less
SIGNATURE = b"\x89PNG\r\n\x1a\n"
FrameNumber = Annotated[int, PathParameter(gt=-(10**7), lt=10**7)]
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


class Previews(BaseModel):
    """Numbers of the frames, in the scene, that have a picture here."""

    frames: list[int]


def preview_pages(answers: Answers, pictures: Path | None) -> APIRouter:
    """The pages; below ``pictures`` each board has a folder, and each job in it."""
    router = APIRouter(tags=["jobs"])

    @router.get(
        "/jobs/{board}/{job}/previews",
        response_model=one_of(Previews, "Previews"),
        responses=NOT_FOUND,
        summary="Which of its frames have a picture here",
    )
    def previews(request: Request, board: FeltPath, job: IdPath) -> Response:
        def read(connection: Connection) -> dict[str, Any]:
            job_row(connection, board, job)
            return {"item": {"frames": _frames(_folder(pictures, board, job))}}

        return answers.give(request, read)

    @router.get(
        "/jobs/{board}/{job}/previews/{frame}",
        response_class=Response,
        responses=NOT_FOUND | {200: {"content": {"image/png": {}}}},
        summary="The picture of a frame",
    )
    def preview(board: FeltPath, job: IdPath, frame: FrameNumber) -> Response:
        folder = _folder(pictures, board, job)
        content = _read(folder / f"{frame:04d}.png") if folder else b""
        if not content.startswith(SIGNATURE):
            raise HTTPException(404, "There is none.")
        return Response(content, media_type="image/png", headers=HEADERS)

    return router


def _folder(pictures: Path | None, board: str, job: str) -> Path | None:
    return pictures / hex(felt(board)) / str(number(job)) / "previews" if pictures else None


def _frames(folder: Path | None) -> list[int]:
    try:
        names = sorted(one.name for one in folder.iterdir()) if folder else []
    except OSError:
        return []  # nothing was fetched yet
    found = (NAME.fullmatch(one) for one in names)
    return sorted(int(one[1]) for one in found if one)[:MOST_LISTED]


def _read(path: Path) -> bytes:
    """A whole small file; b"" for what is none."""
    try:
        told = path.lstat()
        is_picture = stat.S_ISREG(told.st_mode) and told.st_size <= MOST_BYTES
        return path.read_bytes() if is_picture else b""
    except OSError:
        return b""
