using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Disk;

/// <summary>A folder at a path that an operator chose.</summary>
public static class DurableFolder
{
    /// <summary>Makes a folder for the owner only where it is missing, with those above it. Its name is durable on return, and those
    /// of the folders that were made for it.</summary>
    /// <remarks>A folder that is there already is not trusted either: the process that made it may have ended before it
    /// flushed the name.</remarks>
    /// <param name="path">The folder.</param>
    /// <param name="flush">Makes files and directories durable; null for the operating system's own way.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="FlushFailedException">The folder may vanish at a power cut.</exception>
    public static string Make(string path, IDiskFlush? flush = null)
    {
        flush ??= SystemFlush.Instance;
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(folder) is not { } above)
        {
            return folder;
        }

        if (!Directory.Exists(above))
        {
            Make(above, flush);
        }

        var existed = Directory.Exists(folder);
        OwnerOnly.MakeDirectory(folder);
        try
        {
            flush.RequireDirectory(above);
        }
        catch (IOException error) when (existed && DiskErrors.IsNeverWritten(error))
        {
            // Nothing can be made in there, so the folder is mounted on it, or was made long ago by somebody else.
        }

        return folder;
    }
}
