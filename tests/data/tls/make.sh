#!/bin/sh
# Makes the certificates in this folder anew: an authority that nobody trusts, and what it signed for broker.lan, one of
# them expired, and for another host. The keys protect nothing: they are here for tests only.
set -eu
cd "$(dirname "$0")"
folder=$PWD
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"
touch index
echo 01 > serial
cat > ca.cnf << 'END'
[test]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[of_authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[of_server]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
subjectAltName = DNS:$ENV::HOST
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
END

make() { # name, host, last day, extensions, how it is signed
    export HOST="$2"
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
    openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"
    openssl ca -batch -notext -config ca.cnf -name test -extensions "$4" -startdate 20200101000000Z \
        -enddate "$3" -in "$1.csr" -out "$1.pem" -keyfile authority.key $5 2> log || { cat log; exit 1; }
}

make authority "Authority for tests" 21200101000000Z of_authority -selfsign
for server in "good broker.lan 2120" "expired broker.lan 2021" "other other.lan 2120"; do
    set -- $server
    make "$1" "$2" "${3}0101000000Z" of_server "-cert authority.pem"
    cat "$1.pem" "$1.key" > "$folder/$1.pem"
done
cp authority.pem "$folder"
cat authority.pem authority.key > "$folder/self-signed.pem"
