variable "workers" {
  description = "The workers, one for each machine: its name, and the account that it signs with."
  type        = map(object({ account = string }))

  validation {
    condition     = alltrue([for name in keys(var.workers) : can(regex("^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$", name))])
    error_message = "A worker's name becomes its machine's: up to 32 small letters, digits and hyphens, a letter first."
  }
  validation {
    condition = alltrue([
      for one in values(var.workers) : can(regex("^0x0*[1-9a-f][0-9a-f]{0,63}$", one.account)) && length(one.account) <= 66
    ])
    error_message = "An account is an address: 0x and up to 64 hexadecimal digits, in small letters."
  }
  validation {
    condition = length(var.workers) == length(distinct([
      for one in values(var.workers) : replace(one.account, "/^0x0*/", "")
    ]))
    error_message = "Two workers have one account. Each would spoil the other's leases: give each its own."
  }
}

variable "settings" {
  description = "What all of them have in worker.toml (docs/provider.md), as strings, numbers, booleans and lists."
  type        = any

  validation {
    condition     = can(keys(var.settings)) && alltrue([for name in try(keys(var.settings), []) : can(regex("^[a-z][a-z_]*$", name))])
    error_message = "Settings are an object; their names are small letters and underscores."
  }
  validation {
    condition = alltrue([
      for value in try(values(var.settings), []) : value == null ? false : can(tostring(value)) || can(tolist(value))
    ])
    error_message = "A setting is a string, a number, a boolean or a list. Leave out what shall have its default."
  }
  validation {
    condition = length(setintersection(
      try(keys(var.settings), []), ["account", "folder", "keystore", "password_file", "metrics_port"]
    )) == 0
    error_message = "account, folder, keystore, password_file and metrics_port are set here; leave them out."
  }
}

variable "release_url" {
  description = "Where renderchain-VERSION.tar.gz of a release lies."
  type        = string

  validation {
    condition     = startswith(var.release_url, "https://")
    error_message = "A release is fetched by https."
  }
}

variable "release_sha256" {
  description = "What the release's SHA256SUMS says of it."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.release_sha256))
    error_message = "A sha-256 is 64 hexadecimal digits, in small letters."
  }
}

variable "kubo" {
  description = "Kubo's release for Linux on x86, which each worker then runs for itself; null: settings has ipfs_api."
  type        = object({ url = string, sha256 = string })
  default     = null

  validation {
    condition     = var.kubo == null ? true : startswith(var.kubo.url, "https://") && can(regex("^[0-9a-f]{64}$", var.kubo.sha256))
    error_message = "Kubo is fetched by https, and its sha-256 is 64 hexadecimal digits."
  }
}

variable "data_devices" {
  description = "By worker the disk for its journal, packages and evidence, such as /dev/disk/by-id/...; none: the system's."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for device in values(var.data_devices) : can(regex("^/dev/[A-Za-z0-9/_.:+-]+$", device))])
    error_message = "A disk is named by its path below /dev."
  }
}

variable "packages" {
  description = "What else is installed of Debian, such as a driver."
  type        = list(string)
  default     = []
}
