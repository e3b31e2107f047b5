namespace OrleansUploads.Engine.Disk;

/// <summary>A folder at a path that an operator chose.</summary>
public static class DurableFolder
{
    /// <summary>Creates a folder and its missing parents, readable by the owner only. Their names are durable on return.
    /// Returns the full path.</summary>
    /// <remarks>The name of an existing folder is flushed too, because the process that created it may have ended before it
    /// flushed the name.</remarks>
    /// <param name="flush">Null for the operating system's flushes.</param>
    /// <exception cref="FlushFailedException">The flush failed, so the folder may be lost in a power cut.</exception>
    public static string Make(string path, IDiskFlush? flush = null)
    {
        flush ??= SystemFlush.Instance;
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(folder) is not { } parent)
        {
            return folder;
        }

        if (!Directory.Exists(parent))
        {
            Make(parent, flush);
        }

        var existed = Directory.Exists(folder);
        OwnerOnly.MakeDirectory(folder);
        try
        {
            flush.RequireDirectory(parent);
        }
        catch (IOException error) when (existed && DiskErrors.IsNeverWritten(error))
        {
            // Nothing can be created in the parent, so the folder is a mount point or was created earlier by someone else.
        }
        catch (IOException) when (!existed)
        {
            // A later flush does not cover the name, so the next call must create it again.
            Directory.Delete(folder);
            throw;
        }

        return folder;
    }
}
