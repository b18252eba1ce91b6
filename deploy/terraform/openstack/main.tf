# A fleet of workers on OpenStack: for each a machine, and a volume that outlives it.
module "machine" {
  source = "../bare"

  workers        = var.workers
  settings       = var.settings
  release_url    = var.release_url
  release_sha256 = var.release_sha256
  kubo           = var.kubo
  packages       = var.packages
  # virtio shows a volume's first twenty characters.
  data_devices = {
    for name, volume in openstack_blockstorage_volume_v3.data : name => "/dev/disk/by-id/virtio-${substr(volume.id, 0, 20)}"
  }
}

# What it holds opens the results of open leases: without it their stake is lost.
resource "openstack_blockstorage_volume_v3" "data" {
  for_each = var.workers

  name              = "${var.name}-${each.key}"
  description       = "Journal, packages and evidence of the RenderChain worker ${each.key}"
  size              = var.data_gib
  volume_type       = var.volume_type
  availability_zone = var.availability_zone

  lifecycle {
    prevent_destroy = true
  }
}

resource "openstack_networking_secgroup_v2" "worker" {
  name                 = var.name
  description          = "RenderChain workers"
  delete_default_rules = true
}

resource "openstack_networking_secgroup_rule_v2" "outward" {
  for_each = toset(["IPv4", "IPv6"])

  direction         = "egress"
  ethertype         = each.key
  security_group_id = openstack_networking_secgroup_v2.worker.id
}

resource "openstack_networking_secgroup_rule_v2" "ssh" {
  for_each = toset(var.ssh_from)

  direction         = "ingress"
  ethertype         = strcontains(each.key, ":") ? "IPv6" : "IPv4"
  protocol          = "tcp"
  port_range_min    = 22
  port_range_max    = 22
  remote_ip_prefix  = each.key
  security_group_id = openstack_networking_secgroup_v2.worker.id
}

resource "openstack_networking_secgroup_rule_v2" "swarm" {
  for_each = var.kubo != null && var.swarm_port_open ? toset(["tcp", "udp"]) : toset([])

  direction         = "ingress"
  ethertype         = "IPv4"
  protocol          = each.key
  port_range_min    = 4001
  port_range_max    = 4001
  remote_ip_prefix  = "0.0.0.0/0"
  security_group_id = openstack_networking_secgroup_v2.worker.id
}

resource "openstack_networking_port_v2" "worker" {
  for_each = var.workers

  name               = "${var.name}-${each.key}"
  network_id         = var.network_id
  admin_state_up     = true
  security_group_ids = [openstack_networking_secgroup_v2.worker.id]
}

resource "openstack_compute_instance_v2" "worker" {
  for_each = var.workers

  name                = "${var.name}-${each.key}"
  flavor_name         = var.flavor_name
  key_pair            = var.key_pair
  availability_zone   = var.availability_zone
  user_data           = module.machine.user_data[each.key]
  stop_before_destroy = true # so that systemd ends the worker in order, as far as the cloud waits

  block_device {
    uuid                  = var.image_id
    source_type           = "image"
    destination_type      = "local"
    boot_index            = 0
    delete_on_termination = true
  }

  block_device {
    uuid                  = openstack_blockstorage_volume_v3.data[each.key].id
    source_type           = "volume"
    destination_type      = "volume"
    boot_index            = -1
    delete_on_termination = false
  }

  network {
    port = openstack_networking_port_v2.worker[each.key].id
  }

  lifecycle {
    # Another release or setting would make all machines anew at once, in the midst of their leases, and without their
    # keys. A machine is replaced when its owner says so, with -replace.
    ignore_changes = [user_data, block_device]
  }

  timeouts {
    delete = "45m"
  }
}
