using System.IO.Enumeration;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Disk;

/// <summary>Lists the content of the part store's directories.</summary>
internal static class DiskListing
{
    private static readonly EnumerationOptions AllFiles = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>The next items of a listing; none if its directory does not exist. Fewer than the limit are returned only at the
    /// end.</summary>
    public static List<T> Take<T>(IEnumerator<T> items, int limit)
    {
        var some = new List<T>();
        try
        {
            while (some.Count < limit && items.MoveNext())
            {
                some.Add(items.Current);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing is stored there.
        }

        return some;
    }

    /// <summary>The uploads in a fan-out directory. Throws <see cref="DirectoryNotFoundException"/> if it does not exist.</summary>
    public static IEnumerable<UploadId> EnumerateUploads(string directory, int fanOut)
    {
        foreach (var upload in new FileSystemEnumerable<UploadId?>(directory, UploadOf, AllFiles))
        {
            if (upload is { } named && StoredNames.FanOutOf(named) == fanOut)
            {
                yield return named;
            }
        }
    }

    /// <summary>The paths of some files that are stored for an upload, first the manifest. Fewer than the limit are returned
    /// only if there are no others.</summary>
    /// <param name="directory">The upload's directory.</param>
    public static string[] TakeStored(string directory, UploadId upload, int limit)
    {
        string[] first = [.. new[] { Path.Join(directory, StoredNames.Manifest), OnlyFileOf(directory) }.Where(File.Exists)];
        try
        {
            return
            [
                .. first,
                .. (Directory.Exists(directory) ? Directory.EnumerateFiles(directory) : [])
                    .Where(static path => IsAttemptOrUnfinished(Path.GetFileName(path.AsSpan())))
                    .Take(limit - first.Length),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            // Another process has deleted the upload.
            return first;
        }
    }

    /// <summary>The attempts of an upload. Throws <see cref="DirectoryNotFoundException"/> if the upload's directory is removed
    /// meanwhile.</summary>
    /// <param name="directory">The upload's directory.</param>
    public static IEnumerable<AttemptId> EnumerateAttempts(string directory, UploadId upload)
    {
        if (File.Exists(OnlyFileOf(directory)))
        {
            yield return OnlyAttempt.Of(upload);
        }

        foreach (var attempt in Directory.Exists(directory) ? EnumerateAttempts(directory) : [])
        {
            yield return attempt;
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

    /// <summary>The attempts and the manifest of an upload, with the lengths of their files.</summary>
    /// <param name="directory">The upload's directory.</param>
    public static List<StoredItem> ListItems(string directory, UploadId upload)
    {
        List<StoredItem> items = LengthOf(OnlyFileOf(directory)) is { } bytes ? [new StoredItem(upload, OnlyAttempt.Of(upload), bytes)] : [];
        try
        {
            items.AddRange(new FileSystemEnumerable<StoredItem?>(directory, ItemOf, AllFiles).OfType<StoredItem>());
        }
        catch (DirectoryNotFoundException)
        {
            // The upload has only that file, or a server has deleted it.
        }

        return items;

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

    /// <summary>The attempt of a single request, with its length; none if it is not stored.</summary>
    /// <param name="directory">The upload's directory.</param>
    public static IEnumerable<ListedAttempt> MeasureOnly(string directory, UploadId upload)
    {
        var attempt = OnlyAttempt.Of(upload);
        return LengthOf(OnlyFileOf(directory)) is { } fileBytes && AttemptFooter.LengthIn(attempt, fileBytes) is { } lengthBytes
            ? [new ListedAttempt(attempt, lengthBytes)]
            : [];
    }

    private static string OnlyFileOf(string directory) => directory + StoredNames.AttemptSuffix;

    private static long? LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : null;

    private static bool IsAttemptOrUnfinished(ReadOnlySpan<char> name) =>
        StoredNames.TryParseAttempt(name, out _) || ManifestFile.IsUnfinished(name);

    // An upload with its file and a directory is listed once.
    private static UploadId? UploadOf(ref FileSystemEntry entry) =>
        entry.IsDirectory
            ? UploadId.TryParse(entry.FileName.ToString(), out var upload) && !File.Exists(OnlyFileOf(entry.ToFullPath())) ? upload : null
            : StoredNames.TryParseOnly(entry.FileName, out var single) ? single : null;

    private static AttemptId? AttemptOf(ref FileSystemEntry entry) =>
        !entry.IsDirectory && StoredNames.TryParseAttempt(entry.FileName, out var attempt) ? attempt : null;
}
