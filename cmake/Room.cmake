# add_room(NAME SOURCES a.cpp b.cpp [PUBLIC targets...] [PRIVATE targets...])
#
# One folder of src/ is one static library linktrail_NAME with the alias linktrail::NAME.
# Its headers are included as "NAME/header.h".
function(add_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(linktrail_${name} STATIC ${ROOM_SOURCES})
  add_library(linktrail::${name} ALIAS linktrail_${name})
  target_include_directories(linktrail_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(linktrail_${name} PUBLIC ${ROOM_PUBLIC} PRIVATE linktrail_warnings ${ROOM_PRIVATE})
endfunction()
