using System.Security.Cryptography;

namespace OrleansUploads.Engine.Disk;

/// <summary>A small file that is written as a whole.</summary>
internal static class DurableFile
{
    private const int UniqueBytes = 16;

    /// <returns>Null if the file does not exist.</returns>
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
        var unfinished = WriteUnfinished(path, content, flush);
        if (!ExclusiveRename.TryMove(unfinished, path))
        {
            File.Delete(unfinished);
        }

        flush.RequireDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Creates a file with its content, or replaces it. After a crash it has the content from before or this one.</summary>
    /// <exception cref="FlushFailedException">The content may be lost in a power cut.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, IDiskFlush flush)
    {
        File.Move(WriteUnfinished(path, content, flush), path, overwrite: true);
        flush.RequireDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Writes the content to a new file. Others may be creating the same one, and a crash may have left an unfinished one.
    /// </summary>
    private static string WriteUnfinished(string path, ReadOnlySpan<byte> content, IDiskFlush flush)
    {
        var unfinished = $"{path}.{RandomNumberGenerator.GetHexString(2 * UniqueBytes, lowercase: true)}";
        using var file = new FileStream(unfinished, OwnerOnly.NewFile());
        file.Write(content);
        file.Flush();
        flush.RequireFile(file.SafeFileHandle, unfinished);
        return unfinished;
    }
}
