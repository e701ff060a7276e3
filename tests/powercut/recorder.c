/* Writes down, in order, every change that a process makes to the files of one folder.
 *
 * Loaded with LD_PRELOAD; RECORD_FOLDER names the folder, RECORD_LOG the file to append to. One
 * entry: kind, length of the name, inode, offset, length of the data (see `struct entry`), then
 * name and data. A rename's data is its new name. Changes through mmap are not seen: SQLite maps
 * only its -shm file, which a power cut makes worthless anyhow.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct entry {
    uint32_t kind;
    uint32_t name_bytes;
    uint64_t inode;
    int64_t offset;
    uint64_t data_bytes;
};
enum { WRITE = 1, TRUNCATE, SYNC, UNLINK, RENAME };

static const char *folder;
static int record = -1;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void)
{
    const char *log = getenv("RECORD_LOG");
    folder = getenv("RECORD_FOLDER");
    if (folder && log)
        record = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int is_ours(const char *name)
{
    return record >= 0 && strncmp(name, folder, strlen(folder)) == 0;
}

/* The name behind a descriptor, if it is of our folder. */
static int name_of(int fd, char *name)
{
    char link[64];
    ssize_t length;
    if (record < 0 || fd == record)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, name, PATH_MAX - 1);
    if (length <= 0)
        return 0;
    name[length] = '\0';
    return is_ours(name);
}

static uint64_t inode_of(int fd)
{
    struct stat state;
    return fstat(fd, &state) == 0 ? state.st_ino : 0;
}

static void note(uint32_t kind, const char *name, uint64_t inode, int64_t offset, const void *data,
                 uint64_t bytes)
{
    struct entry head = {kind, strlen(name), inode, offset, bytes};
    struct iovec parts[] = {
        {&head, sizeof head}, {(void *)name, head.name_bytes}, {(void *)data, bytes}};
    pthread_mutex_lock(&one_at_a_time);
    if (writev(record, parts, 3) != (ssize_t)(sizeof head + head.name_bytes + bytes))
        abort();
    pthread_mutex_unlock(&one_at_a_time);
}

#define REAL(function) __typeof__(function) *real = dlsym(RTLD_NEXT, #function)

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t offset)
{
    REAL(pwrite64);
    char name[PATH_MAX];
    ssize_t written = real(fd, data, bytes, offset);
    if (written > 0 && name_of(fd, name))
        note(WRITE, name, inode_of(fd), offset, data, written);
    return written;
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
    return pwrite64(fd, data, bytes, offset);
}

ssize_t write(int fd, const void *data, size_t bytes)
{
    REAL(write);
    char name[PATH_MAX];
    ssize_t written = real(fd, data, bytes);
    if (written > 0 && name_of(fd, name))
        note(WRITE, name, inode_of(fd), lseek(fd, 0, SEEK_CUR) - written, data, written);
    return written;
}

int ftruncate64(int fd, off64_t bytes)
{
    REAL(ftruncate64);
    char name[PATH_MAX];
    int result = real(fd, bytes);
    if (result == 0 && name_of(fd, name))
        note(TRUNCATE, name, inode_of(fd), bytes, NULL, 0);
    return result;
}

int ftruncate(int fd, off_t bytes)
{
    return ftruncate64(fd, bytes);
}

static int synced(int fd, int result)
{
    char name[PATH_MAX];
    if (result == 0 && name_of(fd, name))
        note(SYNC, name, inode_of(fd), 0, NULL, 0);
    return result;
}

int fsync(int fd)
{
    REAL(fsync);
    return synced(fd, real(fd));
}

int fdatasync(int fd)
{
    REAL(fdatasync);
    return synced(fd, real(fd));
}

int unlink(const char *name)
{
    REAL(unlink);
    int result = real(name);
    if (result == 0 && is_ours(name))
        note(UNLINK, name, 0, 0, NULL, 0);
    return result;
}

int rename(const char *name, const char *target)
{
    REAL(rename);
    int result = real(name, target);
    if (result == 0 && is_ours(name))
        note(RENAME, name, 0, 0, target, strlen(target));
    return result;
}
