/* The floor of figure `latency`: what three processes and two sockets cost on this machine, with nothing in between.
 *
 *   relay send FD RATE COUNT OFFSET HEX   sends the frame HEX COUNT times, RATE a second, with the time at OFFSET
 *   relay pass IN OUT                     reads and writes on, until the end of IN; then prints its CPU time in ns
 *   relay tape FD FILE                    notes each read and its time, until the end; then writes all to FILE
 *
 * The tape also listens to the hub's subscriber, so that both arms end in the same program.
 * On the tape: 8 bytes CLOCK_MONOTONIC in ns after the read, 4 bytes length, the bytes; all little-endian.
 * Knows nothing of frames but where the time goes: an i64 as the wire has it, zigzag, in a varint of nine bytes. */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 65536, FRAME_MAX = 4096 };

static void fail(const char *what)
{
    fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void put(unsigned char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

static void write_all(int fd, const unsigned char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, data, length);
        if (written < 0)
            fail("write");
        data += written;
        length -= (size_t)written;
    }
}

static size_t read_some(int fd, unsigned char *buffer, size_t size)
{
    ssize_t length;
    do
        length = read(fd, buffer, size);
    while (length < 0 && errno == EINTR);
    if (length < 0 && errno != ECONNRESET)
        fail("read");
    return length < 0 ? 0 : (size_t)length;
}

static void send_frames(int fd, double rate, long count, size_t offset, const char *hex)
{
    unsigned char frame[FRAME_MAX];
    size_t length = strlen(hex) / 2;
    if (length > sizeof frame || offset + 8 > length) {
        errno = EINVAL;
        fail("frame");
    }
    for (size_t i = 0; i < length; i++)
        if (sscanf(hex + 2 * i, "%2hhx", &frame[i]) != 1)
            fail("frame");
    uint64_t began = now(CLOCK_MONOTONIC);
    for (long i = 0; i < count; i++) {
        uint64_t due = began + (uint64_t)((double)i * 1e9 / rate);
        struct timespec until = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
            ;
        put(frame + offset, now(CLOCK_MONOTONIC) << 1, 8);
        write_all(fd, frame, length);
    }
}

static void tape(int fd, const char *path)
{
    size_t used = 0, size = 1 << 20, length;
    unsigned char *notes = malloc(size);
    static unsigned char buffer[READ_SIZE];
    while (notes != NULL && (length = read_some(fd, buffer, sizeof buffer)) > 0) {
        uint64_t at = now(CLOCK_MONOTONIC);
        if (size - used < 12 + READ_SIZE)
            notes = realloc(notes, size *= 2);
        if (notes == NULL)
            break;
        put(notes + used, at, 8);
        put(notes + used + 8, length, 4);
        memcpy(notes + used + 12, buffer, length);
        used += 12 + length;
    }
    if (notes == NULL)
        fail("memory");
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(notes, 1, used, file) != used || fclose(file) != 0)
        fail(path);
}

int main(int count, char **words)
{
    if (count == 7 && strcmp(words[1], "send") == 0) {
        send_frames(atoi(words[2]), atof(words[3]), atol(words[4]), (size_t)atol(words[5]), words[6]);
    } else if (count == 4 && strcmp(words[1], "pass") == 0) {
        static unsigned char buffer[READ_SIZE];
        size_t length;
        while ((length = read_some(atoi(words[2]), buffer, sizeof buffer)) > 0)
            write_all(atoi(words[3]), buffer, length);
        printf("%llu\n", (unsigned long long)now(CLOCK_PROCESS_CPUTIME_ID));
    } else if (count == 4 && strcmp(words[1], "tape") == 0) {
        tape(atoi(words[2]), words[3]);
    } else {
        fprintf(stderr, "relay: send FD RATE COUNT OFFSET HEX | pass IN OUT | tape FD FILE\n");
        return 2;
    }
    return 0;
}
