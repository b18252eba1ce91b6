#!/bin/sh
# Starts the node; the first time it makes its repository, beside its place, so that there is a whole one or none.
set -eu
if [ ! -d "$IPFS_PATH" ]; then
    new="$IPFS_PATH.new"
    rm -rf "$new"
    IPFS_PATH="$new" ipfs init --empty-repo
    set_to() { IPFS_PATH="$new" ipfs config --json "$1" "$2"; }
    set_to Bootstrap '[]'
    set_to Discovery.MDNS.Enabled false
    set_to DNS.Resolvers '{}'
    set_to Ipns.DelegatedPublishers '[]'
    set_to Routing '{"Type": "none", "DelegatedRouters": []}'
    set_to AutoConf.Enabled false
    set_to Addresses.Swarm '[]'
    set_to Addresses.Gateway '[]'
    # Whoever reaches it may do all with it: give it no port of a public address.
    set_to Addresses.API '"/ip4/0.0.0.0/tcp/5001"'
    mv "$new" "$IPFS_PATH"
fi
exec ipfs daemon --offline
