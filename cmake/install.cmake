# What is installed, and the packages that cpack makes of it: the programs, the manual page, completions, and
# a directory of links named like compilers for whoever puts it in front of PATH.
include(GNUInstallDirs)

install(TARGETS deja deja-manage RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(FILES README.md docs/options.md docs/limitations.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The helper for remote storage, and links with the names under which other compiler caches look for one. They lie where
# nobody finds them unasked: libexec_dirs or PATH names the directory.
if(deja_has_storage)
  install(TARGETS deja-storage RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  set(links ${CMAKE_CURRENT_BINARY_DIR}/package/storage)
  file(MAKE_DIRECTORY ${links})
  foreach(scheme http https memcached memcached+unix redis redis+unix rediss s3 s3+http s3+https)
    file(CREATE_LINK ../../bin/deja-storage ${links}/ccache-storage-${scheme} SYMBOLIC)
  endforeach()
  install(DIRECTORY ${links}/ DESTINATION libexec/deja)
endif()

if(NOT WIN32)
  set(staged ${CMAKE_CURRENT_BINARY_DIR}/package)
  file(MAKE_DIRECTORY ${staged}/masquerade)
  # Only names that stand for whatever is installed: a link to a compiler that is not there deceives who looks for one.
  foreach(name cc c++ gcc g++ clang clang++)
    file(CREATE_LINK ../../bin/deja ${staged}/masquerade/${name} SYMBOLIC)
  endforeach()
  install(DIRECTORY ${staged}/masquerade/ DESTINATION lib/deja)

  # Debian wants its documentation compressed, and to be told that static programs are meant.
  foreach(page docs/man/deja.1 CHANGELOG.md)
    get_filename_component(name ${page} NAME)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
    execute_process(COMMAND gzip -9nc ${CMAKE_CURRENT_SOURCE_DIR}/${page} OUTPUT_FILE ${staged}/${name}.gz COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
  file(CREATE_LINK deja.1.gz ${staged}/deja-manage.1.gz SYMBOLIC)
  file(WRITE ${staged}/overrides "deja: statically-linked-binary [usr/bin/deja]\ndeja: statically-linked-binary [usr/bin/deja-manage]\n"
             # deja-storage alone needs the C library, and all works without deja-storage.
             "deja: missing-dependency-on-libc *\n")
  install(FILES ${staged}/deja.1.gz ${staged}/deja-manage.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${staged}/CHANGELOG.md.gz DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME changelog.gz)
  install(FILES ${staged}/overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME deja)
  install(FILES docs/completions/deja.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME deja)
  install(FILES docs/completions/_deja DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
  install(FILES docs/completions/deja.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

# --- packages --------------------------------------------------------------------------------------------------
set(CPACK_PACKAGE_NAME deja)
set(CPACK_PACKAGE_VENDOR "the deja authors")
set(CPACK_PACKAGE_CONTACT "the deja authors <deja-authors@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "compiler cache that takes the place of ccache")
set(CPACK_PACKAGE_DESCRIPTION "Put in front of a compiler, deja answers repeated compiles from a cache.
It reads the same environment variables, configuration files and options as
ccache, knows gcc, clang, MSVC and nvcc, and says why a compile was a miss.")
set(CPACK_STRIP_FILES ON)
if(WIN32)
  set(CPACK_GENERATOR ZIP)
else()
  set(CPACK_GENERATOR DEB TGZ)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
if(deja_has_storage)
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libc6, libcurl4, libssl3")
endif()
set(CPACK_PACKAGE_FILE_NAME ${PROJECT_NAME}-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
include(CPack)
