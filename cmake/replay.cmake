# The replay room: its build identity, and on Linux the entry point that runs before the C library starts.

# A record made by one build is never answered by another: the identity is the version and a digest of all sources.
set(deja_build_id_file ${CMAKE_CURRENT_BINARY_DIR}/generated/replay/build_id.h)
file(GLOB_RECURSE deja_identity_sources CONFIGURE_DEPENDS src/*.cpp src/*.h)
add_custom_command(
  OUTPUT ${deja_build_id_file}
  COMMAND ${CMAKE_COMMAND} -DOUT=${deja_build_id_file} -DVERSION=${PROJECT_VERSION} -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/src
          -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/build_id.cmake
  DEPENDS ${deja_identity_sources} ${CMAKE_CURRENT_SOURCE_DIR}/cmake/build_id.cmake
  COMMENT "Build identity"
  VERBATIM)
add_custom_target(deja_build_id DEPENDS ${deja_build_id_file})

set(deja_starts_fast OFF)
if(DEJA_FAST_START AND DEJA_STATIC AND CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|aarch64)$"
   AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang" AND NOT "${CMAKE_CXX_FLAGS} ${CMAKE_EXE_LINKER_FLAGS}" MATCHES "-fsanitize|--coverage|-fprofile|-flto")
  set(deja_starts_fast ON)
endif()

add_dependencies(deja_core deja_build_id)
target_include_directories(deja_core PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/generated)

# Adds the entry point to a program.
function(deja_add_replay program)
  target_compile_definitions(${program} PRIVATE DEJA_STARTS_FAST=$<BOOL:${deja_starts_fast}>)
  if(deja_starts_fast)
    target_sources(${program} PRIVATE ${PROJECT_SOURCE_DIR}/src/replay/start.cpp)
    # No call may leave the file: nothing that the C library prepares (stack protector, thread-local storage, chosen memcpy) exists yet.
    set_source_files_properties(${PROJECT_SOURCE_DIR}/src/replay/start.cpp PROPERTIES COMPILE_OPTIONS
      "-O2;-g0;-U_FORTIFY_SOURCE;-U_GLIBCXX_ASSERTIONS;-fno-pie;-fno-stack-protector;-fno-exceptions;-fno-rtti;-fno-asynchronous-unwind-tables;-fno-lto;-fomit-frame-pointer;$<$<CXX_COMPILER_ID:GNU>:-fno-merge-constants>")
    target_link_options(${program} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-no-pie> -Wl,--entry=deja_start)
  endif()
endfunction()
