// GET, SET, EXISTS and DEL.
#include "helper/redis_far.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "helper/resp.h"
#include "remote/naming.h"

namespace deja::helper {

namespace {

using resp::Reply;

struct ErrorRow {
  std::string_view word;  // the error begins with
  Failure::Kind kind;
  int pause = 0;  // seconds in which nothing is stored
};

// Sorted; any other is a refusal of this one command.
constexpr ErrorRow errors[] = {
    {"BUSY", Failure::Kind::busy},          {"CLUSTERDOWN", Failure::Kind::unreachable},
    {"LOADING", Failure::Kind::busy},       {"MASTERDOWN", Failure::Kind::unreachable},
    {"MISCONF", Failure::Kind::busy, 30},   {"NOAUTH", Failure::Kind::denied},
    {"NOPERM", Failure::Kind::denied},      {"OOM", Failure::Kind::busy, 30},
    {"READONLY", Failure::Kind::read_only}, {"TRYAGAIN", Failure::Kind::busy},
    {"WRONGPASS", Failure::Kind::denied},
};

Failure broken(const std::string& server) {
  return {Failure::Kind::broken, server + ": an answer that does not fit the question", {}};
}

}  // namespace

std::vector<std::string> redis_introduction(const std::string& user, const std::string& password,
                                            const std::string& database) {
  std::vector<std::string> out;
  if (!password.empty())
    out.push_back(user.empty() ? resp::encode({"AUTH", password})
                               : resp::encode({"AUTH", user, password}));
  if (!database.empty() && database != "0") out.push_back(resp::encode({"SELECT", database}));
  return out;
}

std::optional<Failure> redis_refusal(std::string_view reply, const std::string& server) {
  const auto decoded = resp::decode(reply);
  if (!decoded) return broken(server);
  if (decoded->kind != Reply::Kind::error) return std::nullopt;
  const std::string_view word = decoded->text.substr(0, decoded->text.find(' '));
  const auto row = std::find_if(std::begin(errors), std::end(errors),
                                [&](const ErrorRow& known) { return known.word == word; });
  const std::string words = fmt::format("{}: {}", server, decoded->text);
  if (row == std::end(errors)) return Failure{Failure::Kind::refused, words, {}};
  return Failure{row->kind, words, std::chrono::seconds(row->pause)};
}

RedisFar::RedisFar(ConversationSettings settings, RedisPlace place)
    : server_(settings.name), place_(std::move(place)), conversations_([&] {
        settings.measure = resp::measure;
        settings.refusal = [server = settings.name](std::string_view reply) {
          return redis_refusal(reply, server);
        };
        return std::move(settings);
      }()) {}

std::string RedisFar::name_of(std::string_view key) const { return place_.prefix + hex_of(key); }

Answer<Bytes> RedisFar::get(std::string_view key) {
  auto answer = conversations_.ask({resp::encode({"GET", name_of(key)})});
  if (!answer) return answer.failure();
  if (const auto refusal = redis_refusal(*answer, server_)) return *refusal;
  const auto reply = resp::decode(*answer);
  if (reply->kind == Reply::Kind::nothing) return Bytes();
  if (reply->kind != Reply::Kind::bytes || reply->text.empty()) return broken(server_);
  const std::size_t size = reply->text.size();
  answer->erase(0, reply->text_begins);
  answer->resize(size);
  return Bytes(std::move(*answer));
}

Answer<Stored> RedisFar::put(std::string_view key, std::string_view bytes, Overwrite overwrite) {
  std::vector<std::string_view> options;
  const std::string seconds = std::to_string(place_.expiry.count());
  if (place_.expiry.count() > 0) options.insert(options.end(), {"EX", seconds});
  if (overwrite == Overwrite::no) options.emplace_back("NX");
  // The value is sent from where it is: a command of one word less, the value, the other words.
  const std::string name = name_of(key);
  const std::string head = fmt::format("*{}\r\n$3\r\nSET\r\n${}\r\n{}\r\n${}\r\n",
                                       3 + options.size(), name.size(), name, bytes.size());
  std::string tail = "\r\n";
  for (const std::string_view option : options)
    tail += fmt::format("${}\r\n{}\r\n", option.size(), option);
  const auto answer = conversations_.ask({head, bytes, tail});
  if (!answer) return answer.failure();
  if (const auto refusal = redis_refusal(*answer, server_)) return *refusal;
  const auto reply = resp::decode(*answer);
  if (reply->kind == Reply::Kind::nothing) return Stored::kept;
  if (reply->kind != Reply::Kind::text) return broken(server_);
  return Stored::yes;
}

Answer<bool> RedisFar::exists(std::string_view key) { return ask_number("EXISTS", key); }

Answer<bool> RedisFar::remove(std::string_view key) { return ask_number("DEL", key); }

Answer<bool> RedisFar::ask_number(std::string_view command, std::string_view key) {
  const auto answer = conversations_.ask({resp::encode({command, name_of(key)})});
  if (!answer) return answer.failure();
  if (const auto refusal = redis_refusal(*answer, server_)) return *refusal;
  const auto reply = resp::decode(*answer);
  if (reply->kind != Reply::Kind::number) return broken(server_);
  return reply->number > 0;
}

}  // namespace deja::helper
