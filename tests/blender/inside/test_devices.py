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


class Device:
    """As Cycles' preferences list it."""

    def __init__(self, kind, number, *, use=False):
        self.type, self.id, self.name, self.use = kind, f"{kind}_{number}", f"GPU {number}", use


class Preferences:
    """Those of Cycles on a machine with two GPUs, which OptiX and CUDA both see: here is none."""

    def __init__(self):
        self.compute_device_type = "NONE"
        kinds = ("CUDA", "OPTIX")
        gpus = [Device(kind, number) for kind in kinds for number in (0, 1)]
        self.devices = [Device("CPU", 0, use=True), *gpus]

    def refresh_devices(self):
        """They are there."""


@pytest.fixture
def two_gpus(part, monkeypatch):
    made = Preferences()
    context = SimpleNamespace(
        preferences=SimpleNamespace(addons={"cycles": SimpleNamespace(preferences=made)})
    )
    monkeypatch.setattr(part("blender.cycles.devices"), "bpy", SimpleNamespace(context=context))
    return made


@pytest.mark.parametrize(
    ("wanted", "found", "used"),
    [
        ("OPTIX", ("OPTIX", "GPU 0, GPU 1"), ["OPTIX_0", "OPTIX_1"]),
        ("OPTIX:0", ("OPTIX", "GPU 0"), ["OPTIX_0"]),
        ("OPTIX:1", ("OPTIX", "GPU 1"), ["OPTIX_1"]),
        ("OPTIX:2", ("OPTIX", "GPU 0"), ["OPTIX_0"]),
        ("CUDA:1", ("CUDA", "GPU 1"), ["CUDA_1"]),
        ("AUTO:1", ("OPTIX", "GPU 1"), ["OPTIX_1"]),
    ],
)
def test_a_lane_renders_on_its_own_gpu(part, two_gpus, wanted, found, used):
    devices = part("blender.cycles.devices")
    assert devices.find(wanted) == found and devices.count_of(found[0]) == 2
    assert [one.id for one in two_gpus.devices if one.use] == used


@pytest.mark.usefixtures("two_gpus")
def test_a_backend_that_has_no_device_is_named_without_the_lane(part):
    with pytest.raises(part("core.errors").RenderFailed, match="finds no HIP device"):
        part("blender.cycles.devices").find("HIP:1")


def test_the_processor_is_one_device(part):
    devices = part("blender.cycles.devices")
    assert devices.find("CPU")[0] == "CPU" and devices.count_of("CPU") == 1
