// Not a test of its own: rank 1 never says goodbye, as after a fault inside a collective. The others must end all the
// same, with the storage code.
#include <unistd.h>

#include "comm/environment.h"

int main(int argc, char** argv) {
  linktrail::comm::Environment environment(argc, argv);
  if (environment.world().rank() == 1) pause();
  environment.limit_goodbye(1);
  return static_cast<int>(linktrail::ExitCode::kStorage);
}
