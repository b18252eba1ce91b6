"""Which machines may work: those whose pixels others see too."""

from types import SimpleNamespace

import pytest

OLD = "\nCPU device capabilities: SSE42\n"  # what Cycles says on a processor without AVX2
ARM = "\nCPU device capabilities: \nMetal device capabilities: AVX2\n"


def test_a_processor_with_avx2_may_work(part):
    part("blender.cycles.devices").require_comparable("CPU")


@pytest.mark.parametrize("info", [OLD, ARM, ""])
def test_a_processor_without_avx2_may_not_work_and_is_told_what_to_do(part, monkeypatch, info):
    devices, errors = part("blender.cycles.devices"), part("core.errors")
    monkeypatch.setattr(devices, "_cycles", SimpleNamespace(system_info=lambda: info))
    with pytest.raises(errors.RenderFailed, match="no AVX2.*Render on a GPU"):
        devices.require_comparable("CPU")


def test_a_gpu_may_work_beside_any_processor(part, monkeypatch):
    devices = part("blender.cycles.devices")
    monkeypatch.setattr(devices, "_cycles", SimpleNamespace(system_info=lambda: OLD))
    devices.require_comparable("CUDA")
