/* Reading and writing fields of a frame where they lie; the offsets come from "layout.h".
 *
 * "layout.h" is generated from the project's declarations: T_<field> and H_<field> are offsets in the transaction and
 * the logon, MSG_ and REJECT_ the codes of the protocol. Nothing about a layout is written by hand in these programs.
 * All machines that this runs on are little-endian, like the protocol.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "layout.h"

#define FIELD(type, name)                                                                                          \
    static inline type get_##name(const char *place) { type value; memcpy(&value, place, sizeof value); return value; } \
    static inline void put_##name(char *place, type value) { memcpy(place, &value, sizeof value); }

FIELD(uint16_t, u16)
FIELD(uint32_t, u32)
FIELD(uint64_t, u64)
FIELD(double, f64)

static inline int64_t now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static inline void die(const char *what)
{
    perror(what);
    exit(1);
}

static inline void *allocated(size_t number, size_t size)
{
    void *memory = calloc(number, size);
    if (!memory) die("calloc");
    return memory;
}

#endif
