"""What all services share: databases that are named wrongly, and one writer."""

from __future__ import annotations

import asyncio
import json

import pytest
from renderchain.core.board_events import JobCreated, LeaseEnded
from renderchain.core.errors import SettingsError
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.lifecycle import LeaseState

from devkit.made_up_job import TERMS
from services.common.engine import open_engine, shown_database
from services.common.migrations import migrate
from services.common.writer import only_writer
from services.index.bodies import body_of
from services.index.command import MIGRATIONS
from tests.services.conftest import Fresh


@pytest.mark.parametrize("url", ["mysql://a/b", "sqlite://", "index.sqlite", ""])
def test_what_is_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"sqlite:/// or postgresql://"):
        open_engine(url)


def test_a_database_that_can_not_be_opened_is_named_without_its_password() -> None:
    with pytest.raises(SettingsError) as refused:
        open_engine("postgresql://me:secret@127.0.0.1:1/index")
    assert "me:***@127.0.0.1:1/index" in str(refused.value) and "secret" not in str(refused.value)
    assert "secret" not in shown_database("postgresql://me:secret@host/index")


def test_a_database_of_a_newer_version_is_refused(fresh: Fresh) -> None:
    engine = fresh()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SettingsError, match="newer version"):
        migrate(engine, MIGRATIONS)


def test_a_second_writer_waits_for_the_first(fresh: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.common.writer.TRY_S", 0.01)
    engine = fresh()
    order: list[str] = []

    async def second() -> None:
        async with only_writer(engine, "index"):
            order.append("second")

    async def run() -> None:
        async with only_writer(engine, "index"):
            waiting = asyncio.create_task(second())
            await asyncio.sleep(0.1)
            async with only_writer(engine, "other"):
                order.append("another part")
            order.append("first")
        await waiting

    asyncio.run(run())
    assert order == ["another part", "first", "second"]


def test_numbers_of_events_beyond_53_bits_are_text() -> None:
    body = json.loads(body_of(JobCreated(1, JobId(2), 2**200, 2**201, TERMS)))
    assert (body["family"], body["requester"]) == (hex(2**200), hex(2**201))
    assert body["terms"]["reward_fri"] == str(TERMS.reward_fri) and body["terms"]["tasks"] == TERMS.tasks
    ended = json.loads(body_of(LeaseEnded(1, JobId(2), LeaseId(2**63), LeaseState.EXPIRED, True)))
    assert ended == {"state": "expired", "reopened": True}
