"""The pages that a test goes through, by what they show."""

from __future__ import annotations

from tests.services.api.served import Served
from tests.services.crowd import CPU, OPTIX
from tests.services.played import BOARD


def places(served: Served) -> dict[str, str]:
    """Each by a name of its own; the newest audit is that of a false lease."""
    audits = served.get("/v1/audits").json["items"]
    false = next(one["lease"] for one in audits if one["verdict"] == "rejected")
    return {
        "jobs": "",
        "job": f"jobs/{BOARD:#x}/5",
        "waiting job": f"jobs/{BOARD:#x}/4",
        "workers": "workers",
        "worker": "workers/6",
        "audits": "audits",
        "audit": f"audits/{BOARD:#x}/{false}",
        "payments": "payments",
        "market": f"market?family={CPU:#x}&hours=24",
        "empty market": f"market?family={OPTIX:#x}&hours=24",
        "gas": "gas",
        "nothing": "nowhere/at/all",
        "no such job": f"jobs/{BOARD:#x}/99",
    }
