# Toolchain file: deja.exe from Linux with Debian's mingw-w64. misc/windows/prepare fills the folder that libraries are found in.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)

# include/ and lib/ of DEJA_WINDOWS_ROOT only: the host's /usr/include must never be on the path.
set(DEJA_WINDOWS_ROOT ${CMAKE_CURRENT_LIST_DIR}/../build/windows/root CACHE PATH "Headers and libraries for Windows")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES DEJA_WINDOWS_ROOT)
get_filename_component(CMAKE_FIND_ROOT_PATH ${DEJA_WINDOWS_ROOT} ABSOLUTE)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# The compiler's own DLLs (libstdc++, libgcc, winpthread) are on no user's machine.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)

# GCC 12 sees an overlap in "text" + string that cannot be (PR 105651).
set(CMAKE_CXX_FLAGS_INIT -Wno-restrict)
