namespace OrleansUploads.Engine.Disk;

/// <summary>Creates files that only the owner can access.</summary>
internal static class NewFile
{
    /// <summary>Creates a file that must not exist yet. A full disk refuses it here, before its bytes arrive.</summary>
    /// <param name="expectedBytes">The length that it will have.</param>
    /// <exception cref="IOException">The file exists, its directory does not, or the disk is full.</exception>
    public static FileStream Create(string path, long expectedBytes)
    {
        var options = OwnerOnly.NewFile();
        options.Share = FileShare.ReadWrite | FileShare.Delete;
        options.BufferSize = 0;

        // More is allocated as bytes arrive.
        options.PreallocationSize = Math.Min(expectedBytes, AllocationAhead.Bytes);
        return new FileStream(path, options);
    }
}
