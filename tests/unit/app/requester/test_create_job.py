"""What a job costs and asks for, and that it is noted before it is paid, and paid only if the account can."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.create_job import Offer, audit_prices, create_job, intent_of_job, terms_of
from renderchain.core.cid import digest_of
from renderchain.core.contract_errors import BadJobTerms
from renderchain.core.errors import InsufficientFunds, SceneError
from renderchain.core.ids import JobId
from renderchain.core.job import family_of
from renderchain.core.notices.jobs import EscrowDue, JobCreated
from renderchain.core.print_limits import PrintLimits
from renderchain.core.tiles import MOST_LEAVES

from devkit.fakes.clock import run
from devkit.fakes.package import TILES
from devkit.fakes.scripted_chain import BOARD
from tests.unit.app.bench import TASKS, UseCaseBench

OFFER = Offer(reward_fri=1000, longest_lease=3, lease_timeout_s=300, window_s=200, audit_floor_exp=2)


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    made = UseCaseBench(disk)
    made.reporter.told.clear()
    return made


def create(bench: UseCaseBench) -> JobId:
    return run(
        create_job(
            bench.chain,
            bench.journal,
            bench.package,
            OFFER,
            name="town",
            output=Path("/frames"),
            reporter=bench.reporter,
        )
    )


def test_a_pool_pays_one_audit_of_every_lease_and_the_spare_ones() -> None:
    prices = audit_prices(OFFER, 7, 10)
    assert (prices.fee_fri, prices.tile_fri) == (3 * 1000 // 50, 2 * 1000 // 10)
    # Three leases, one leaf of each drawn, three verifiers a leaf; and two audits to spare.
    assert prices.pool_fri == (3 + 2) * 3 * (60 + 200)
    assert audit_prices(replace(OFFER, spare_audits=0), 7, 10).pool_fri == 3 * 3 * (60 + 200)


def test_a_short_job_has_the_prices_of_its_only_lease() -> None:
    assert audit_prices(OFFER, 2, 10) == audit_prices(replace(OFFER, longest_lease=2), 2, 10)
    assert audit_prices(OFFER, 2, 10).fee_fri == 2 * 1000 // 50


def test_no_reward_is_so_small_that_verifiers_get_nothing() -> None:
    prices = audit_prices(replace(OFFER, reward_fri=1), 2, 10)
    assert (prices.fee_fri, prices.tile_fri) == (1, 0)


def test_a_frame_of_too_many_leaves_is_refused_before_anything_is_paid(bench: UseCaseBench) -> None:
    assert audit_prices(OFFER, 1, MOST_LEAVES)
    manifest = replace(bench.package.manifest, width=16384, height=8192)
    with pytest.raises(SceneError, match=r"has 32,768 leaves .* a job can have 32,767. Nothing was paid"):
        terms_of(replace(bench.package, manifest=manifest), OFFER)


def test_every_view_layer_has_leaves_of_its_own(bench: UseCaseBench) -> None:
    manifest = replace(bench.package.manifest, view_layers=("near", "far", "sky"))
    terms = terms_of(replace(bench.package, manifest=manifest), OFFER)
    assert terms.tiles == 3 * TILES
    # A verifier of one layer renders the tile with all three, and is paid for that.
    assert terms.audit_tile_fri == terms_of(bench.package, OFFER).audit_tile_fri > 0


def test_the_terms_are_those_of_package_and_offer(bench: UseCaseBench) -> None:
    limits = PrintLimits(tile_percent=12, mean_percent=6)
    terms = terms_of(bench.package, replace(OFFER, device_group="OPTIX", audit_tiles=5, limits=limits))
    assert (terms.tile_limit_percent, terms.mean_limit_percent) == (12, 6)
    assert terms.package_hi << 128 | terms.package_lo == int.from_bytes(digest_of(bench.package.cid), "big")
    assert (terms.package_bytes, terms.package_files) == (bench.package.size_bytes, 2)
    assert (terms.tasks, terms.tiles) == (TASKS, TILES)
    assert terms.family == family_of((4, 5), "CYCLES", "OPTIX")
    assert (terms.reward_fri, terms.longest_lease, terms.audit_tiles) == (1000, 3, 5)
    assert (terms.lease_timeout_s, terms.window_s, terms.audit_floor_exp) == (300, 200, 2)
    prices = audit_prices(OFFER, TASKS, TILES)
    assert (terms.audit_fee_fri, terms.audit_tile_fri) == (prices.fee_fri, prices.tile_fri)
    assert terms.escrow_fri == TASKS * 1000 + prices.pool_fri


def test_a_job_is_noted_before_it_is_paid(bench: UseCaseBench) -> None:
    terms = terms_of(bench.package, OFFER)
    bench.chain.tokens[bench.chain.address] = terms.escrow_fri
    before: list[str] = []
    bench.chain.after["create_job"] = lambda: before.extend(one.state for one in bench.journal.jobs())
    job_id = create(bench)
    assert before == ["sending"]
    (entry,) = bench.journal.jobs(BOARD)
    assert (entry.job_id, entry.state, entry.name, entry.output) == (job_id, "active", "town", "/frames")
    assert (entry.package_cid, entry.from_block) == (bench.package.cid, bench.chain.block)
    assert bench.chain.of("create_job") == [(terms, intent_of_job(entry.entry_id))]
    assert bench.reporter.told == [EscrowDue(terms.escrow_fri), JobCreated(job_id)]


def test_an_account_that_is_one_fri_short_pays_and_notes_nothing(bench: UseCaseBench) -> None:
    bench.chain.tokens[bench.chain.address] = terms_of(bench.package, OFFER).escrow_fri - 1
    with pytest.raises(InsufficientFunds, match="Nothing was paid"):
        create(bench)
    assert bench.chain.sent == [] and bench.journal.jobs() == [] and bench.reporter.told == []


def test_terms_that_the_board_refuses_make_no_job(bench: UseCaseBench) -> None:
    bench.chain.tokens[bench.chain.address] = 10**9
    bench.chain.fail("create_job", BadJobTerms("Creating a job"))
    with pytest.raises(BadJobTerms):
        create(bench)
    assert bench.reporter.heard(JobCreated) == []
    assert [one.state for one in bench.journal.jobs()] == ["sending"]
