// The breaker on a clock of its own.
#include "helper/breaker.h"

#include <doctest/doctest.h>

using namespace deja::helper;
using namespace std::chrono_literals;

namespace {

const Failure ill_server{Failure::Kind::unreachable, "status 502", {}};
const Failure late_server{Failure::Kind::timeout, "timed out", {}};

struct BreakerWorld {
  Breaker breaker;
  Breaker::Time now = Breaker::Time{} + 1h;

  void ask(const Failure* failure, Verb verb = Verb::get, std::chrono::milliseconds took = 1ms) {
    const auto number = breaker.begin(now);
    now += took;
    breaker.end(number, verb, failure, now);
  }
  bool refuses(Verb verb = Verb::get) const { return breaker.refusal(verb, now).has_value(); }
};

}  // namespace

TEST_CASE("the breaker opens after three failures in a row, and says why") {
  BreakerWorld world;
  world.ask(&ill_server);
  world.ask(&ill_server);
  world.ask(nullptr);
  world.ask(&ill_server);
  world.ask(&ill_server);
  CHECK_FALSE(world.refuses());
  world.ask(&ill_server);
  CHECK(world.refuses());
  CHECK(world.refuses(Verb::put));
  CHECK(world.breaker.refusal(Verb::get, world.now)->text.find("status 502") != std::string::npos);
}

TEST_CASE("the breaker opens when half of the last requests fail, and after one timeout") {
  BreakerWorld world;
  for (int i = 0; i < 20; ++i) world.ask(i % 2 == 0 ? &ill_server : nullptr);
  CHECK_FALSE(world.refuses());
  world.ask(&ill_server);
  world.ask(&ill_server);
  CHECK(world.refuses());
  BreakerWorld late;
  late.ask(&late_server);
  CHECK(late.refuses());
}

TEST_CASE("probes come in pauses that double, one at a time, and close the breaker") {
  BreakerWorld world;
  world.ask(&late_server);
  CHECK_FALSE(world.breaker.claim_probe(world.now + 999ms));
  for (const auto pause : {1000ms, 2000ms, 4000ms, 4000ms}) {
    world.now += pause - 1ms;
    CHECK_FALSE(world.breaker.claim_probe(world.now));
    world.now += 1ms;
    CHECK(world.breaker.claim_probe(world.now));
    CHECK_FALSE(world.breaker.claim_probe(world.now));
    world.breaker.end_probe(&late_server, world.now);
    CHECK(world.refuses());
  }
  world.now += 4s;
  CHECK(world.breaker.claim_probe(world.now));
  world.breaker.end_probe(nullptr, world.now);
  CHECK_FALSE(world.refuses());
  world.ask(&ill_server);  // what was before is forgotten
  CHECK_FALSE(world.refuses());
}

TEST_CASE("what a server refuses to one verb does not close the other") {
  const Failure denied{Failure::Kind::denied, "status 401", {}};
  const Failure read_only{Failure::Kind::read_only, "status 405", {}};
  const Failure busy{Failure::Kind::busy, "status 503", 30s};
  BreakerWorld world;
  world.ask(&denied, Verb::put);
  CHECK(world.refuses(Verb::put));
  CHECK_FALSE(world.refuses(Verb::get));
  world.now += 60s;
  CHECK_FALSE(world.refuses(Verb::put));
  world.ask(&busy, Verb::put);
  world.now += 29s;
  CHECK(world.refuses(Verb::put));
  world.now += 1s;
  CHECK_FALSE(world.refuses(Verb::put));
  world.ask(&read_only, Verb::put);
  world.now += 24h * 365;
  CHECK(world.refuses(Verb::put));
  CHECK_FALSE(world.refuses(Verb::get));
}

TEST_CASE("what is wrong with one entry says nothing of the server") {
  BreakerWorld world;
  const Failure large{Failure::Kind::too_large, "", {}};
  const Failure refused{Failure::Kind::refused, "", {}};
  for (int i = 0; i < 30; ++i) world.ask(i % 2 == 0 ? &large : &refused);
  CHECK_FALSE(world.refuses());
}

TEST_CASE("while somebody waits in silence nobody else begins to") {
  BreakerWorld world;
  const auto number = world.breaker.begin(world.now);
  world.now += 300ms;
  CHECK_FALSE(world.refuses());
  world.now += 1ms;
  CHECK(world.refuses());
  SUBCASE("until a byte comes") {
    world.breaker.note_life(world.now);
    CHECK_FALSE(world.refuses());
    world.now += 301ms;
    CHECK(world.refuses());
  }
  SUBCASE("until it is answered; a slow server is then waited for longer") {
    world.breaker.end(number, Verb::get, nullptr, world.now);
    CHECK_FALSE(world.refuses());
    world.breaker.begin(world.now);
    world.now += 1200ms;
    CHECK_FALSE(world.refuses());
    world.now += 10ms;
    CHECK(world.refuses());
  }
}
