output "user_data" {
  description = "By worker what cloud-init is to be given."
  value       = local.user_data
}
