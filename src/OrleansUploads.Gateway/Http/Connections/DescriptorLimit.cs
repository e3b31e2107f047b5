using System.Runtime.InteropServices;

namespace OrleansUploads.Gateway.Http.Connections;

/// <summary>The number of files and sockets that the process may have open at the same time (RLIMIT_NOFILE).</summary>
internal static partial class DescriptorLimit
{
    /// <summary>RLIMIT_NOFILE on Linux.</summary>
    private const int NumberOfFiles = 7;

    /// <summary>Raises the soft limit to the hard limit if the system allows it.</summary>
    /// <returns>The limit from now on, or null if the system does not say.</returns>
    public static long? RaiseToHardLimit()
    {
        if (!OperatingSystem.IsLinux() || GetLimit(NumberOfFiles, out var limit) != 0)
        {
            return null;
        }

        var raised = limit with { Soft = limit.Hard };
        var soft = limit.Soft < limit.Hard && SetLimit(NumberOfFiles, raised) == 0 ? limit.Hard : limit.Soft;
        return soft > long.MaxValue ? null : (long)soft;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in ResourceLimit limit);

    /// <summary>The C structure <c>rlimit</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private record struct ResourceLimit(nuint Soft, nuint Hard);
}
