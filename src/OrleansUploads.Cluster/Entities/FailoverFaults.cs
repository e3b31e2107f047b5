namespace OrleansUploads.Cluster.Entities;

/// <summary>Recognizes failures that end when the cluster has replaced a silo.</summary>
internal static class FailoverFaults
{
    /// <summary>Whether a grain could not answer because it, another grain or the owner of its reminder moves to another silo. A database
    /// that does not answer is another matter.</summary>
    public static bool Describes(EntityUnavailableException fault)
    {
        for (Exception? cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is EntityUnavailableException { IsFailover: true } or OrleansMessageRejectionException or SiloUnavailableException)
            {
                return true;
            }
        }

        return false;
    }
}
