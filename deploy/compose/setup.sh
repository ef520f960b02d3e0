#!/bin/sh
# Before the first start, and harmless before every other: the schema, a sender's token, a key for people, a key for
# Grafana, and the files that Grafana reads at its start. What is there already stays.
set -eu
umask 077
tenant=${SPANLEDGER_TENANT:-default}
credentials=${SPANLEDGER_CREDENTIALS:-/var/lib/spanledger-credentials}
grafana=${SPANLEDGER_GRAFANA_FILES:-/srv/grafana}

# issue NAME FIELD COMMAND...: the secret that a command tells once, in a file of its own
issue() {
    file=$credentials/$1 field=$2
    shift 2
    [ -s "$file" ] && return
    "$@" --json | python -c "import json, sys; print(json.load(sys.stdin)['$field'])" > "$file.part"
    mv "$file.part" "$file"
    echo "made $file"
}

[ -s "$credentials/grafana-key" ] || spanledger migrate
issue sender-token token spanledger token create --tenant "$tenant" --name compose
issue finance-key key spanledger key create --tenant "$tenant" --name compose --role finance --role operator
issue grafana-key key spanledger key create --tenant "$tenant" --name grafana --role finance

umask 022
spanledger dashboards export "$grafana" --host spanledger --path "$grafana/dashboards/spanledger" > /dev/null
install -m 444 "$credentials/grafana-key" "$grafana/key"
