#!/usr/bin/env bash
# A C compiler for releases: the one that JWTCTL_CC names, told to write nothing down about the folders of this machine.
# scripts/release-build.sh puts it into the search path as `jwtctl-cc`, since OpenSSL writes down its compiler's name and flags.
#
# OpenSSL also has the compiler write down where its modules would be installed. Nothing is ever installed there, and whoever may
# write to a folder of that name must not be able to bring a module in: it becomes one that only root can make.
set -euo pipefail

arguments=()
for argument; do
    case $argument in
    -DENGINESDIR=*/install/* | -DMODULESDIR=*/install/*)
        argument="${argument%%=*}=\"/nonexistent/${argument##*/install/}"
        ;;
    esac
    arguments+=("$argument")
done
read -ra folders <<<"${JWTCTL_FOLDERS:-}"
exec "${JWTCTL_CC:-cc}" ${folders[@]+"${folders[@]}"} ${arguments[@]+"${arguments[@]}"}
