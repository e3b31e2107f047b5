using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrleansUploads.Engine.Clocks;

/// <summary>Reads the clocks of the machine together. Tests derive from it to simulate wrong clocks.</summary>
public class HostClock(TimeProvider time)
{
    public virtual ClockReading Read()
    {
        var monotonic = TimeSpan.FromSeconds((double)time.GetTimestamp() / time.TimestampFrequency);
        return new ClockReading(time.GetUtcNow(), monotonic, monotonic);
    }
}

/// <summary>The clocks of a machine at one moment. Only differences between two readings of <paramref name="Monotonic"/> or
/// <paramref name="Boot"/> have a meaning.</summary>
/// <param name="Wall">The time of day, which can be set forward and backward.</param>
/// <param name="Monotonic">Time while the machine runs.</param>
/// <param name="Boot">Time since the machine started, including suspension.</param>
public readonly record struct ClockReading(DateTimeOffset Wall, TimeSpan Monotonic, TimeSpan Boot);

/// <summary>The clocks of the operating system. On Linux the runtime's timestamps are CLOCK_MONOTONIC, which stops while the
/// machine is suspended, and the boot time is CLOCK_BOOTTIME, which continues. On other systems the boot time is the
/// milliseconds since the start.</summary>
public sealed partial class SystemHostClock() : HostClock(TimeProvider.System)
{
    // From linux/time.h.
    private const int ClockBootTime = 7;

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
