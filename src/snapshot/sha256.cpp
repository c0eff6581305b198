#include "snapshot/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

#include "core/error.h"

namespace linktrail {
namespace {

constexpr std::size_t kReadBytes = 1 << 20;  // large reads keep the disk busy; the digest needs 64 bytes at a time

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    check(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }

  void update(std::string_view bytes) { check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1); }

  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1);
    std::string text;
    for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
  }

 private:
  static void check(bool ok) {
    if (!ok) throw std::runtime_error("libcrypto refused to compute SHA-256");
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

[[noreturn]] void throw_unreadable(const std::filesystem::path& path) {
  throw input_error({.what = "cannot be read to its end",
                     .file = path.string(),
                     .expected = "a readable file",
                     .found = "",
                     .advice = "check that it exists and that the disk is sound"});
}

}  // namespace

std::string sha256_of(std::string_view bytes) {
  Sha256 digest;
  digest.update(bytes);
  return digest.hex();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path)) throw_unreadable(path);
  Sha256 digest;
  std::vector<char> block(kReadBytes);
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    digest.update({block.data(), static_cast<std::size_t>(in.gcount())});
  }
  if (in.bad()) throw_unreadable(path);
  return digest.hex();
}

std::string sha256_of_files(std::span<const std::filesystem::path> paths) {
  std::vector<std::string> digests;
  for (const auto& path : paths) digests.push_back(sha256_of_file(path));
  return sha256_of_parts(digests);
}

std::string sha256_of_parts(std::span<const std::string> parts) {
  Sha256 digest;
  for (const std::string& part : parts) {
    digest.update(fmt::format("{}:", part.size()));
    digest.update(part);
  }
  return digest.hex();
}

}  // namespace linktrail
