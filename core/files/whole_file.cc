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

Result<std::string> read_whole_file(const std::filesystem::path& path, std::size_t most) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return Error{"missing", path.string() + ": there is no such file"};
  }
  std::ifstream in(path, std::ios::binary);
  std::string text;
  char piece[1 << 16];
  while (in.read(piece, sizeof piece) || in.gcount() > 0) {
    text.append(piece, static_cast<std::size_t>(in.gcount()));
    if (text.size() > most) {
      return Error{"too_large", path.string() + ": more than " + std::to_string(most) + " bytes"};
    }
  }
  if (!in.eof()) return Error{"io", path.string() + ": cannot be read"};
  return text;
}

}  // namespace gauntlet
