# What is installed, and the packages that cpack makes of it: both programs, man page, completions, and a
# directory of links named like compilers for whoever puts it in front of PATH.
include(GNUInstallDirs)

install(TARGETS deja deja-manage RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
