variable "name" {
  description = "What the names of all that is made begin with."
  type        = string
  default     = "renderchain"
}

variable "workers" {
  description = "The workers, as deploy/terraform/bare takes them: their names, and the accounts that they sign with."
  type        = map(object({ account = string }))
}

variable "settings" {
  description = "What all of them have in worker.toml, as deploy/terraform/bare takes it."
  type        = any
}

variable "release_url" {
  description = "Where renderchain-VERSION.tar.gz of a release lies."
  type        = string
}

variable "release_sha256" {
  description = "What the release's SHA256SUMS says of it."
  type        = string
}

variable "kubo" {
  description = "Kubo's release for Linux on x86, which each worker then runs for itself; null: settings has ipfs_api."
  type        = object({ url = string, sha256 = string })
  default     = null
}

variable "packages" {
  description = "What else is installed of Debian, such as a driver."
  type        = list(string)
  default     = []
}

variable "image_id" {
  description = "A Debian 12 with cloud-init, by its number; for a flavor with GPUs one that has their driver."
  type        = string
}

variable "flavor_name" {
  description = "What machines they are, such as one with a GPU."
  type        = string
}

variable "network_id" {
  description = "The network that they are in, and from which they reach the nodes of Starknet and IPFS."
  type        = string
}

variable "key_pair" {
  description = "The name of the SSH key with which you bring the workers' keys."
  type        = string
}

variable "ssh_from" {
  description = "The addresses that reach SSH, as CIDRs; nobody else does."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.ssh_from : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "ssh_from has CIDRs such as 192.0.2.7/32, and not everybody."
  }
}

variable "swarm_port_open" {
  description = "Whether anybody reaches port 4001, by which other nodes fetch results from a worker's own Kubo at once."
  type        = bool
  default     = true
}

variable "data_gib" {
  description = "Of the volume for each worker's journal, packages and evidence, in GiB."
  type        = number
  default     = 200

  validation {
    condition     = var.data_gib >= 80 && floor(var.data_gib) == var.data_gib
    error_message = "A worker keeps 64 GiB of packages besides its evidence: at least 80 whole GiB."
  }
}

variable "volume_type" {
  description = "The kind of that volume; null: the cloud's usual one."
  type        = string
  default     = null
}

variable "availability_zone" {
  description = "Where machines and volumes are made; null: where the cloud puts them."
  type        = string
  default     = null
}
