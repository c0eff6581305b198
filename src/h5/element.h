// The element types that our HDF5 files hold. On disk they are little-endian whatever the machine.
#pragma once

#include <concepts>
#include <cstdint>

namespace linktrail::h5 {

enum class Element { kFloat32, kInt64, kUint8, kUint16, kUint32, kUint64 };

template <class T>
concept H5Element = std::same_as<T, float> || std::same_as<T, std::int64_t> || std::same_as<T, std::uint8_t> ||
    std::same_as<T, std::uint16_t> || std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>;

template <H5Element T>
constexpr Element element_of() {
  if constexpr (std::same_as<T, float>) return Element::kFloat32;
  if constexpr (std::same_as<T, std::int64_t>) return Element::kInt64;
  if constexpr (std::same_as<T, std::uint8_t>) return Element::kUint8;
  if constexpr (std::same_as<T, std::uint16_t>) return Element::kUint16;
  if constexpr (std::same_as<T, std::uint32_t>) return Element::kUint32;
  if constexpr (std::same_as<T, std::uint64_t>) return Element::kUint64;
}

}  // namespace linktrail::h5
