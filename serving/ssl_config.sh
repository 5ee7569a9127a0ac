#!/bin/sh
# Prints the SSLConfig of tensorflow_model_server, which holds the PEM files themselves, not their paths. With a third
# file, the authority of the clients' certificates, a client without one is refused.
#
#   ssl_config.sh server.key server.crt [clients-ca.crt] > ssl.config
set -eu
umask 077

if [ $# -lt 2 ] || [ $# -gt 3 ]; then
  echo "usage: ssl_config.sh KEY CERTIFICATE [CLIENTS_CA]" >&2
  exit 2
fi
for file in "$@"; do
  if ! grep -q -- '-----BEGIN ' "$file"; then
    echo "ssl_config.sh: $file is not a PEM file" >&2
    exit 2
  fi
done

field() { # each line of the file as a string; text protos join adjacent strings
  echo "$1:"
  awk '{ sub(/\r$/, ""); gsub(/[\\"]/, "\\\\&"); printf "  \"%s\\n\"\n", $0 }' "$2"
}

field server_key "$1"
field server_cert "$2"
if [ $# -eq 3 ]; then
  field custom_ca "$3"
  echo "client_verify: true"
fi
