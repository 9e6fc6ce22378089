# Turns the page's files into C++ string constants:
#   cmake -DOUT=web_assets.cc -DNAMES=kA,kB -DFILES=a.js,b.js -P embed.cmake
string(REPLACE "," ";" names "${NAMES}")
string(REPLACE "," ";" files "${FILES}")
set(code "// Generated from reports/web.\n#include \"reports/html/web_assets.h\"\n\nnamespace gauntlet::reports::web {\n")
foreach(name file IN ZIP_LISTS names files)
  file(READ "${file}" text)
  string(APPEND code "const std::string_view ${name} = R\"gauntlet(${text})gauntlet\";\n")
endforeach()
string(APPEND code "}  // namespace gauntlet::reports::web\n")
file(WRITE "${OUT}" "${code}")
