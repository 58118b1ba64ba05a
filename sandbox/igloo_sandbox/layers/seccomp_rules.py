"""What the system call filter refuses, why, and with which errno. The list to read for what is denied.

Knows calls by name and their arguments by position. Knows nothing of numbers, programs or how a filter is put in
force. Order matters within one call: the first that fits answers. What is not named here is allowed.

The errno is the one by which libraries fall back in an orderly way: what a kernel without the thing, or one that
this user may not ask, would answer.

A filter sees the registers and cannot follow a pointer. Where the kernel takes an int, only the low half of the
register counts, and only that is looked at.
"""

import errno
import os
import socket
from typing import NamedTuple

from igloo_sandbox.bpf import Condition

_CREATE = os.O_CREAT | 0o20000000  # and __O_TMPFILE, the part of O_TMPFILE that is not O_DIRECTORY
_SET_ID_BITS = 0o6000
_RENAME_WHITEOUT = 4

_CLONE_PARENT = 0x00008000
# linux/sched.h; CLONE_NEWTIME is no flag of clone(2), its bit is part of the exit signal there.
_NEW_NAMESPACES = (
    0x00020000  # CLONE_NEWNS
    | 0x02000000  # CLONE_NEWCGROUP
    | 0x04000000  # CLONE_NEWUTS
    | 0x08000000  # CLONE_NEWIPC
    | 0x10000000  # CLONE_NEWUSER
    | 0x20000000  # CLONE_NEWPID
    | 0x40000000  # CLONE_NEWNET
)


class Denied(NamedTuple):
    """These calls end in `error` when all the conditions hold; without conditions, always."""

    calls: str
    error: int
    conditions: tuple[Condition, ...] = ()


def _is(argument: int, *values: int, mask: int = 0xFFFFFFFF) -> Condition:
    return Condition(argument, values, mask)


def _is_not(argument: int, *values: int, mask: int = 0xFFFFFFFF) -> Condition:
    return Condition(argument, values, mask, among=False)


def _has_any(argument: int, bits: int) -> Condition:
    return Condition(argument, (0,), bits, among=False)


_KIND = 0xF
"""Of a socket's type: without SOCK_CLOEXEC and SOCK_NONBLOCK."""

_SEND_FLAGS = socket.MSG_OOB | socket.MSG_DONTWAIT | socket.MSG_EOR | socket.MSG_NOSIGNAL | socket.MSG_MORE
"""What a send may ask for: how it waits and how it is cut, and nothing of where it goes."""

# The options that may be set, by level; the others are refused, because every level has some that send, receive or
# bind: memberships (IGMP and MLD carry the group, so whatever the provider likes), source routes, interfaces, port
# ranges, names for Unix sockets (SO_PASSCRED, SO_PASSPIDFD), filters. Not even these are here: SO_LINGER, TTLs and
# MINTTL, which make a close(2) wait, and the hub closes the same sockets; TOS, traffic class and SO_PRIORITY, by which
# routes are chosen; SO_REUSEPORT, since nothing is bound here; TCP_ULP and the level of kernel TLS, which OpenSSL
# does without.
_OPTIONS = {
    socket.SOL_SOCKET: (
        socket.SO_REUSEADDR,  # many set it on whatever they make; without a bind it does nothing
        socket.SO_SNDBUF,
        socket.SO_RCVBUF,
        socket.SO_KEEPALIVE,
        socket.SO_OOBINLINE,
        socket.SO_RCVTIMEO,
        socket.SO_SNDTIMEO,
        66,  # SO_RCVTIMEO_NEW
        67,  # SO_SNDTIMEO_NEW
    ),
    socket.IPPROTO_TCP: (
        socket.TCP_NODELAY,
        socket.TCP_CORK,
        socket.TCP_KEEPIDLE,
        socket.TCP_KEEPINTVL,
        socket.TCP_KEEPCNT,
        socket.TCP_QUICKACK,
        socket.TCP_USER_TIMEOUT,
        socket.TCP_NOTSENT_LOWAT,  # trio
    ),
    socket.IPPROTO_IPV6: (socket.IPV6_V6ONLY,),  # set before a socket is used, and then of no effect
}

