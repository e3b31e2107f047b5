using System.Runtime.InteropServices;

namespace OrleansUploads.Gateway.Http.Admission;

/// <summary>How much the server does at the same time, within the process's limit of file descriptors.</summary>
/// <param name="Bodies">Maximum number of upload bodies being read; each may need a file.</param>
/// <param name="Outputs">Maximum number of job outputs being sent; each may need a file.</param>
internal sealed record ServerLimits(int Connections, int Bodies, int Outputs)
{
    /// <summary>Bodies and outputs each get at most one descriptor in eight.</summary>
    private const int DescriptorsPerTransfer = 8;

    /// <summary>Connections always get at least one descriptor in four.</summary>
    private const int DescriptorsPerConnection = 4;

    /// <summary>Fits the configured limits to the number of descriptors.</summary>
    /// <param name="descriptors">Null if the limit is unknown.</param>
    public static ServerLimits FitToDescriptors(GatewayOptions options, long? descriptors)
    {
        if (descriptors is not { } limit)
        {
            return new ServerLimits(options.MaxConnections, options.MaxConcurrentBodies, options.MaxConcurrentOutputs);
        }

        var transfers = (int)Math.Clamp(limit / DescriptorsPerTransfer, 1, int.MaxValue);
        var bodies = Math.Min(options.MaxConcurrentBodies, transfers);
        var outputs = Math.Min(options.MaxConcurrentOutputs, transfers);
        var left = Math.Max(limit - options.ReservedDescriptors - bodies - outputs, limit / DescriptorsPerConnection);
        return new ServerLimits((int)Math.Clamp(left, 1, options.MaxConnections), bodies, outputs);
    }
}

/// <summary>RLIMIT_NOFILE: the number of files and sockets that the process may have open at the same time.</summary>
internal static partial class DescriptorLimit
{
    private const int NumberOfFiles = 7;

    /// <summary>Raises the soft limit to the hard limit if the system allows it. Returns the limit from now on, or null if
    /// the system does not say.</summary>
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

    [StructLayout(LayoutKind.Sequential)]
    private record struct ResourceLimit(nuint Soft, nuint Hard);
}
