"""A terminal that times what a program shows: first picture, first counters; then its processor time.
usage: tui-terminal.py ROUNDS SECONDS PROCESSES PROGRAM ARGUMENTS..."""
import fcntl, os, pty, re, select, struct, sys, termios, time

ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[()=>78].?")
# What a terminal is asked at the start, and what it answers.
ANSWERS = [(b"\x1b[c", b"\x1b[?62;22c"), (b"\x1b]10;?", b"\x1b]10;rgb:dddd/dddd/dddd\x1b\\"), (b"\x1b]11;?", b"\x1b]11;rgb:1111/1111/1111\x1b\\"), (b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[?u", b"")]
COUNTER = re.compile(rb"[0-9]\.[0-9]{2}[ \xe2]")


def start(command):
    began = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.setdefault("TERM", "xterm-256color")
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    return pid, terminal, began


def read(terminal, seconds):
    ready, _, _ = select.select([terminal], [], [], seconds)
    if not ready:
        return b""
    try:
        data = os.read(terminal, 65536)
    except OSError:
        return b""
    for asked, answer in ANSWERS:
        if answer and asked in data:
            os.write(terminal, answer)
    return data


def ticks(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def wait(terminal, pid, began, shown):
    """Reads until it is shown; milliseconds of the clock and of the program's processors."""
    seen = b""
    while time.monotonic() - began < 60:
        seen += read(terminal, 0.2)
        if shown(ESCAPES.sub(b"", seen)):
            return (time.monotonic() - began) * 1000, ticks(pid) * 1000 / os.sysconf("SC_CLK_TCK")
    raise SystemExit("it never came: " + repr(ESCAPES.sub(b"", seen)[-2000:]))


rounds, seconds, processes, command = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
for number in range(1, rounds + 1):
    pid, terminal, began = start(command)
    paint, paint_cpu = wait(terminal, pid, began, lambda text: b"DebugRelay" in text)
    counters, _ = wait(terminal, pid, began, lambda text: COUNTER.search(text) is not None)
    print(f"round {number}: first picture {paint:.0f} ms ({paint_cpu:.0f} ms of processor), first counters {counters:.0f} ms", flush=True)
    if number < rounds:
        os.write(terminal, b"q")
        end = time.monotonic() + 2
        while time.monotonic() < end:
            read(terminal, 0.1)
        os.close(terminal)
        os.waitpid(pid, 0)
end = time.monotonic() + 5
while time.monotonic() < end:
    read(terminal, 0.1)
before, sent, end = ticks(pid), 0, time.monotonic() + seconds
while time.monotonic() < end:
    sent += len(read(terminal, 0.1))
used = (ticks(pid) - before) / os.sysconf("SC_CLK_TCK")
print(f"{processes} processes at 1 Hz for {seconds:.0f} s: {100 * used / seconds:.1f} % of one core, {sent / seconds / 1000:.1f} kB/s to the terminal")
print([line.strip() for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS")][0])
os.write(terminal, b"q")
time.sleep(1)
