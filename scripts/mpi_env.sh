# shellcheck shell=bash
# Source it. Open MPI refuses to start as root unless told twice; containers and CI machines run as root, so tell it there.
# Other users' settings are left alone.
if [[ $(id -u) -eq 0 ]]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
