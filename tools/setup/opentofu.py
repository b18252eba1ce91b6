"""OpenTofu and its provider of OpenStack, built from their Go modules, and what cloud-init takes.

Each go.sum has the hash of every source. The last is a JSON Schema out of Debian's package of cloud-init.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from .cache import REPO, is_done, need, recipe_dir, run
from .debian import unpack

MODULE = REPO / "tools" / "opentofu"
VERSION = "-s -w -X github.com/opentofu/opentofu/version.dev=no"  # else it calls itself a development build
PROVIDER = "terraform-provider-openstack"
BUILT = {
    "tofu": (MODULE, "github.com/opentofu/opentofu/cmd/tofu"),
    PROVIDER: (MODULE / "openstack", f"github.com/{PROVIDER}/{PROVIDER}/v3"),
}
CLOUD_INIT = ("cloud-init", "22.4.2-1+deb12u4")
CLOUD_INIT_SHA256 = "c18c9b1a999268413f215371ae6382f8705a437b2b24c049d6dbafcc111a1d09"
SCHEMA = "cloud-init/usr/lib/python3/dist-packages/cloudinit/config/schemas/schema-cloud-config-v1.json"
# It is taken as it lies there: a registry is not asked.
SETTINGS = """\
disable_checkpoint = true
provider_installation {{
  dev_overrides {{
    "{provider}/openstack" = "{folder}"
  }}
}}
"""


def opentofu_root() -> Path:
    """The folder with bin/tofu, with tofu.rc, by which it finds the provider, and SCHEMA."""
    pins = [(module / name).read_text() for module, _ in BUILT.values() for name in ("go.mod", "go.sum")]
    return recipe_dir("opentofu", *pins, VERSION, SETTINGS, *CLOUD_INIT, CLOUD_INIT_SHA256)


def opentofu() -> None:
    """Bring all three."""
    root = opentofu_root()
    if is_done(root):
        return
    need("go", "install Go 1.25.5 or newer")
    shutil.rmtree(root, ignore_errors=True)
    (root / "bin").mkdir(parents=True)
    for name, (module, package) in BUILT.items():
        command = ["go", "build", "-trimpath", "-ldflags", VERSION, "-o", str(root / "bin" / name), package]
        run("opentofu", command, cwd=module)
    unpack("opentofu", CLOUD_INIT, CLOUD_INIT_SHA256, root / "cloud-init")
    (root / "tofu.rc").write_text(SETTINGS.format(provider=PROVIDER, folder=root / "bin"))
    (root / ".done").touch()
