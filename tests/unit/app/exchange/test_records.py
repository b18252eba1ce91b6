"""Prints that a render process left are read as what somebody else wrote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from renderchain.app.exchange.records import read_records
from renderchain.core.errors import ContentError
from renderchain.core.pixel_prints import print_of

RECORD = print_of(np.ones((64, 64, 4), np.float32))


def test_prints_are_read_as_many_as_were_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "0001.tiles"
    file.write_bytes(2 * RECORD.to_bytes())
    assert read_records(file, 2) == (RECORD, RECORD)


@pytest.mark.parametrize("raw", [b"", RECORD.to_bytes()[:-1], 3 * RECORD.to_bytes()])
def test_another_number_of_prints_is_refused(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "0001.tiles"
    file.write_bytes(raw)
    with pytest.raises(ContentError, match=r"no 2 prints in 0001\.tiles"):
        read_records(file, 2)


def test_a_link_or_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(RECORD.to_bytes())
    (tmp_path / "0001.tiles").symlink_to(tmp_path / "real")
    for name in ("0001.tiles", "absent"):
        with pytest.raises(ContentError):
            read_records(tmp_path / name, 1)
