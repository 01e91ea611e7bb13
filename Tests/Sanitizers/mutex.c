// Tells ThreadSanitizer about the slow paths of Swift's Mutex.
//
// The fast paths of Synchronization.Mutex are inlined, and their atomics are seen. A contended lock
// is handed over by the kernel (futex(2), FUTEX_LOCK_PI), from within a library that is not
// sanitized: what the owners before did seems to race with what the next one does. Two threads
// appending to one array under a Mutex are enough to see that report. Instead of suppressing it,
// which would hide true races of whoever holds a lock, the two functions are called through these.
// A race beside a Mutex is still reported.
//
// Linked by scripts/sanitize. The names are those of Swift 6.0 to 6.3; where another version has
// others, the false reports come back and this file has to follow.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// Weak: programs that are not sanitized are linked with this file as well.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

typedef SWIFT void lock_function(uint32_t thread, SELF void *handle);
typedef SWIFT void unlock_function(SELF void *handle);

SWIFT void lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF void *handle) __asm__(UNLOCK_SLOW);

SWIFT void lock_slow(uint32_t thread, SELF void *handle) {
    ((lock_function *)dlsym(RTLD_NEXT, LOCK_SLOW))(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void unlock_slow(SELF void *handle) {
    if (__tsan_release) __tsan_release(handle);
    ((unlock_function *)dlsym(RTLD_NEXT, UNLOCK_SLOW))(handle);
}
