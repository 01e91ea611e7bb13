/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* Lets every clock of a process run so many times as fast, and every wait end so much earlier.

   FAST_CLOCK is "speed realtime monotonic boottime", the readings in nanoseconds at which the fast
   clocks agreed with the real ones: processes that are started later share the same fast time.
   Times of files stay the real ones. */

static int64_t speed = 1;
static int64_t realtime_base, monotonic_base, boottime_base;

#define NANO 1000000000LL

static int64_t base_of(clockid_t clock) {
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE: return realtime_base;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE: return monotonic_base;
    case CLOCK_BOOTTIME: return boottime_base;
    default: return -1;
    }
}

static int64_t nanoseconds(const struct timespec *time) {
    return (int64_t)time->tv_sec * NANO + time->tv_nsec;
}

static struct timespec timespec_of(int64_t value) {
    return (struct timespec){.tv_sec = value / NANO, .tv_nsec = value % NANO};
}

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("FAST_CLOCK");
    long long numbers[4];
    if (!text || sscanf(text, "%lld %lld %lld %lld", &numbers[0], &numbers[1], &numbers[2], &numbers[3]) != 4)
        return;
    realtime_base = numbers[1];
    monotonic_base = numbers[2];
    boottime_base = numbers[3];
    speed = numbers[0];
}

#define NEXT(name) \
    static __typeof__(&name) next; \
    if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* A real instant for a fast one. */
static struct timespec slow_instant(clockid_t clock, const struct timespec *time) {
    int64_t base = base_of(clock);
    if (base < 0) return *time;
    int64_t since = nanoseconds(time) - base;
    if (since < 0) return *time;
    return timespec_of(base + since / speed);
}

/* A real wait for a fast one: never none where some was asked for. */
static struct timespec slow_span(const struct timespec *time) {
    int64_t asked = nanoseconds(time);
    int64_t real = asked / speed;
    return timespec_of(asked > 0 && real == 0 ? 1 : real);
}

static int slow_milliseconds(int asked) {
    if (asked <= 0) return asked;
    int real = (int)(asked / speed);
    return real == 0 ? 1 : real;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    int64_t base = base_of(clock);
    if (result == 0 && base >= 0) *time = timespec_of(base + (nanoseconds(time) - base) * speed);
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

/* Which clock a timer follows; timers have small numbers. */
static clockid_t timers[4096];

int timerfd_create(clockid_t clock, int flags) {
    NEXT(timerfd_create);
    int timer = next(clock, flags);
    if (timer >= 0 && timer < (int)(sizeof timers / sizeof *timers)) timers[timer] = clock;
    return timer;
}

int timerfd_settime(int timer, int flags, const struct itimerspec *wanted, struct itimerspec *old) {
    NEXT(timerfd_settime);
    struct itimerspec slow = *wanted;
    int is_set = wanted->it_value.tv_sec || wanted->it_value.tv_nsec;
    if (is_set && (flags & TFD_TIMER_ABSTIME)) {
        int is_known = timer >= 0 && timer < (int)(sizeof timers / sizeof *timers);
        slow.it_value = slow_instant(is_known ? timers[timer] : CLOCK_MONOTONIC, &wanted->it_value);
    } else if (is_set) {
        slow.it_value = slow_span(&wanted->it_value);
    }
    slow.it_interval = slow_span(&wanted->it_interval);
    return next(timer, flags, &slow, old);
}

int epoll_wait(int file, struct epoll_event *events, int count, int milliseconds) {
    NEXT(epoll_wait);
    return next(file, events, count, slow_milliseconds(milliseconds));
}

int epoll_pwait(int file, struct epoll_event *events, int count, int milliseconds, const sigset_t *mask) {
    NEXT(epoll_pwait);
    return next(file, events, count, slow_milliseconds(milliseconds), mask);
}

int poll(struct pollfd *files, nfds_t count, int milliseconds) {
    NEXT(poll);
    return next(files, count, slow_milliseconds(milliseconds));
}

int ppoll(struct pollfd *files, nfds_t count, const struct timespec *wait, const sigset_t *mask) {
    NEXT(ppoll);
    struct timespec slow;
    if (wait) slow = slow_span(wait);
    return next(files, count, wait ? &slow : NULL, mask);
}

int nanosleep(const struct timespec *wait, struct timespec *rest) {
    NEXT(nanosleep);
    struct timespec slow = slow_span(wait);
    return next(&slow, rest);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wait, struct timespec *rest) {
    NEXT(clock_nanosleep);
    struct timespec slow = flags & TIMER_ABSTIME ? slow_instant(clock, wait) : slow_span(wait);
    return next(clock, flags, &slow, rest);
}

int usleep(useconds_t wait) {
    struct timespec span = timespec_of((int64_t)wait * 1000);
    return nanosleep(&span, NULL);
}

int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until) {
    NEXT(pthread_cond_clockwait);
    struct timespec slow = slow_instant(clock, until);
    return next(condition, mutex, clock, &slow);
}

/* The clock of a condition cannot be asked for: the base that is nearer tells it. */
int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until) {
    NEXT(pthread_cond_timedwait);
    int is_realtime = nanoseconds(until) >= realtime_base;
    struct timespec slow = slow_instant(is_realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC, until);
    return next(condition, mutex, &slow);
}

int sem_timedwait(sem_t *semaphore, const struct timespec *until) {
    NEXT(sem_timedwait);
    struct timespec slow = slow_instant(CLOCK_REALTIME, until);
    return next(semaphore, &slow);
}
