# One INTERFACE target carries the warning flags, so that no room can forget them.
add_library(linktrail_warnings INTERFACE)
target_compile_options(linktrail_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wcast-qual -Wsuggest-override
  $<$<BOOL:${LINKTRAIL_WERROR}>:-Werror>)
