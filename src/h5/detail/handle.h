// An owning HDF5 identifier. Only .cpp files of src/h5 include this.
#pragma once

#include <hdf5.h>

#include <utility>

namespace linktrail::h5 {

class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    reset();
    id_ = std::exchange(other.id_, H5I_INVALID_HID);
    close_ = other.close_;
    return *this;
  }

  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor): HDF5 takes ids everywhere
  bool valid() const { return id_ >= 0; }

  // Gives up ownership; the caller closes.
  hid_t release() { return std::exchange(id_, H5I_INVALID_HID); }

 private:
  void reset() {
    if (valid()) close_(id_);
    id_ = H5I_INVALID_HID;
  }

  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

}  // namespace linktrail::h5
