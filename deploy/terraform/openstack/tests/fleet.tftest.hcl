mock_provider "openstack" {
  mock_resource "openstack_blockstorage_volume_v3" {
    defaults = { id = "5f0c2c5e-7b7a-4d7c-9d43-0f6f3f2b8a11" }
  }
}

variables {
  workers        = { one = { account = "0x1a" }, two = { account = "0x2b" } }
  settings       = { rpc_url = "https://node.example.org/rpc", device = "OPTIX" }
  release_url    = "https://example.org/renderchain-1.tar.gz"
  release_sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  kubo = {
    url    = "https://example.org/kubo.tar.gz"
    sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
  image_id    = "0b6d9f5e-0000-4000-8000-000000000001"
  flavor_name = "gpu"
  network_id  = "0b6d9f5e-0000-4000-8000-000000000002"
  key_pair    = "operator"
  ssh_from    = ["192.0.2.7/32", "2001:db8::/48"]
}

run "a_plan_has_a_machine_a_port_and_a_volume_for_each_worker" {
  command = plan

  assert {
    condition = (
      toset(keys(openstack_compute_instance_v2.worker)) == toset(["one", "two"])
      && length(openstack_blockstorage_volume_v3.data) == 2
      && length(openstack_networking_port_v2.worker) == 2
    )
    error_message = "Each worker needs one of each."
  }
  assert {
    condition = alltrue([
      for one in values(openstack_compute_instance_v2.worker) :
      one.flavor_name == "gpu" && one.key_pair == "operator" && one.stop_before_destroy
    ])
    error_message = "A machine is not what was asked for."
  }
}

run "only_named_addresses_reach_ssh_and_anybody_the_swarm" {
  command = plan

  assert {
    condition = {
      for cidr, rule in openstack_networking_secgroup_rule_v2.ssh :
      cidr => "${rule.direction} ${rule.ethertype} ${rule.remote_ip_prefix} ${rule.port_range_min}-${rule.port_range_max}"
      } == {
      "192.0.2.7/32"  = "ingress IPv4 192.0.2.7/32 22-22"
      "2001:db8::/48" = "ingress IPv6 2001:db8::/48 22-22"
    }
    error_message = "Others reach SSH, or these do not."
  }
  assert {
    condition = toset([
      for rule in values(openstack_networking_secgroup_rule_v2.swarm) : "${rule.protocol} ${rule.port_range_min}"
    ]) == toset(["tcp 4001", "udp 4001"])
    error_message = "Other nodes can't fetch results, or reach more."
  }
  assert {
    condition     = openstack_networking_secgroup_v2.worker.delete_default_rules
    error_message = "The cloud's own rules would count as well."
  }
}

run "nothing_is_open_without_a_node_of_the_workers_own" {
  command = plan

  variables {
    kubo     = null
    settings = { ipfs_api = "/ip4/10.0.0.2/tcp/5001" }
    ssh_from = []
  }

  assert {
    condition = (
      length(openstack_networking_secgroup_rule_v2.swarm) == 0 && length(openstack_networking_secgroup_rule_v2.ssh) == 0
    )
    error_message = "Something can be reached from outside."
  }
}

run "an_applied_fleet_mounts_the_volume_that_outlives_the_machine" {
  command = apply

  assert {
    condition = alltrue([
      for name, machine in openstack_compute_instance_v2.worker :
      machine.block_device[1].uuid == openstack_blockstorage_volume_v3.data[name].id
      && machine.block_device[1].source_type == "volume" && !machine.block_device[1].delete_on_termination
      && yamldecode(machine.user_data).runcmd[0][5] == "/dev/disk/by-id/virtio-5f0c2c5e-7b7a-4d7c-9"
    ])
    error_message = "A worker's journal would end with its machine."
  }
  assert {
    condition = alltrue([
      for name, machine in openstack_compute_instance_v2.worker :
      yamldecode(machine.user_data).hostname == name
      && machine.network[0].port == openstack_networking_port_v2.worker[name].id
    ])
    error_message = "A machine has another's settings or port."
  }
}

run "ssh_for_everybody_is_refused" {
  command = plan

  variables {
    ssh_from = ["0.0.0.0/0"]
  }

  expect_failures = [var.ssh_from]
}

run "a_volume_that_holds_no_packages_is_refused" {
  command = plan

  variables {
    data_gib = 20
  }

  expect_failures = [var.data_gib]
}
