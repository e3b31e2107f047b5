using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Engine.Disk;

/// <summary>Marks a data folder whose decisions are, or are being, imported into a cluster. No server starts on it, so that
/// the folder and the cluster cannot both decide.</summary>
public static class MovedMark
{
    /// <summary>Name of the file. Its lines are the name of the cluster and the ID of the import.</summary>
    public const string FileName = "moved-to";

    private const int IdBytes = 16;

    /// <returns>Null if the folder is not marked.</returns>
    public static (string Cluster, string Id)? Find(string folder) =>
        DurableFile.TryRead(PathIn(folder)) is { } text && Encoding.UTF8.GetString(text).Split('\n') is [var cluster, var id, ..]
            ? (cluster, id)
            : null;

    /// <summary>Marks a folder, durably, unless it is marked. Returns the ID in the mark that the folder has now.</summary>
    /// <exception cref="FlushFailedException">The mark may be lost in a power cut.</exception>
    internal static string Make(string folder, string cluster)
    {
        // The name of a mark that exists is flushed too: the process that made it may have ended before that.
        var id = RandomNumberGenerator.GetHexString(2 * IdBytes, lowercase: true);
        DurableFile.MakeOnce(PathIn(folder), Encoding.UTF8.GetBytes($"{cluster}\n{id}\n"), SystemFlush.Instance);
        return Find(folder)!.Value.Id;
    }

    internal static void RequireNone(string folder)
    {
        if (File.Exists(PathIn(folder)))
        {
            throw new IOException(
                $"{folder} has moved to the cluster {Find(folder)?.Cluster}, which decides about its uploads now. Send requests to the cluster. If "
                + $"the import was given up before the cluster served a request, delete {PathIn(folder)} to use the folder again.");
        }
    }

    private static string PathIn(string folder) => Path.Combine(folder, FileName);
}