NETWORK = (
    # A socket that the hub connected stays what it is; one that the provider made stays connected to nothing.
    Denied("connect bind listen", errno.EACCES),
    # Their addresses lie in memory, where a filter cannot see them: with one a connected UDP socket was re-aimed.
    Denied("sendmsg sendmmsg", errno.EACCES),
    # An address is a pointer: both halves must be null.
    Denied("sendto", errno.EACCES, (_is_not(4, 0),)),
    Denied("sendto", errno.EACCES, (Condition(4, (0,), high=True, among=False),)),
    # MSG_FASTOPEN connects, MSG_DONTROUTE takes another way.
    Denied("sendto", errno.EOPNOTSUPP, (_has_any(3, 0xFFFFFFFF ^ _SEND_FLAGS),)),
    # TCP sockets may be made, because libraries make them before they connect. Datagram sockets come from the hub: one
    # that is not connected binds itself to all addresses by any send, a failing one too, and listens. Families beyond
    # these two, Unix included, reach the kernel and this machine's services; raw sockets forge, and other protocols
    # (MPTCP 262, SMC 256, SCTP 132) get past what knows only TCP.
    Denied("socket", errno.EAFNOSUPPORT, (_is_not(0, socket.AF_INET, socket.AF_INET6),)),
    Denied("socket", errno.EACCES, (_is(1, socket.SOCK_DGRAM, mask=_KIND),)),
    Denied("socket", errno.EPERM, (_is(1, socket.SOCK_RAW, mask=_KIND),)),
    Denied("socket", errno.ESOCKTNOSUPPORT, (_is_not(1, socket.SOCK_STREAM, mask=_KIND),)),
    Denied("socket", errno.EPROTONOSUPPORT, (_is_not(2, 0, socket.IPPROTO_TCP),)),
    # Pairs are what event loops wake themselves with. One of datagrams could be aimed at other sockets.
    Denied("socketpair", errno.EAFNOSUPPORT, (_is_not(0, socket.AF_UNIX),)),
    Denied(
        "socketpair",
        errno.ESOCKTNOSUPPORT,
        (_is_not(1, socket.SOCK_STREAM, socket.SOCK_SEQPACKET, mask=_KIND),),
    ),
    # As a kernel that does not have them says.
    Denied("setsockopt", errno.ENOPROTOOPT, (_is_not(1, *_OPTIONS),)),
    *(
        Denied("setsockopt", errno.ENOPROTOOPT, (_is(1, level), _is_not(2, *names)))
        for level, names in _OPTIONS.items()
    ),
    # A socket's ioctls tell of interfaces (0x8900 to 0x89FF) and of the radio (0x8B00 to 0x8BFF), hardware addresses and
    # names of networks, and set them. SIOCATMARK, 0x8905, is about the socket itself; FIONREAD is elsewhere.
    Denied("ioctl", errno.ENOTTY, (_is(1, 0x8900, 0x8B00, mask=0xFFFFFF00), _is_not(1, 0x8905))),
    # Its requests make other calls without a filter seeing them.
    Denied("io_uring_setup io_uring_enter io_uring_register", errno.EPERM),
)

