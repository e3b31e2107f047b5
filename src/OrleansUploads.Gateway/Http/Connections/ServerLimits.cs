namespace OrleansUploads.Gateway.Http.Connections;

/// <summary>How much the server does at the same time, within the process's limit of file descriptors.</summary>
/// <param name="Connections">Maximum number of open connections.</param>
/// <param name="Bodies">Maximum number of upload bodies being read; each may need a file.</param>
/// <param name="Outputs">Maximum number of job outputs being sent; each may need a file.</param>
internal sealed record ServerLimits(int Connections, int Bodies, int Outputs)
{
    /// <summary>Bodies and outputs each get at most one descriptor in eight.</summary>
    private const int DescriptorsPerTransfer = 8;

    /// <summary>Connections always get at least one descriptor in four.</summary>
    private const int DescriptorsPerConnection = 4;

    /// <summary>Fits the configured limits to the number of descriptors.</summary>
    /// <param name="options">The configured maxima.</param>
    /// <param name="descriptors">The process's limit of descriptors, or null if it is unknown.</param>
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
