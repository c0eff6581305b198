// A program that links MPI, so that house.no_mpi_linked can be seen to fail.
#include <mpi.h>

int main() {
  int started = 0;
  return MPI_Initialized(&started);
}
