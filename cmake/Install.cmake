# What `cmake --install` puts where, below the prefix:
#   bin/gauntlet              the program
#   share/gauntlet/           what ships with it; cli/paths.cc looks for it from bin/ upwards
#   include/gauntlet/         headers, by the paths under which they are included
#   lib/, lib/cmake/gauntlet/ every room's library, and the package for find_package(gauntlet)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The program itself is installed by cli/CMakeLists.txt.
set(share share/gauntlet)
install(DIRECTORY scenarios/catalog DESTINATION ${share}/scenarios FILES_MATCHING PATTERN "*.toml")
install(FILES scenarios/models/gym.model DESTINATION ${share}/scenarios/models)
install(FILES gate.toml DESTINATION ${share})

# Headers go with their rooms, so that a new room needs nothing here.
get_property(rooms GLOBAL PROPERTY GAUNTLET_ROOM_TARGETS)
set(folders)
foreach(room IN LISTS rooms)
  get_target_property(folder ${room} SOURCE_DIR)
  list(APPEND folders ${folder})
endforeach()
list(REMOVE_DUPLICATES folders)
foreach(folder IN LISTS folders)
  file(RELATIVE_PATH relative ${PROJECT_SOURCE_DIR} ${folder})
  # Folders without headers would be made all the same, and be empty.
  install(DIRECTORY ${folder}/ DESTINATION include/gauntlet/${relative} FILES_MATCHING
    PATTERN "*.h" PATTERN web EXCLUDE PATTERN catalog EXCLUDE PATTERN models EXCLUDE
    PATTERN pipelines EXCLUDE)
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/core/wire/upload.pb.h DESTINATION include/gauntlet/core/wire)
# The contract, for pipelines in other languages, and its C++.
install(FILES core/ports/external.proto ${PROJECT_BINARY_DIR}/core/ports/external.pb.h
  DESTINATION include/gauntlet/core/ports)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/gauntlet)
install(TARGETS ${rooms} gauntlet_messages gauntlet_external_messages EXPORT gauntletTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT gauntletTargets NAMESPACE gauntlet:: DESTINATION ${package})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/gauntletConfig.cmake.in
  ${PROJECT_BINARY_DIR}/gauntletConfig.cmake INSTALL_DESTINATION ${package} PATH_VARS share)
# Before 1.0 a minor version may break what the one before promised.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gauntletConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gauntletConfig.cmake
  ${PROJECT_BINARY_DIR}/gauntletConfigVersion.cmake DESTINATION ${package})
