// A real folder for tests of the real file system; gone with its owner.
#pragma once

#include <filesystem>
#include <string>

#include "sys/system.h"

namespace deja {

class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(native_system().fs.temporary_name(std::filesystem::temp_directory_path().string(),
                                                "deja-test")) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace deja
