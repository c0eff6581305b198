# Writes the commit that is being built into OUTPUT, a C++ header, if it changed. Run by each build: cmake -DSOURCE=...
# -DOUTPUT=... -P Commit.cmake. Empty without git, or outside a checkout.
execute_process(COMMAND git -C ${SOURCE} describe --always --abbrev=40 --exclude=* --dirty
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
set(text "inline constexpr const char* kCommit = \"${commit}\";\n")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT "${before}" STREQUAL "${text}")
  file(WRITE ${OUTPUT} "${text}")
endif()
