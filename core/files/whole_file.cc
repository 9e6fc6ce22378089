#include "core/files/whole_file.h"

#include <fstream>
#include <string>
#include <system_error>

namespace gauntlet {
namespace {

Error abandon(const std::filesystem::path& temporary, const std::filesystem::path& named,
              const std::string& why) {
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  return {"io", named.string() + ": " + why};
}

}  // namespace

Result<void> write_whole_file(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::path temporary = path;
  temporary += ".partial";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return abandon(temporary, temporary, "cannot be written");
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (error) return abandon(temporary, path, error.message());
  return {};
}

}  // namespace gauntlet
