using System.Buffers.Binary;

namespace OrleansUploads.Simulation.RealServer;

/// <summary>Reads the part store of a data folder directly: directories, and files that start with the part's bytes.</summary>
internal static class StoredFolder
{
    private const string Manifest = "manifest";
    private const string AttemptSuffix = ".part";
    private const int TrailerBytes = 24;
    private const int LengthAt = 12;

    /// <exception cref="IOException">A file was deleted during the read.</exception>
    public static IReadOnlyList<FoundUpload> Read(string dataFolder) =>
        [.. Directory.EnumerateDirectories(Path.Combine(dataFolder, "parts"))
            .SelectMany(Directory.EnumerateFileSystemEntries)
            .Select(Find)
            .OfType<FoundUpload>()];

    /// <summary>Reads the directory of an upload, or the file of a single request.</summary>
    private static FoundUpload? Find(string path)
    {
        string[] files = File.Exists(path) ? [path] : Directory.GetFiles(path);
        if (files.Length == 0)
        {
            return null;
        }

        return UploadId.TryParse(Path.GetFileNameWithoutExtension(path), out var upload)
            ? new FoundUpload(
                upload,
                files.Any(file => Path.GetFileName(file) == Manifest),
                [.. files.Where(file => Path.GetFileName(file) != Manifest).Select(ReadAttempt)])
            : throw new InvalidDataException($"The name {path} is not an upload ID.");
    }

    private static FoundAttempt ReadAttempt(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (!path.EndsWith(AttemptSuffix, StringComparison.Ordinal) || bytes.Length < TrailerBytes)
        {
            return new FoundAttempt(IsCommitted: false, bytes.Length, bytes);
        }

        var length = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(bytes.Length - TrailerBytes + LengthAt));
        return length >= 0 && length < bytes.Length
            ? new FoundAttempt(IsCommitted: true, length, bytes.AsMemory(0, (int)length))
            : new FoundAttempt(IsCommitted: false, bytes.Length, bytes);
    }
}
