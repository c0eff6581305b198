#!/bin/sh
# expect_fault.sh FAULT COMMAND...: the command must fail and name rank 1 and the planted fault.
fault=$1
shift
if output=$("$@" "--gtest_filter=Planted.$fault" 2>&1); then
  echo "$output"
  echo "expected a non-zero exit"
  exit 1
fi
echo "$output"
echo "$output" | grep -q "rank 1.*" && echo "$output" | grep -q "planted $fault"
