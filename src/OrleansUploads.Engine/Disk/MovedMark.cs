using System.Text;

namespace OrleansUploads.Engine.Disk;

/// <summary>Marks a folder that is no longer used: a data folder whose last changes are moving, or have moved, to a cluster, or the shared
/// folder of a cluster whose bytes have moved to another store.</summary>
/// <remarks>Nothing is written to the journal of a data folder any more, so that the folder and the cluster cannot both decide.</remarks>
public static class MovedMark
{
    /// <summary>Name of the file. It contains the name of the cluster, or of the new store.</summary>
    public const string FileName = "moved-to";

    /// <summary>The name of the cluster or of the new store, or null if the folder is not marked.</summary>
    public static string? Find(string folder) =>
        DurableFile.TryRead(PathIn(folder)) is { } name ? Encoding.UTF8.GetString(name).Trim() : null;

    /// <summary>Whether a folder is marked. Costs one system call.</summary>
    internal static bool Exists(string folder) => File.Exists(PathIn(folder));

    /// <summary>Marks a folder, durably, with the name of the cluster or of the new store. A write to its journal that began
    /// before may still end.</summary>
    /// <exception cref="FlushFailedException">The mark may be lost in a power cut.</exception>
    internal static void Make(string folder, string target)
    {
        // The name of a mark that exists is flushed too: the process that made it may have ended before that.
        DurableFile.MakeOnce(PathIn(folder), Encoding.UTF8.GetBytes(target + "\n"), SystemFlush.Instance);
    }

    /// <summary>Refuses a folder that is marked.</summary>
    /// <exception cref="IOException">It is marked. The message says what to do.</exception>
    internal static void RequireNone(string folder)
    {
        if (Find(folder) is { } cluster)
        {
            throw new IOException(
                $"{folder} has moved to the cluster {cluster}, which decides about its uploads now. Send requests to the cluster. If the move "
                + $"was given up before the cluster served a request, delete {PathIn(folder)} to use the folder again.");
        }
    }

    private static string PathIn(string folder) => Path.Combine(folder, FileName);
}
