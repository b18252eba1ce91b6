# What makes a worker of a machine with Debian 12 and cloud-init. No key is in it: whoever owns the accounts brings
# them, since this text lies in a state file, and every program of the machine may read it.
locals {
  headless = "${path.module}/../../../worker_headless"
  own = merge(
    { folder = "/var/lib/renderchain", keystore = "/etc/renderchain/operator.json", metrics_port = 9464 },
    var.kubo == null ? {} : { ipfs_program = "/usr/local/bin/ipfs" },
  )
  # JSON's strings, numbers, booleans and lists are TOML's as well.
  settings = {
    for name, worker in var.workers : name => join("", [
      for key, value in merge(var.settings, local.own, { account = worker.account }) : "${key} = ${jsonencode(value)}\n"
    ])
  }
  kubo = var.kubo == null ? { url = "", sha256 = "" } : var.kubo

  # As deploy/worker/Containerfile has them, and what the installation itself needs.
  packages = [
    "bubblewrap", "ca-certificates", "curl", "e2fsprogs", "python3", "python3-venv",
    "libegl1", "libgl1", "libice6", "libsm6", "libxfixes3", "libxi6", "libxkbcommon0", "libxrender1", "libxxf86vm1",
  ]
  user_data = {
    for name, worker in var.workers : name => "#cloud-config\n${yamlencode({
      hostname       = name
      package_update = true
      packages       = concat(local.packages, var.packages)
      groups         = ["render"]
      users = ["default", {
        name           = "renderchain"
        system         = true
        homedir        = "/var/lib/renderchain"
        no_create_home = true
        shell          = "/usr/sbin/nologin"
        groups         = "video,render"
      }]
      write_files = [
        { path = "/etc/renderchain/worker.toml", permissions = "0644", content = local.settings[name] },
        {
          path        = "/etc/systemd/system/renderchain-worker.service"
          permissions = "0644"
          content     = file("${local.headless}/renderchain-worker.service")
        },
        {
          path        = "/etc/systemd/system/renderchain-worker.service.d/renderchain-python.conf"
          permissions = "0644"
          content     = file("${path.module}/renderchain-python.conf")
        },
        {
          path        = "/usr/local/sbin/renderchain-install"
          permissions = "0755"
          content     = file("${path.module}/install.sh")
        },
      ]
      runcmd = [[
        "/usr/local/sbin/renderchain-install", var.release_url, var.release_sha256, local.kubo.url, local.kubo.sha256,
        lookup(var.data_devices, name, ""),
      ]]
    })}"
  }
}

check "ipfs" {
  assert {
    condition     = var.kubo != null || can(var.settings.ipfs_api) || can(var.settings.ipfs_program)
    error_message = "Neither kubo nor the setting ipfs_api is given: the workers will look for an IPFS node of their own machine."
  }
}
