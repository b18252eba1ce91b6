output "addresses" {
  description = "By worker the address of its machine in the network."
  value       = { for name, worker in openstack_compute_instance_v2.worker : name => worker.access_ip_v4 }
}

output "volumes" {
  description = "By worker the number of the volume that outlives its machine."
  value       = { for name, volume in openstack_blockstorage_volume_v3.data : name => volume.id }
}
