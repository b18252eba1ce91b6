variables {
  workers        = { one = { account = "0x1a" }, two = { account = "0x2b" } }
  release_url    = "https://example.org/renderchain-1.tar.gz"
  release_sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  settings = {
    rpc_url  = "https://node.example.org/rpc"
    ipfs_api = "/ip4/10.0.0.2/tcp/5001"
    network  = "sepolia"
  }
}

run "each_worker_has_its_own_account_and_name" {
  command = plan

  assert {
    condition = alltrue([
      for name, worker in var.workers :
      yamldecode(output.user_data[name]).hostname == name
      && strcontains(yamldecode(output.user_data[name]).write_files[0].content, "account = \"${worker.account}\"\n")
    ])
    error_message = "A worker has another's account or name."
  }
}

run "a_disk_and_kubo_reach_the_installation" {
  command = plan

  variables {
    kubo         = { url = "https://example.org/kubo.tar.gz", sha256 = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210" }
    data_devices = { one = "/dev/disk/by-id/virtio-1" }
  }

  assert {
    condition = yamldecode(output.user_data["one"]).runcmd == [[
      "/usr/local/sbin/renderchain-install", var.release_url, var.release_sha256,
      var.kubo.url, var.kubo.sha256, "/dev/disk/by-id/virtio-1",
    ]]
    error_message = "What is installed is not what was said."
  }
  assert {
    condition     = yamldecode(output.user_data["two"]).runcmd[0][5] == ""
    error_message = "A worker without a disk of its own got one."
  }
  assert {
    condition     = strcontains(yamldecode(output.user_data["one"]).write_files[0].content, "ipfs_program = \"/usr/local/bin/ipfs\"")
    error_message = "Kubo is installed and not used."
  }
}

run "two_workers_of_one_account_are_refused" {
  command = plan

  variables {
    workers = { one = { account = "0x1a" }, two = { account = "0x001a" } }
  }

  expect_failures = [var.workers]
}

run "an_account_that_is_none_is_refused" {
  command = plan

  variables {
    workers = { one = { account = "1a" } }
  }

  expect_failures = [var.workers]
}

run "a_name_that_no_machine_can_have_is_refused" {
  command = plan

  variables {
    workers = { "One!" = { account = "0x1a" } }
  }

  expect_failures = [var.workers]
}

run "a_setting_that_is_set_here_is_refused" {
  command = plan

  variables {
    settings = { ipfs_api = "/ip4/10.0.0.2/tcp/5001", account = "0x1" }
  }

  expect_failures = [var.settings]
}

run "a_setting_without_a_value_is_refused" {
  command = plan

  variables {
    settings = { ipfs_api = null }
  }

  expect_failures = [var.settings]
}

run "a_setting_that_would_break_the_file_is_refused" {
  command = plan

  variables {
    settings = { "ipfs_api = 1 #" = "" }
  }

  expect_failures = [var.settings]
}

run "a_release_by_http_is_refused" {
  command = plan

  variables {
    release_url = "http://example.org/renderchain-1.tar.gz"
  }

  expect_failures = [var.release_url]
}

run "a_sum_that_is_none_is_refused" {
  command = plan

  variables {
    release_sha256 = ""
  }

  expect_failures = [var.release_sha256]
}

run "a_missing_ipfs_node_is_said" {
  command = plan

  variables {
    settings = { rpc_url = "https://node.example.org/rpc" }
  }

  expect_failures = [check.ipfs]
}
