# Test helpers. Every test has a timeout; no test is dropped because the machine has few cores.
find_package(GTest REQUIRED)
include(GoogleTest)

# Tests spend their time in the libraries; optimising them hard only makes a bare machine's first build longer.
set(test_flags $<$<NOT:$<CONFIG:Debug>>:-O1>)

# add_unit_test(NAME SOURCES a.cpp... LIBS targets...): gtest cases without MPI, one ctest entry a case.
function(add_unit_test name)
  cmake_parse_arguments(T "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(unit_${name} ${T_SOURCES})
  target_include_directories(unit_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_options(unit_${name} PRIVATE ${test_flags})
  target_link_libraries(unit_${name} PRIVATE ${T_LIBS} GTest::gmock GTest::gtest_main linktrail_warnings)
  gtest_discover_tests(unit_${name} TEST_PREFIX unit.${name}. DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120 LABELS unit)
endfunction()

# add_mpi_test(NAME SOURCES a.cpp... LIBS targets... RANKS 1 2 3 5 [TIMEOUT seconds]): one ctest entry a rank count.
# The launcher's settings for running as root and with more ranks than cores live here, not in the user's way.
function(add_mpi_test name)
  cmake_parse_arguments(T "" "TIMEOUT" "SOURCES;LIBS;RANKS" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 180)
  endif()
  add_executable(mpi_${name} ${T_SOURCES})
  target_include_directories(mpi_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_options(mpi_${name} PRIVATE ${test_flags})
  target_link_libraries(mpi_${name} PRIVATE ${T_LIBS} linktrail::mpi_test_main GTest::gmock GTest::gtest linktrail_warnings)
  foreach(ranks ${T_RANKS})
    add_test(NAME mpi.${name}.${ranks}
             COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} --oversubscribe --bind-to none
                     $<TARGET_FILE:mpi_${name}>)
    set_tests_properties(mpi.${name}.${ranks} PROPERTIES
      TIMEOUT ${T_TIMEOUT} LABELS mpi PROCESSORS 2
      ENVIRONMENT "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_mpi_yield_when_idle=1")
  endforeach()
endfunction()
