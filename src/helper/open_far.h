// From a storage's URL and attributes to its far side.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "helper/far.h"
#include "helper/setup.h"

namespace deja::helper {

// Connects to nothing yet. `alive` is told whenever bytes come or go, by any thread. What people
// should know is added to the setup's notes.
Result<std::unique_ptr<Far>> open_far(System& system, Setup& setup, std::function<void()> alive);

}  // namespace deja::helper
