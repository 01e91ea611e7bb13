// libFuzzer without its own main.
#ifndef POSTCHUTE_CFUZZER_H
#define POSTCHUTE_CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Runs one input; returns 0.
typedef int (*fuzzer_callback)(const uint8_t *_Nullable octets, size_t count);

/// Reads libFuzzer's options from the arguments and runs the callback until one of them ends it.
///
/// See: https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
int LLVMFuzzerRunDriver(
    int *_Nonnull argc, char *_Nullable *_Nullable *_Nonnull argv,
    fuzzer_callback _Nonnull callback);

#endif
