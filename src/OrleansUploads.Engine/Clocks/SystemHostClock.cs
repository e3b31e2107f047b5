using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrleansUploads.Engine.Clocks;

/// <summary>The clocks of the operating system. On Linux the runtime's timestamps are CLOCK_MONOTONIC, which stops while the
/// machine is suspended, and the boot time is CLOCK_BOOTTIME, which continues. On other systems the boot time is the
/// milliseconds since the start.</summary>
public sealed partial class SystemHostClock() : HostClock(TimeProvider.System)
{
    // From linux/time.h.
    private const int ClockBootTime = 7;

    /// <inheritdoc/>
    public override ClockReading Read()
    {
        var boot = ReadBoot();
        return new ClockReading(TimeProvider.System.GetUtcNow(), Stopwatch.GetElapsedTime(0), boot);
    }

    private static TimeSpan ReadBoot()
    {
        if (OperatingSystem.IsLinux() && Environment.Is64BitProcess && GetTime(ClockBootTime, out var time) == 0)
        {
            return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / 100);
        }

        return TimeSpan.FromMilliseconds(Environment.TickCount64);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
