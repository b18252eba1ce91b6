#!/bin/sh
# Starts the server; the first time it makes the databases, beside their place, so that they are whole or not there.
set -eu
if [ ! -d "$PGDATA" ]; then
    file=/etc/renderchain/password
    password=$(cat $file)
    case $password in
    '' | *[!0-9A-Za-z]*)
        echo "The password in $file must have digits and letters alone; nothing was made. Write another." >&2
        exit 1
        ;;
    esac
    new="$PGDATA.new"
    rm -rf "$new"
    initdb --pgdata "$new" --username postgres --encoding UTF8 --locale C.UTF-8 --auth reject
    # By the network, for the one role, with its password: nobody else, and no superuser, can log in.
    echo 'host index,notifier services all scram-sha-256' >"$new/pg_hba.conf"
    postgres --single -D "$new" postgres >/dev/null <<END
CREATE ROLE services LOGIN PASSWORD '$password'
CREATE DATABASE "index" OWNER services
CREATE DATABASE "notifier" OWNER services
END
    mv "$new" "$PGDATA"
fi
exec postgres -c 'listen_addresses=*' -c unix_socket_directories=