OTHER_PROCESSES = (
    # 0 is the caller itself. A thread named by its number cannot be told from somebody else's process.
    Denied(
        "prlimit64 sched_setparam sched_setscheduler sched_setaffinity sched_setattr",
        errno.EPERM,
        (_is_not(0, 0),),
    ),
    # (PRIO_PROCESS, PRIO_PGRP, PRIO_USER) are 0 to 2, and (IOPRIO_WHO_PROCESS, _PGRP, _USER) are 1 to 3. The own
    # process and the own group are fine; the own user has other processes.
    Denied("setpriority", errno.EPERM, (_is_not(0, 0, 1),)),
    Denied("ioprio_set", errno.EPERM, (_is_not(0, 1, 2),)),
    Denied("setpriority ioprio_set", errno.EPERM, (_is_not(1, 0),)),
    Denied("ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp", errno.EPERM),
    Denied("process_madvise process_mrelease migrate_pages move_pages", errno.EPERM),
    # Rendezvous between processes of one user that outlive both.
    Denied("shmget shmat shmctl shmdt semget semop semtimedop semctl", errno.EPERM),
    Denied("msgget msgsnd msgrcv msgctl", errno.EPERM),
    Denied("mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr", errno.EPERM),
)

KERNEL = (
    # Namespaces give a user rights over much of the kernel, and most of its holes were found there.
    Denied("unshare setns", errno.EPERM),
    Denied("clone", errno.EPERM, (_has_any(0, _NEW_NAMESPACES),)),
    # A child of the hub, which knows nothing of it: it stays after its end, until the machine has no room for more.
    Denied("clone", errno.EPERM, (_has_any(0, _CLONE_PARENT),)),
    Denied("clone3", errno.ENOSYS),  # its flags lie in memory; every libc falls back to clone
    Denied("mount umount2 pivot_root chroot", errno.EPERM),
    Denied("open_tree open_tree_attr move_mount mount_setattr fsopen fsconfig fsmount fspick", errno.EPERM),
    Denied("statmount listmount", errno.EPERM),
    Denied("keyctl add_key request_key", errno.EPERM),
    Denied("bpf perf_event_open userfaultfd", errno.EPERM),
    Denied("kexec_load kexec_file_load init_module finit_module delete_module", errno.EPERM),
    Denied("swapon swapoff reboot acct quotactl quotactl_fd syslog vhangup", errno.EPERM),
    Denied("settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname", errno.EPERM),
    # 0xffffffff asks what it is, 0 is plain Linux. Others switch address randomisation off.
    Denied("personality", errno.EPERM, (_is_not(0, 0, 0xFFFFFFFF),)),
    Denied("iopl ioperm modify_ldt uselib", errno.EPERM),
)

FILES = (
    # A program in no folder: no rule about files would apply to it.
    Denied("memfd_create memfd_secret execveat", errno.EPERM),
    # A setuid or setgid bit on an own file waits for whoever runs it outside.
    Denied("chmod fchmod creat", errno.EPERM, (_has_any(1, _SET_ID_BITS),)),
    Denied("fchmodat fchmodat2", errno.EPERM, (_has_any(2, _SET_ID_BITS),)),
    Denied("open", errno.EPERM, (_has_any(1, _CREATE), _has_any(2, _SET_ID_BITS))),
    Denied("openat", errno.EPERM, (_has_any(2, _CREATE), _has_any(3, _SET_ID_BITS))),
    Denied("openat2", errno.ENOSYS),  # its mode lies in memory; whoever uses it falls back to openat
    # Pipes, sockets and devices: EACCES, as Landlock says where there is one.
    Denied("mknod mknodat", errno.EACCES),
    Denied("renameat2", errno.EINVAL, (_has_any(4, _RENAME_WHITEOUT),)),  # leaves a device in its place
    # No file right of Landlock's, so these would work on foreign files of the same user.
    Denied("setxattr lsetxattr fsetxattr setxattrat file_setattr", errno.EOPNOTSUPP),
    Denied("removexattr lremovexattr fremovexattr removexattrat", errno.EOPNOTSUPP),
    Denied("open_by_handle_at fanotify_init", errno.EPERM),
    # TIOCSTI types into a terminal, TIOCLINUX does too.
    Denied("ioctl", errno.EPERM, (_is(1, 0x5412, 0x541C),)),
)

DENIED = (*NETWORK, *OTHER_PROCESSES, *KERNEL, *FILES)
