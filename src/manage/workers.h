// Threads, for work on whole caches. Only what people run by hand has any.
#pragma once

#include <functional>

namespace deja {

// Runs `work` in `threads` threads at once, this one among them, or in as many as the system gives;
// returns when all have ended.
void run_in_threads(unsigned threads, const std::function<void()>& work);

}  // namespace deja
