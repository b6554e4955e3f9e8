#include "manage/workers.h"

#include <system_error>
#include <thread>
#include <vector>

namespace deja {

void run_in_threads(unsigned threads, const std::function<void()>& work) {
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) {
    try {
      others.emplace_back(work);
    } catch (const std::system_error&) {
      break;  // those that run do it all
    }
  }
  work();
  for (std::thread& thread : others) thread.join();
}

}  // namespace deja
