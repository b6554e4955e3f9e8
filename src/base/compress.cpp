// One-shot zstd; sizes are always known here, so no stream is kept.
#include "base/compress.h"

#include <zstd.h>

namespace deja {

Result<std::string> compress(std::string_view raw, int level) {
  std::string out(ZSTD_compressBound(raw.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), level);
  if (ZSTD_isError(size)) return Error{"compress", "", ZSTD_getErrorName(size)};
  out.resize(size);
  return out;
}

Result<std::string> decompress(std::string_view packed, std::uint64_t raw_size) {
  // What the frame says itself must agree before anything that large is allocated.
  if (ZSTD_getFrameContentSize(packed.data(), packed.size()) != raw_size)
    return Error{"decompress", "", "the frame's size is not the recorded one", Cause::corrupt};
  std::string out(static_cast<std::size_t>(raw_size), '\0');
  const std::size_t size = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
  if (ZSTD_isError(size)) return Error{"decompress", "", ZSTD_getErrorName(size), Cause::corrupt};
  if (size != raw_size) return Error{"decompress", "", "short frame", Cause::corrupt};
  return out;
}

}  // namespace deja
