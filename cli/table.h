// Columns that line up, for a person. Counts characters, not bytes.
#pragma once

#include <string>
#include <vector>

namespace gauntlet::cli {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heads) : heads_(std::move(heads)) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  // The first column is aligned left, the others right, but for those named here.
  void align_left(std::size_t column) { left_.push_back(column); }
  std::string text() const;

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> left_{0};
};

}  // namespace gauntlet::cli
