using System.Security.Cryptography;

namespace OrleansUploads.Engine.Disk;

/// <summary>A small file that is written once and never changes.</summary>
internal static class DurableFile
{
    private const int UniqueBytes = 16;

    /// <summary>Reads a file; null if it does not exist.</summary>
    public static byte[]? TryRead(string path)
    {
        try
        {
            using var file = RegularFile.OpenForReading(path, followsLinks: false);
            return RegularFile.ReadAll(file, path);
        }
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Creates a file with its content, unless it exists. Its name and content are durable on return, and no process can read an
    /// incomplete file. If several processes create it at the same time, exactly one succeeds.</summary>
    /// <exception cref="FlushFailedException">The file could not be made durable.</exception>
    public static void MakeOnce(string path, ReadOnlySpan<byte> content, IDiskFlush flush)
    {
        // Others may be creating it, and a crash may have left an unfinished one.
        var unfinished = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(UniqueBytes))}";
        using (var file = new FileStream(unfinished, OwnerOnly.NewFile()))
        {
            file.Write(content);
            file.Flush();
            flush.RequireFile(file.SafeFileHandle, unfinished);
        }

        if (!ExclusiveRename.TryMove(unfinished, path))
        {
            File.Delete(unfinished);
        }

        flush.RequireDirectory(Path.GetDirectoryName(path)!);
    }
}
