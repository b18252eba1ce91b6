#!/bin/sh
# Starts the server; the first time it makes the databases, beside their place, so that they are whole or not there.
set -eu
file=/etc/renderchain/password
password=$(cat $file)
case $password in
'' | *[!0-9A-Za-z]*)
    echo "The password in $file must have digits and letters alone; nothing was changed. Write another." >&2
    exit 1
    ;;
esac
if [ ! -d "$PGDATA" ]; then
    new="$PGDATA.new"
    rm -rf "$new"
    initdb --pgdata "$new" --username postgres --encoding UTF8 --locale C.UTF-8 --auth reject
    # By the network, for the one role, with its password: nobody else, and no superuser, can log in.
    echo 'host index,notifier services all scram-sha-256' >"$new/pg_hba.conf"
    postgres --single -D "$new" postgres >/dev/null <<END
CREATE ROLE services LOGIN
CREATE DATABASE "index" OWNER services
CREATE DATABASE "notifier" OWNER services
END
    mv "$new" "$PGDATA"
fi
# The file may be another than the one that these databases were made with: index and notifier read today's.
postgres --single -D "$PGDATA" postgres >/dev/null <<END
ALTER ROLE services PASSWORD '$password'
END
exec postgres -c 'listen_addresses=*' -c unix_socket_directories=
