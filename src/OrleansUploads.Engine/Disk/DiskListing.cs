using System.IO.Enumeration;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Disk;

/// <summary>Lists the content of the part store's directories.</summary>
internal static class DiskListing
{
    private static readonly EnumerationOptions AllFiles = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>The next uploads in a fan-out directory. Fewer than the limit are returned only at the end.</summary>
    public static List<UploadId> TakeUploads(IEnumerator<string> paths, int fanOut, int limit)
    {
        var uploads = new List<UploadId>();
        while (uploads.Count < limit && paths.MoveNext())
        {
            if (StoredNames.TryParseUpload(Path.GetFileName(paths.Current), fanOut, out var upload))
            {
                uploads.Add(upload);
            }
        }

        return uploads;
    }

    /// <summary>The next attempts in an upload's directory; none if it does not exist. Fewer than the limit are returned
    /// only at the end.</summary>
    public static List<AttemptId> TakeAttempts(IEnumerator<AttemptId> attempts, int limit)
    {
        var some = new List<AttemptId>();
        try
        {
            while (some.Count < limit && attempts.MoveNext())
            {
                some.Add(attempts.Current);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // The upload has no stored attempts.
        }

        return some;
    }

    /// <summary>The paths of some files that are stored for an upload, first the manifest. Fewer than the limit are returned
    /// only if there are no others.</summary>
    public static string[] TakeStored(string directory, int limit)
    {
        var manifest = Path.Join(directory, StoredNames.Manifest);
        string[] first = File.Exists(manifest) ? [manifest] : [];
        try
        {
            return
            [
                .. first,
                .. Directory.EnumerateFiles(directory)
                    .Where(static path => IsAttemptOrUnfinished(Path.GetFileName(path.AsSpan())))
                    .Take(limit - first.Length),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            // Another process has deleted the upload.
            return [];
        }
    }

    /// <summary>Throws <see cref="DirectoryNotFoundException"/> if the directory does not exist.</summary>
    public static IEnumerable<AttemptId> EnumerateAttempts(string directory)
    {
        foreach (var attempt in new FileSystemEnumerable<AttemptId?>(directory, AttemptOf, AllFiles))
        {
            if (attempt is { } named)
            {
                yield return named;
            }
        }
    }

    /// <summary>The attempts and the manifest in an upload's directory, with the lengths of their files; none if the
    /// directory does not exist.</summary>
    public static List<StoredItem> ListItems(string directory, UploadId upload)
    {
        try
        {
            return [.. new FileSystemEnumerable<StoredItem?>(directory, ItemOf, AllFiles).OfType<StoredItem>()];
        }
        catch (DirectoryNotFoundException)
        {
            // A server has deleted the upload.
            return [];
        }

        StoredItem? ItemOf(ref FileSystemEntry entry) =>
            entry.IsDirectory ? null
            : StoredNames.TryParseAttempt(entry.FileName, out var attempt) ? new StoredItem(upload, attempt, entry.Length)
            : entry.FileName.SequenceEqual(StoredNames.Manifest) ? new StoredItem(upload, Attempt: null, entry.Length)
            : null;
    }

    /// <summary>Derives the lengths of attempts from the lengths of their files. Files that are gone are left out.</summary>
    public static List<ListedAttempt> Measure(FileLengths files, ReadOnlySpan<AttemptId> attempts)
    {
        var measured = new List<ListedAttempt>(attempts.Length);
        foreach (var attempt in attempts)
        {
            if (files.Find(StoredNames.Of(attempt)) is { } fileBytes && AttemptFooter.LengthIn(attempt, fileBytes) is { } lengthBytes)
            {
                measured.Add(new ListedAttempt(attempt, lengthBytes));
            }
        }

        return measured;
    }

    private static bool IsAttemptOrUnfinished(ReadOnlySpan<char> name) =>
        StoredNames.TryParseAttempt(name, out _) || ManifestFile.IsUnfinished(name);

    private static AttemptId? AttemptOf(ref FileSystemEntry entry) =>
        !entry.IsDirectory && StoredNames.TryParseAttempt(entry.FileName, out var attempt) ? attempt : null;
}
