/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slow-sync.so: a disk that takes its time, for programs that are linked dynamically.
 *
 *   LD_PRELOAD=slow-sync.so SYNC_DELAY=MICROSECONDS SYNC_COUNT=FILE PROGRAM…
 *
 * Each fsync and fdatasync sleeps after the real call, and is counted in the 64-bit word that FILE
 * begins with. Unlike a tracer it stops no other call.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int (*real_fsync)(int), (*real_fdatasync)(int);
static long delay;
static uint64_t *count;

__attribute__((constructor)) static void begin(void)
{
    const char *microseconds = getenv("SYNC_DELAY"), *path = getenv("SYNC_COUNT");
    real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    delay = microseconds ? atol(microseconds) : 0;
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) count = mapped;
    close(file);
}

static int after(int result)
{
    if (count) __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
    struct timespec time = {.tv_sec = delay / 1000000, .tv_nsec = delay % 1000000 * 1000};
    if (delay) nanosleep(&time, NULL);
    return result;
}

int fsync(int descriptor)
{
    return after(real_fsync(descriptor));
}

int fdatasync(int descriptor)
{
    return after(real_fdatasync(descriptor));
}
