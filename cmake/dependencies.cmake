# Libraries, each behind one name. Found on the system; a missing one is fetched at a pinned version.
include(FetchContent)

# Defines `name` as an interface target for a header that is found, or fetched from `url`.
function(deja_header_library name header url hash subdirectory)
  find_path(${name}_include ${header})
  mark_as_advanced(${name}_include)
  if(NOT ${name}_include)
    FetchContent_Declare(${name}_source URL ${url} URL_HASH SHA256=${hash} SOURCE_SUBDIR none)
    FetchContent_MakeAvailable(${name}_source)
    set(${name}_include ${${name}_source_SOURCE_DIR}/${subdirectory} CACHE PATH "" FORCE)
  endif()
  add_library(${name} INTERFACE)
  target_include_directories(${name} SYSTEM INTERFACE ${${name}_include})
endfunction()

deja_header_library(deja_xxhash xxhash.h https://github.com/Cyan4973/xxHash/archive/refs/tags/v0.8.1.tar.gz
  3bb6b7d6f30c591dd65aaaff1c8b7a5b94d81687998ca9400082c739a690436c .)
deja_header_library(deja_fmt_headers fmt/format.h https://github.com/fmtlib/fmt/archive/refs/tags/9.1.0.tar.gz
  5dea48d1fcddc3ec571ce2058e13910a0d4a6bab4cc09a809d8b1dd1c88ae6f2 include)
deja_header_library(deja_cli11 CLI/CLI.hpp https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.1.2.tar.gz
  26291377e892ba0e5b4972cdfd4a2ab3bf53af8dac1f4ea8fe0d1376b625c8cb include)
# Compiled once: as a header-only library all of it is in every object again, which takes twice the time. What has to be instantiated
# depends on the version, so any other than the one that is known is taken header-only.
file(STRINGS ${deja_fmt_headers_include}/fmt/core.h deja_fmt_is_known REGEX "define FMT_VERSION 9")
if(deja_fmt_is_known)
  add_library(deja_fmt STATIC cmake/fmt.cpp)
  target_link_libraries(deja_fmt PUBLIC deja_fmt_headers)
else()
  add_library(deja_fmt INTERFACE)
  target_link_libraries(deja_fmt INTERFACE deja_fmt_headers)
  target_compile_definitions(deja_fmt INTERFACE FMT_HEADER_ONLY=1)
endif()

find_path(deja_zstd_include zstd.h)
find_library(deja_zstd_library NAMES libzstd.a zstd)
mark_as_advanced(deja_zstd_include deja_zstd_library)
add_library(deja_zstd INTERFACE)
if(deja_zstd_include AND deja_zstd_library)
  target_include_directories(deja_zstd SYSTEM INTERFACE ${deja_zstd_include})
  target_link_libraries(deja_zstd INTERFACE ${deja_zstd_library})
else()
  FetchContent_Declare(zstd_source URL https://github.com/facebook/zstd/releases/download/v1.5.4/zstd-1.5.4.tar.gz
    URL_HASH SHA256=0f470992aedad543126d06efab344dc5f3e171893810455787d38347343a4424 SOURCE_SUBDIR build/cmake)
  set(ZSTD_BUILD_PROGRAMS OFF CACHE BOOL "" FORCE)
  set(ZSTD_BUILD_SHARED OFF CACHE BOOL "" FORCE)
  FetchContent_MakeAvailable(zstd_source)
  target_link_libraries(deja_zstd INTERFACE libzstd_static)
  target_include_directories(deja_zstd SYSTEM INTERFACE ${zstd_source_SOURCE_DIR}/lib)
endif()

# What deja-storage needs; only from the system, and only together. A static libcurl cannot be linked on Debian.
option(DEJA_STORAGE "Build deja-storage, the helper for remote storage, where its libraries are found" ON)
set(deja_has_storage OFF)
if(DEJA_STORAGE AND NOT WIN32)
  find_package(CURL 7.85)
  find_package(OpenSSL 3.0)
  find_package(Threads)
  if(CURL_FOUND AND OPENSSL_FOUND AND Threads_FOUND)
    set(deja_has_storage ON)
    add_library(deja_curl INTERFACE)
    target_link_libraries(deja_curl INTERFACE CURL::libcurl)
    add_library(deja_openssl INTERFACE)
    target_link_libraries(deja_openssl INTERFACE OpenSSL::SSL OpenSSL::Crypto)
  else()
    message(STATUS "deja-storage is left out: it needs libcurl and OpenSSL")
  endif()
endif()

# Only on request, so only from the system.
if(DEJA_BENCH)
  find_package(benchmark REQUIRED)
endif()

if(DEJA_TESTS)
  deja_header_library(deja_doctest doctest/doctest.h https://github.com/doctest/doctest/archive/refs/tags/v2.4.9.tar.gz
    19b2df757f2f3703a5e63cee553d85596875f06d91a3333acd80a969ef210856 .)
endif()
