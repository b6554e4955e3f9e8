// Entries with a signature behind them: who has the key can tell that an entry comes from somebody
// who has it, too, and was stored under this very key.
#pragma once

#include <string>
#include <string_view>

#include "helper/far.h"
#include "helper/metrics.h"

namespace deja::helper {

enum class Trust : std::uint8_t { anybody, signed_only };

// The entry with its trailer.
std::string signed_entry(std::string_view secret, std::string_view key, std::string_view bytes);

struct Verified {
  enum class Is : std::uint8_t { bare, right, wrong } is = Is::bare;
  std::size_t size = 0;  // of the entry without its trailer
};
// What the trailer says, when there is one.
Verified verify_entry(std::string_view secret, std::string_view key, std::string_view bytes);

class SignedFar final : public Far {
 public:
  // Without a secret entries are neither signed nor checked; a trailer is taken off all the same.
  SignedFar(Far& far, Metrics& metrics, std::string secret, Trust trust)
      : far_(far), metrics_(metrics), secret_(std::move(secret)), trust_(trust) {}

  // An entry that is not to be trusted is none.
  Answer<Bytes> get(std::string_view key) override;
  Answer<Stored> put(std::string_view key, std::string_view bytes, Overwrite overwrite) override;
  Answer<bool> exists(std::string_view key) override { return far_.exists(key); }
  Answer<bool> remove(std::string_view key) override { return far_.remove(key); }

 private:
  Far& far_;
  Metrics& metrics_;
  const std::string secret_;
  const Trust trust_;
};

}  // namespace deja::helper
